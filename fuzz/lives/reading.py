"""A disk as the model reads it, in pieces: whole where it can be read, else down to the clusters that are refused."""

from dataclasses import dataclass
from typing import Optional

from lives.programs import Programs
from lives.records import Header

WHOLE_MAX = 64 << 20
READS_MAX = 60


@dataclass(frozen=True)
class Piece:
    start: int
    length: int
    data: Optional[bytes]  # None: refused


def read(programs: Programs, image: str, snapshot: Optional[str], start: int = 0, length: Optional[int] = None,
         ) -> tuple[Optional[bytes], str]:
    """(the bytes, "") or (None, what the model said)."""
    words = ["--jobs", "1"] + (["--snapshot", snapshot] if snapshot else [])
    words += ["--offset", str(start)] if start else []
    words += ["--length", str(length)] if length is not None else []
    done = programs.ask_model("read", *words, image, "-")
    return (done.out, "") if done.status == 0 else (None, done.err.strip())


def pieces(programs: Programs, image: str, snapshot: Optional[str], header: Header, size: int) -> list[Piece]:
    """`size` is the disk's, as its header or the snapshot's entry has it; what lies beyond 64 MiB is not looked at."""
    size = min(size, WHOLE_MAX)
    data, _ = read(programs, image, snapshot, 0, size)
    if data is not None or read(programs, image, snapshot, 0, 0)[0] is None:
        return [Piece(0, size, data)]
    budget, found, open_ranges = READS_MAX, [], [(0, size)]
    unit = header.cluster_size
    while open_ranges:
        start, length = open_ranges.pop()
        data = read(programs, image, snapshot, start, length)[0] if length < size else None
        budget -= 1
        if data is None and length > unit and budget > 0:
            half = max(unit, length // 2 // unit * unit)
            open_ranges += [(start + half, length - half), (start, half)]
        else:
            found.append(Piece(start, length, data))
    return found
