"""The corpus as an installation holds it: packed_corpus CORPUS OUT

Larger files are packed, as the generators pack one that is longer than its file system allows (the length, then offset,
length and bytes of every run of data; numbers as 8 bytes, little-endian), and compressed by the program zstd. The
runner unpacks them when they are first used. Files that are alike are links of each other.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from release.sparse_tar import data_runs  # noqa: E402

PACKED = ".packed"
PARTS = ("cases", "schema.json", "clauses.json", "lock.json", "quick.json", "INTERPRETING.md", "images", "guest",
         "layout", "canary")
PACKED_PARTS = ("images", "guest", "layout")
PACKED_MIN = 4096  # bytes; a shorter file is copied
COMPRESS = ("zstd", "--quiet", "-15", "--rm", "--no-check", "-T1")


def _number(value: int) -> bytes:
    return value.to_bytes(8, "little")


def packed(path: Path) -> bytes:
    runs = b"".join(_number(offset) + _number(len(data)) + data for offset, data in data_runs(path))
    return _number(path.stat().st_size) + runs


def files_of(corpus: Path) -> Iterator[Path]:
    for part in PARTS:
        place = corpus / part
        yield from [place] if place.is_file() else (path for path in sorted(place.rglob("*")) if path.is_file())


def main(corpus: Path, out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)
    first: dict[bytes, Path] = {}  # of those that are packed alike
    links = []
    for path in files_of(corpus):
        target = out / path.relative_to(corpus)
        target.parent.mkdir(parents=True, exist_ok=True)
        is_packed = path.suffix == PACKED
        if path.relative_to(corpus).parts[0] not in PACKED_PARTS or path.stat().st_size < PACKED_MIN and not is_packed:
            shutil.copyfile(path, target)
            continue
        data = path.read_bytes() if is_packed else packed(path)
        target = target.with_name(target.name.removesuffix(PACKED) + PACKED)
        before = first.setdefault(hashlib.sha256(data).digest(), target)
        if before is target:
            target.write_bytes(data)
        else:
            links.append((before, target))
    subprocess.run([*COMPRESS, *map(str, first.values())], check=True)
    for before, target in links:
        os.link(f"{before}.zst", f"{target}.zst")
    for folder, _, names in os.walk(out):
        os.chmod(folder, 0o755)
        for name in names:
            os.chmod(os.path.join(folder, name), 0o644)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
