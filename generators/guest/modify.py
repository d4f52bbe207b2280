"""The guest disk after the steps of a modify operation: what every byte must be, and where two answers are right.

In the open parts, what was discarded and what a disk that grows uncovers of its last cluster, a byte is what it was
before, as `file` has it, or zero. In the torn parts, which were changed and not flushed when the program was killed, it
is what `file` has, or what it was before the first step.
"""

from dataclasses import dataclass, field

from generators.case.errors import CaseError
from generators.case.geometry import Geometry
from generators.case.guest_map import COMPRESSED, STANDARD
from generators.image.image import Image
from generators.image.sparse import SparseFile
from generators.case.spec import Spec, number

Range = tuple[int, int]  # first byte, and the byte behind the last


@dataclass(frozen=True)
class After:
    """`open` and `torn`: (offset, length), ascending and apart."""

    file: SparseFile
    open: list[Range]
    torn: list[Range] = field(default_factory=list)


def disk_after(image: Image, file: SparseFile, steps: list[Spec]) -> After:
    """`file` is the guest disk before, and is not changed."""
    disk = _Disk(image.geometry, file.resized(file.length), _hidden_tail(image))
    for index, step in enumerate(steps):
        (kind, stated), = step.items()
        try:
            disk.take(kind, stated)
        except CaseError as error:
            raise error.inside(f"steps.{index}.{kind}") from None
    return After(disk.file, _lengths(disk.open), _lengths(disk.torn))


def _lengths(ranges: list[Range]) -> list[Range]:
    return [(start, end - start) for start, end in ranges]


def _joined(ranges: list[Range]) -> list[Range]:
    """Ascending and apart."""
    joined: list[Range] = []
    for first, last in sorted(ranges):
        if joined and joined[-1][1] >= first:
            start, end = joined.pop()
            first, last = start, max(end, last)
        if last > first:
            joined.append((first, last))
    return joined


def _without(ranges: list[Range], start: int, end: int) -> list[Range]:
    pieces = [piece for first, last in ranges for piece in ((first, min(last, start)), (max(first, end), last))]
    return [piece for piece in pieces if piece[0] < piece[1]]


def _meet(ranges: list[Range], start: int, end: int) -> bool:
    return any(first < end and start < last for first, last in ranges)


def _hidden_tail(image: Image) -> bytes:
    """What the last cluster holds behind the end of the disk."""
    visible = image.geometry.virtual_size % image.geometry.cluster_size
    entry = image.entries.get(image.geometry.clusters - 1)
    if not visible or entry is None or entry.body is None or entry.cluster.kind not in (COMPRESSED, STANDARD):
        return b""
    whole = entry.body.stream.output if entry.body.stream is not None else entry.body.data
    return whole[visible : image.geometry.cluster_size]


@dataclass
class _Disk:
    geometry: Geometry
    file: SparseFile
    hidden: bytes  # behind the end, up to the border of the last cluster
    open: list[Range] = field(default_factory=list)
    torn: list[Range] = field(default_factory=list)
    unflushed: list[Range] = field(default_factory=list)
    flushed: list[Range] = field(default_factory=list)

    def take(self, kind: str, stated: Spec) -> None:
        if kind == "resize":
            return self._resize(number(stated))
        if kind == "flush":
            self.flushed, self.unflushed = [*self.flushed, *self.unflushed], []
            return None
        if kind == "kill":
            return self._kill()
        if kind == "parallel":
            return self._parallel(stated)
        start, length = number(stated["offset"]), number(stated["length"])
        if start + length > self.file.length:
            raise CaseError(f"reaches past the end of a disk of {self.file.length} bytes")
        self.unflushed.append((start, start + length))
        self.torn = _without(self.torn, start, start + length)
        if kind == "discard":
            return self._open(start, start + length)
        if kind == "write_compressed":
            self._whole_clusters(start, start + length)
        self.file.write(start, bytes([stated["byte"] if kind != "write_zeroes" else 0]) * length)
        self._close(start, start + length)

    def _parallel(self, steps: list[Spec]) -> None:
        """In any order, since no two of them name one byte."""
        named: list[Range] = []
        for step in steps:
            (kind, stated), = step.items()
            start, end = number(stated["offset"]), number(stated["offset"]) + number(stated["length"])
            if _meet(named, start, end):
                raise CaseError("steps that are in flight together name no byte twice")
            named.append((start, end))
            self.take(kind, stated)

    def _kill(self) -> None:
        """What was not flushed is as it is now, or as it was before the first step, which must be all that it was."""
        for start, end in self.unflushed:
            if _meet(self.flushed, start, end):
                raise CaseError(f"[{start}, {end}) was flushed before, and then changed: three answers could be right")
        self.torn, self.unflushed = _joined([*self.torn, *self.unflushed]), []

    def _whole_clusters(self, start: int, end: int) -> None:
        size = self.geometry.cluster_size
        if start % size or end % size and end != self.file.length or start == end:
            raise CaseError("a compressed write is of whole clusters")

    def _resize(self, length: int) -> None:
        before = self.file.length
        if length < before:
            hidden = -length % self.geometry.cluster_size
            self.hidden = (self.file.read(length, min(hidden, before - length)) + self.hidden)[:hidden]
            self.file = self.file.resized(length)
            return self._close(length, before)
        self.file = self.file.resized(length)
        uncovered, self.hidden = self.hidden[: length - before], self.hidden[length - before :]
        self.file.write(before, uncovered)
        if any(uncovered):
            self._open(before, before + len(uncovered))

    def _open(self, start: int, end: int) -> None:
        self.open = _joined([*self.open, (start, end)])

    def _close(self, start: int, end: int) -> None:
        self.open = _without(self.open, start, end)
