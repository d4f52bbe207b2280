"""A tar archive that is the same to the bit wherever it is made, and keeps holes.

A sparse file is stored in GNU's form 1.0, which GNU tar, bsdtar and Python's tarfile read: the member holds a map of
the runs that are not zero, then these runs. A run is made of whole blocks, so the map does not depend on the file
system.
"""

import io
import os
import tarfile
from pathlib import Path
from typing import BinaryIO, Iterator

BLOCK = 4096
_ZEROS = bytes(BLOCK)
_LEAST_SPARSE = 1 << 20  # a shorter file is stored as it is


def data_runs(path: Path) -> Iterator[tuple[int, bytes]]:
    """(offset, bytes) of each maximal run of blocks that are not all zero."""
    with open(path, "rb", buffering=0) as file:
        end = os.fstat(file.fileno()).st_size
        start, run = 0, bytearray()
        position = 0
        while position < end:
            try:
                position = os.lseek(file.fileno(), position, os.SEEK_DATA) // BLOCK * BLOCK
            except OSError:  # nothing but a hole is left
                break
            stop = min(end, -(-os.lseek(file.fileno(), position, os.SEEK_HOLE) // BLOCK) * BLOCK)
            while position < stop:
                block = os.pread(file.fileno(), BLOCK, position)
                if block != _ZEROS[: len(block)]:
                    if run and start + len(run) != position:
                        yield start, bytes(run)
                        run = bytearray()
                    if not run:
                        start = position
                    run += block
                position += len(block)
        if run:
            yield start, bytes(run)


class SparseTar:
    """Members in the order in which they are added; owners, times and modes say nothing of the machine.

    Without `holes` every file is stored as it is, for busybox, which knows no sparse ones.
    """

    def __init__(self, out: BinaryIO, time: int, holes: bool = True) -> None:
        self._holes = holes
        self._tar = tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT)
        self._time = time

    def __enter__(self) -> "SparseTar":
        return self

    def __exit__(self, *_: object) -> None:
        self._tar.close()

    def add_bytes(self, name: str, data: bytes, executable: bool = False) -> None:
        self._add(self._info(name, executable), data)

    def add_file(self, name: str, path: Path) -> None:
        executable = os.access(path, os.X_OK)
        length = path.stat().st_size
        if length < _LEAST_SPARSE or not self._holes:
            self.add_bytes(name, path.read_bytes(), executable)
            return
        runs = list(data_runs(path))
        numbers = [len(runs) + 1, *(number for start, run in runs for number in (start, len(run))), length, 0]
        stored = "".join(f"{number}\n" for number in numbers).encode()
        stored += bytes(-len(stored) % tarfile.BLOCKSIZE)
        folder, _, base = name.rpartition("/")
        info = self._info(f"{folder or '.'}/GNUSparseFile.0/{base}", executable)
        info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": name,
                            "GNU.sparse.realsize": str(length)}
        self._add(info, stored + b"".join(run for _, run in runs))

    def add_link(self, name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> None:
        info = self._info(name, executable=kind == tarfile.SYMTYPE)
        info.type = kind
        info.linkname = target
        self._add(info, b"")

    def add_tree(self, name: str, folder: Path) -> None:
        """Everything below the folder, in the order of the paths."""
        first: dict[int, str] = {}  # of hard links
        for path in sorted(folder.rglob("*")):
            member = f"{name}/{path.relative_to(folder)}"
            if path.is_symlink():
                self.add_link(member, os.readlink(path))
            elif path.is_file():
                known = first.setdefault(path.stat().st_ino, member)
                if known == member or path.stat().st_nlink == 1:
                    self.add_file(member, path)
                else:
                    self.add_link(member, known, tarfile.LNKTYPE)

    def _info(self, name: str, executable: bool) -> tarfile.TarInfo:
        info = tarfile.TarInfo(name)
        info.mode = 0o755 if executable else 0o644
        info.mtime = self._time
        return info

    def _add(self, info: tarfile.TarInfo, data: bytes) -> None:
        info.size = len(data)
        self._tar.addfile(info, io.BytesIO(data))
