"""The guest disk after the steps of a modify operation: what every byte must be, and where two answers are right.

In the open parts, what was discarded and what a disk that grows uncovers of its last cluster, a byte is what it was
before, as `file` has it, or zero. In the torn parts, which were changed and not flushed when the program was killed, it
is what `file` has, or what it was before the first step.
"""

from dataclasses import dataclass, field
from typing import Callable, Optional

from generators.case.errors import CaseError
from generators.case.geometry import Geometry
from generators.case.guest_map import COMPRESSED, STANDARD
from generators.case.spec import Spec, number
from generators.guest.step_content import step_bytes
from generators.image.image import Image
from generators.image.sparse import SparseFile

Range = tuple[int, int]  # first byte, and the byte behind the last


@dataclass(frozen=True)
class After:
    """`open` and `torn`: (offset, length), ascending and apart."""

    file: SparseFile
    open: list[Range]
    torn: list[Range] = field(default_factory=list)


@dataclass(frozen=True)
class Before:
    """The disks that there are before the first step; `backing` is the backing file's name and disk."""

    image: Image
    file: SparseFile
    snapshots: dict[str, SparseFile] = field(default_factory=dict)
    backing: Optional[tuple[str, SparseFile]] = None
    siblings: frozenset[str] = frozenset()


def disks_after(before: Before, steps: list[Spec]) -> dict[str, After]:
    """The active disk, under "", and beside it what belongs to the operation: "snapshot-NAME" for each that there is in
    the end, where a step concerns snapshots; "sibling-NAME" for a file that a commit changes; "content-N" for what step
    N writes. Nothing of `before` is changed."""
    disk = _Disk(before)
    for index, step in enumerate(steps):
        (kind, stated), = step.items()
        try:
            disk.take(index, kind, stated)
        except CaseError as error:
            raise error.inside(f"steps.{index}.{kind}") from None
    return disk.all(of_snapshots=any(kind.startswith("snapshot_") for step in steps for kind in step))


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


