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
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "fuzz")]

from campaign import campaign_parser, seeds  # noqa: E402
from changes.sequence import Sequence  # noqa: E402
from lives.programs import Difference, Hang, Programs, forbid_core_dumps  # noqa: E402


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
    options = campaign_parser(__doc__, "build/fuzz/changes").parse_args()
    forbid_core_dumps()
    counts: Counter[str] = Counter()
    known: set[str] = set()
    alike: list[bool] = []
    try:
        for seed in seeds(options):
            alike.append(try_one(seed, options, counts, known))
    except KeyboardInterrupt:
        pass  # what was counted until then is told
    failures = alike.count(False)
    for what, count in sorted(counts.items()):
        print(f"{count:8} {what}")
    print(f"{failures} differences in {len(alike)} sequences, from seed {options.seed}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
