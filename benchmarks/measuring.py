"""What the benchmarks share: the programs, built first; commands in turn, timed; the disk; the options."""

import argparse
import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / "build/release/bin"
MODEL = BIN / "qcow2-model"
CONFORM = BIN / "qcow2-conform"
CORPUS = ROOT / "build/release/corpus"
IMPLEMENTATIONS = ROOT / "implementations"
WHAT_RUN_BUILDS = "$(programs)"  # of scripts/build.sh

BUILD = """set -euo pipefail
root=$1; shift
. "$root/scripts/build.sh"
. "$root/scripts/packages.sh"
need build run
one_at_a_time
configure release
build release {}
{}"""


def build(*targets: str, corpus: bool = False) -> None:
    """Builds the targets of the release build, and makes the corpus; what is up to date stays."""
    script = BUILD.format(" ".join(targets), "corpus" if corpus else "")
    done = subprocess.run(["bash", "-c", script, sys.argv[0], ROOT], stdout=sys.stderr, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def seconds(*command: object) -> float:
    """What a command takes that must succeed; what it prints on standard output goes nowhere."""
    words = [str(word) for word in command]
    started = time.perf_counter()
    done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    taken = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{words}: exit {done.returncode}: {done.stderr.decode(errors='replace')}")
    return taken


def in_turn(pairs: int, ours: Callable[[], float], theirs: Callable[[], float]) -> list[tuple[float, float]]:
    """Both, `pairs` times; each begins every second time."""
    times = []
    for number in range(pairs):
        if number % 2 == 0:
            mine = ours()
            times.append((mine, theirs()))
        else:
            other = theirs()
            times.append((ours(), other))
    return times


def median_ratio(times: list[tuple[float, float]]) -> float:
    """The median of the pairs' ratios."""
    return statistics.median(ours / theirs for ours, theirs in times)


def ran(out: Path, *arguments: object) -> int:
    """The exit status of qcow2-conform run at --jobs 1; its results are in `out`."""
    command = [CONFORM, "run", *map(str, arguments), "--jobs", "1", "--out", out]
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode


def resident_bytes(*command: object) -> int:
    """The peak of the process, whatever it answers. The program peak-resident must be built."""
    done = subprocess.run([BIN / "peak-resident", *map(str, command)], check=True, capture_output=True)
    return int(done.stdout) << 10


def mixed_disk(path: Path, mib: int) -> None:
    """Text, records, noise and zeros, in stretches: a quarter of each."""
    chance = random.Random(mib)
    words = [bytes(chance.choices(b"etaoinshrdlu", k=chance.randint(2, 9))) for _ in range(2000)]
    text = b" ".join(chance.choices(words, k=400_000))
    with path.open("wb") as file:
        for block in range(4 * mib):
            start = chance.randrange(len(text) - (1 << 18))
            kind = block % 4
            if kind == 0:
                file.write(text[start:start + (1 << 18)])
            elif kind == 1:
                record = text[start:start + 40] + block.to_bytes(8, "big")
                file.write((record * (1 << 13))[:1 << 18])
            elif kind == 2:
                file.write(chance.randbytes(1 << 16) + text[start:start + 3 * (1 << 16)])
            else:
                file.seek(1 << 18, os.SEEK_CUR)
        file.truncate(mib << 20)


def write_by_qemu(raw: Path, image: Path | str, cluster_bits: int, compression: str) -> list[str]:
    """The command that makes a compressed image of a disk; compression is zlib or zstd."""
    options = f"cluster_size={1 << cluster_bits},compression_type={compression}"
    return ["qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", "-o", options, str(raw), str(image)]


def options_of(description: str, *, pairs: int | None = None, mib: int | None = None, on_tmpfs: bool = True,
               more: Callable[[argparse.ArgumentParser], object] = lambda parser: None) -> argparse.Namespace:
    """The command line; an option that has no value here does not exist."""
    parser = argparse.ArgumentParser(description=description.partition("\n")[0])
    if mib is not None:
        parser.add_argument("--mib", type=int, default=mib, help="how large the disk is")
    if pairs is not None:
        parser.add_argument("--pairs", type=int, default=pairs)
    more(parser)
    if on_tmpfs:
        parser.add_argument("--json", type=Path)
        parser.add_argument("--dir", default="/dev/shm", help="a folder on tmpfs")
    return parser.parse_args()


@contextlib.contextmanager
def work_folder(parent: str | None = None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="qcow2-conform-", dir=parent) as name:
        yield Path(name)


def store_json(file: Path | None, document: dict[str, object]) -> None:
    if file:
        file.write_text(json.dumps({"schema": 1, **document}, indent=2) + "\n")
