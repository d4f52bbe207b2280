"""Debian packages of CPack's, made the same to the bit: python3 -m release.deb OUT PACKAGE...

What CPack leaves to chance are times, owners and the order of files. Each package is unpacked into its three members,
whose archives are written anew.
"""

import io
import lzma
import sys
import tarfile
from pathlib import Path

from release.corpus_packages import TIME

HEADER = "{name:<16}{time:<12}{owner:<6}{owner:<6}{mode:<8}{size:<10}`\n"


def members(deb: bytes) -> list[tuple[str, bytes]]:
    """Of an ar archive."""
    assert deb.startswith(b"!<arch>\n")
    found, at = [], 8
    while at < len(deb):
        name, size = deb[at:at + 16].decode().strip().rstrip("/"), int(deb[at + 48:at + 58])
        found.append((name, deb[at + 60:at + 60 + size]))
        at += 60 + size + size % 2
    return found


def archive(parts: list[tuple[str, bytes]]) -> bytes:
    out = b"!<arch>\n"
    for name, data in parts:
        out += HEADER.format(name=name, time=TIME, owner=0, mode="100644", size=len(data)).encode()
        out += data + b"\n" * (len(data) % 2)
    return out


def normal_tar(packed: bytes) -> bytes:
    """The same members in the order of their names; nothing of the machine in them."""
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(packed)) as source, \
            tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as target:
        for info in sorted(source.getmembers(), key=lambda member: member.name):
            info.mtime, info.uid, info.gid, info.uname, info.gname = TIME, 0, 0, "root", "root"
            info.pax_headers = {}
            target.addfile(info, source.extractfile(info) if info.isreg() else None)
    return out.getvalue()


def normal(deb: bytes) -> bytes:
    parts = []
    for name, data in members(deb):
        if name.startswith(("control.tar", "data.tar")):
            name, data = name.partition(".tar")[0] + ".tar.xz", lzma.compress(normal_tar(data), preset=9)
        parts.append((name, data))
    return archive(parts)


if __name__ == "__main__":
    for path in map(Path, sys.argv[2:]):
        (Path(sys.argv[1]) / path.name).write_bytes(normal(path.read_bytes()))
