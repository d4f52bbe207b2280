"""Judges a reader by the plain index of an exported corpus: python3 harness.py CORPUS UNCLAIMED READER...

READER... IMAGE OUT writes the guest disk of IMAGE into OUT and exits 0, or refuses with 1. UNCLAIMED names the
features that it need not read, with commas between them; none where it reads all. A reader that is a library takes the
place of read_disk(). Exit 0: every must case that ran passed; 1: one failed; 2: nothing ran.
"""

import filecmp
import subprocess
import sys
import tempfile
from pathlib import Path

PASS, UNSUPPORTED = "pass", "unsupported"


def read_disk(reader: list[str], image: Path, out: Path) -> str:
    """accepted, reject, or what else happened."""
    exit_status = subprocess.run([*reader, image, out], stderr=subprocess.DEVNULL).returncode
    return {0: "accepted", 1: "reject"}.get(exit_status, f"crash, exit status {exit_status}")


def judge(corpus: Path, answer: str, expected: list[str], features: set[str], out: Path) -> str:
    if answer.startswith("crash"):
        return answer
    if answer in expected or expected == ["any"]:
        return PASS
    if answer == "reject":
        return UNSUPPORTED if features else "a good image was refused"
    disks = [corpus / word for word in expected if word != "reject"]
    if not disks:
        return "a bad image was accepted"
    if out.exists() and any(filecmp.cmp(disk, out, shallow=False) for disk in disks):
        return PASS
    return "wrong bytes"


def main(corpus: Path, unclaimed: set[str], reader: list[str]) -> int:
    counts = {PASS: 0, "fail": 0, UNSUPPORTED: 0}
    must_failed = False
    lines = (corpus / "index.tsv").read_text().splitlines()
    for line in lines[1:]:
        case, level, features, image, read, *_ = line.split("\t")
        if read == "-":
            continue
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "disk.raw"
            answer = read_disk(reader, corpus / image, out)
            found = judge(corpus, answer, read.split("|"), unclaimed & set(features.split(",")), out)
        counts[found if found in counts else "fail"] += 1
        if found not in counts:
            print(f"{case} ({level}): {found}")
            must_failed |= level == "must"
    print(", ".join(f"{count} {name}" for name, count in counts.items()))
    return 2 if not sum(counts.values()) else int(must_failed)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), set(sys.argv[2].split(",")), sys.argv[3:]))