class _Disk:
    def __init__(self, before: Before) -> None:
        self.before = before
        self.geometry: Geometry = before.image.geometry
        self.file = before.file.resized(before.file.length)
        self.hidden = _hidden_tail(before.image)  # behind the end, up to the border of the last cluster
        self.open: list[Range] = []
        self.torn: list[Range] = []
        self.unflushed: list[Range] = []
        self.flushed: list[Range] = []
        self.snapshots = {name: After(file, []) for name, file in before.snapshots.items()}
        self.backing = before.backing
        self.others: dict[str, After] = {}

    def all(self, of_snapshots: bool) -> dict[str, After]:
        snapshots = {f"snapshot-{name}": disk for name, disk in self.snapshots.items()} if of_snapshots else {}
        return {"": self._now(), **snapshots, **self.others}

    def take(self, index: int, kind: str, stated: Spec) -> None:
        if kind == "parallel":
            return self._parallel(index, stated)
        other: Optional[Callable[[Spec], None]] = {
            "resize": self._resize, "flush": self._flush, "kill": self._kill, "commit": self._commit,
            "rebase": self._rebase,
            "snapshot_create": self._snapshot_create, "snapshot_apply": self._snapshot_apply,
            "snapshot_delete": self._snapshot_delete}.get(kind)
        return other(stated) if other else self._range(index, kind, stated)

    # ---- the guest's own -------------------------------------------------------------------------------
    def _range(self, index: int, kind: str, stated: Spec) -> None:
        start, length = number(stated["offset"]), number(stated["length"])
        if start + length > self.file.length:
            raise CaseError(f"reaches past the end of a disk of {self.file.length} bytes")
        self.unflushed.append((start, start + length))
        self.torn = _without(self.torn, start, start + length)
        if kind == "discard":
            return self._open(start, start + length)
        if kind == "write_compressed":
            self._whole_clusters(start, start + length)
        data = bytes(length)
        if kind != "write_zeroes":
            data = step_bytes(stated, start, length, index, self.before.file, self.geometry.cluster_size)
        if "content" in stated:
            content = SparseFile(length)
            content.write(0, data)
            self.others[f"content-{index}"] = After(content, [])
        self.file.write(start, data)
        self._close(start, start + length)

    def _parallel(self, index: int, steps: list[Spec]) -> None:
        """In any order: where a write meets zeros or a discard, a byte is the write's, or zero. Two writes do not meet:
        of two bytes that are right, this would have no word for the second."""
        written: list[Range] = []
        emptied: list[Range] = []
        changes = [item for step in steps for item in step.items()]
        for kind, stated in sorted(changes, key=lambda change: change[0] == "write"):
            start, end = number(stated["offset"]), number(stated["offset"]) + number(stated["length"])
            if kind == "write" and _meet(written, start, end):
                raise CaseError("writes that are in flight together name no byte twice")
            (written if kind == "write" else emptied).append((start, end))
            self.take(index, kind, stated)
        for start, end in written:
            for first, last in emptied:
                self._open(max(start, first), min(end, last))

    def _flush(self, _: Spec) -> None:
        self.flushed, self.unflushed = [*self.flushed, *self.unflushed], []

    def _kill(self, _: Spec) -> None:
        """What was not flushed is as it is now, or as it was before the first step, which must be all that it was."""
        for start, end in self.unflushed:
            if _meet(self.flushed, start, end):
                raise CaseError(f"[{start}, {end}) was flushed before, and then changed: three answers could be right")
        self.torn, self.unflushed = _joined([*self.torn, *self.unflushed]), []

    def _whole_clusters(self, start: int, end: int) -> None:
        size = self.geometry.cluster_size
        if start % size or end % size and end != self.file.length or start == end:
            raise CaseError("a compressed write is of whole clusters")

    def _resize(self, stated: Spec) -> None:
        length, before = number(stated), self.file.length
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

    # ---- snapshots -------------------------------------------------------------------------------------
    def _now(self) -> After:
        copy = self.file.resized(self.file.length)
        return After(copy, _lengths(self.open), _lengths(self.torn))

    def _snapshot(self, name: Spec) -> After:
        if name not in self.snapshots:
            raise CaseError(f"there is no snapshot '{name}'")
        return self.snapshots[str(name)]

    def _snapshot_create(self, name: Spec) -> None:
        if name in self.snapshots:
            raise CaseError(f"there is a snapshot '{name}' already")
        self.snapshots[str(name)] = self._now()

    def _snapshot_apply(self, name: Spec) -> None:
        disk = self._snapshot(name)
        if disk.file.length % self.geometry.cluster_size:
            raise CaseError("the bytes after the end of this snapshot's disk are unknown")
        self.file = disk.file.resized(disk.file.length)
        self.open = [(start, start + length) for start, length in disk.open]
        self.hidden = b""

    def _snapshot_delete(self, name: Spec) -> None:
        self._snapshot(name)
        del self.snapshots[str(name)]

    # ---- the file behind -------------------------------------------------------------------------------
    def _commit(self, _: Spec) -> None:
        """What the image has goes into the backing file, which becomes as long as the image if it was shorter."""
        if self.backing is None:
            raise CaseError("there is no backing file that the case's own header names")
        name, disk = self.backing
        merged = self.file.resized(max(disk.length, self.file.length))
        merged.write(self.file.length, disk.read(self.file.length, max(0, disk.length - self.file.length)))
        self.backing = name, merged
        self.others[f"sibling-{name}"] = After(merged, self._now().open)

    def _rebase(self, stated: Optional[Spec]) -> None:
        """The disk reads as before."""
        if stated is not None and stated["backing_file"] not in self.before.siblings:
            raise CaseError(f"the case has no sibling '{stated['backing_file']}'")
        self.backing = None

    # ---- open parts ------------------------------------------------------------------------------------
    def _open(self, start: int, end: int) -> None:
        self.open = _joined([*self.open, (start, end)])

    def _close(self, start: int, end: int) -> None:
        self.open = _without(self.open, start, end)
