"""What each reader on this machine makes of an image.

    python3 spec/ask.py IMAGE DATA        compared with DATA, the guest's disk as it should be
    python3 spec/ask.py CASE              a case of the corpus, compared with its guest disk

One line a reader: "reads", "refuses", "gives other bytes", "gives N bytes of M". A reader that is not installed is
named on standard error, and the exit status is 3. QCOW2_BIN is the folder of the project's programs where it is not
build/release/bin; the corpus stands beside it.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = pathlib.Path(os.environ.get("QCOW2_BIN", ROOT / "build/release/bin"))
CORPUS = BIN.parent / "corpus"
READERS = {
    "model": [str(BIN / "qcow2-model"), "read", "{image}", "{out}"],
    "qemu-img": ["qemu-img", "convert", "-f", "qcow2", "-O", "raw", "{image}", "{out}"],
    "7-Zip": ["7zz", "x", "-so", "-tqcow", "{image}"],
    "libqcow": [str(BIN / "libqcow-read"), "{image}", "{out}"],
}


def answer(command: list[str], image: pathlib.Path, right: bytes) -> str:
    with tempfile.TemporaryDirectory(prefix="qcow2-conform-") as folder:
        out = pathlib.Path(folder) / "out"
        filled = [part.format(image=image, out=out) for part in command]
        done = subprocess.run(filled, capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=60)
        if done.returncode:
            return "refuses" if done.returncode > 0 else f"dies of signal {-done.returncode}"
        given = out.read_bytes() if "{out}" in command else done.stdout
    if given == right:
        return "reads"
    if len(given) != len(right):
        return f"gives {len(given)} bytes of {len(right)}"
    return "gives other bytes"  # which ones, and where, can change from run to run: memory that was never set


def main(arguments: list[str]) -> int:
    if len(arguments) == 1:
        image, data = CORPUS / f"images/{arguments[0]}/{arguments[0]}.qcow2", CORPUS / f"guest/{arguments[0]}.raw"
    elif len(arguments) == 2:
        image, data = (pathlib.Path(argument) for argument in arguments)
    else:
        print(__doc__, file=sys.stderr)
        return 2
    right = data.read_bytes()
    absent = [command[0] for command in READERS.values() if not shutil.which(command[0])]
    for program in absent:
        print(f"{program} is not there", file=sys.stderr)
    for name, command in READERS.items():
        if command[0] not in absent:
            print(f"{name:<9}{answer(command, image.resolve(), right)}")
    return 3 if absent else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
