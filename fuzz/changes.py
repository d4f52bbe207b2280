"""Changes of an image: random sequences of steps, by qcow2-model modify and by QEMU on copies of one image.

    python3 fuzz/changes.py --sequences 100 --seed 1      exit 1: a difference
    python3 fuzz/changes.py --hours 2                      new seeds until the time is over

After each step every guest byte of disk and snapshots is compared with what the steps say. The folder of the first
difference of each kind is kept under build/fuzz/changes, with its steps.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "fuzz")]

from changes.sequence import Sequence  # noqa: E402
from lives.programs import Difference, Hang, Programs, forbid_core_dumps  # noqa: E402


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--sequences", type=int, default=20, help="how many")
    length.add_argument("--hours", type=float, help="how long")
    parser.add_argument("--seed", type=int, help="the first seed; the others follow. By the clock unless told")
    parser.add_argument("--model", type=Path, default=ROOT / "build/release/bin/qcow2-model")
    parser.add_argument("--keep", type=Path, default=ROOT / "build/fuzz/changes", help="where differences are kept")
    return parser.parse_args()


def try_one(seed: int, options: argparse.Namespace, counts: Counter[str], known: set[str]) -> bool:
    """Whether the sequence of that seed shows no difference."""
    with tempfile.TemporaryDirectory(prefix="qcow2-conform-") as name:
        sequence = None
        try:
            sequence = Sequence(seed, Programs(options.model.resolve(), Path(name)), counts)
            sequence.run()
            return True
        except Difference as found:
            print(f"seed {seed}: {found.kind}: {found.detail}", flush=True)
            if found.kind not in known:
                known.add(found.kind)
                kept = options.keep / str(seed)
                shutil.rmtree(kept, ignore_errors=True)
                shutil.copytree(name, kept)
                taken = [step.text() for step in sequence.steps] if sequence else []
                (kept / "taken.json").write_text(json.dumps(taken, indent=1) + "\n")
                print(f"    kept in {kept}", flush=True)
            return False
        except Hang:
            counts["QEMU gave no answer in time"] += 1
            return True


def main() -> int:
    options = arguments()
    forbid_core_dumps()
    first = options.seed if options.seed is not None else int(time.time()) * 1000
    end = None if options.hours is None else time.monotonic() + options.hours * 3600
    seed, failures = first, 0
    counts: Counter[str] = Counter()
    known: set[str] = set()
    while time.monotonic() < end if end is not None else seed < first + options.sequences:
        failures += not try_one(seed, options, counts, known)
        seed += 1
    for what, count in sorted(counts.items()):
        print(f"{count:8} {what}")
    print(f"{failures} differences in {seed - first} sequences, from seed {first}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
