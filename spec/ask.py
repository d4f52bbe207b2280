"""What some readers on this machine make of an image.

    python3 spec/ask.py IMAGE DATA        compared with DATA, the guest's disk as it should be
    python3 spec/ask.py CASE              a case of the corpus, compared with its guest disk

One line a reader: "reads", "refuses", "gives other bytes", "gives N bytes of M", "ends with exit N". The reader's file
in implementations/ says how to start it, and which exit status is a refusal. A reader that is not installed is named on
standard error, and the exit status is 3. QCOW2_BIN is the folder of the project's programs where it is not
build/release/bin; the corpus stands beside it.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = pathlib.Path(os.environ.get("QCOW2_BIN", ROOT / "build/release/bin"))
CORPUS = BIN.parent / "corpus"
IMPLEMENTATIONS = ROOT / "implementations"
# Files of implementations/, in the order of the answers, and how the pages call them.
ASKED = {"model": "model", "qemu-img": "qemu-img", "7zip": "7-Zip", "libqcow": "libqcow"}
PLACES = {"bin": BIN, "implementations": IMPLEMENTATIONS}


def reading(name: str) -> dict:
    """The `read` of an implementation's file: its command and what the exit statuses mean."""
    return json.loads((IMPLEMENTATIONS / f"{name}.json").read_text(encoding="utf-8"))["operations"]["read"]


def program(read: dict) -> str:
    return read["command"][0].format(**PLACES)


def answer(read: dict, image: pathlib.Path, right: bytes) -> str:
    with tempfile.TemporaryDirectory(prefix="qcow2-conform-") as folder:
        out = pathlib.Path(folder) / "out"
        filled = [part.format(image=image, out=out, **PLACES) for part in read["command"]]
        done = subprocess.run(filled, capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=60)
        if done.returncode < 0:
            return f"dies of signal {-done.returncode}"
        if done.returncode in read["reject_exit"]:
            return "refuses"
        if done.returncode not in read["accept_exit"]:
            return f"ends with exit {done.returncode}"
        given = out.read_bytes() if "{out}" in read["command"] else done.stdout
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
    readers = {name: reading(name) for name in ASKED}
    absent = [program(read) for read in readers.values() if not shutil.which(program(read))]
    for path in absent:
        print(f"{path} is not there", file=sys.stderr)
    for name, read in readers.items():
        if program(read) not in absent:
            print(f"{ASKED[name]:<9}{answer(read, image.resolve(), right)}")
    return 3 if absent else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
