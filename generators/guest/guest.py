"""How the guest disk should read: its bytes, where they come from, and which parts must be refused."""

from dataclasses import dataclass
from typing import Iterator, Optional

from generators import layout
from generators.image.entries import Entry
from generators.case.guest_map import COMPRESSED, RAW, STANDARD, ZERO
from generators.image.image import Image
from generators.image.sparse import SparseFile

REFUSED, BACKING, UNALLOCATED = "refused", "backing", "unallocated"


@dataclass(frozen=True)
class Extent:
    """Some bytes of the guest disk, all of one kind."""

    offset: int
    length: int
    kind: str
    host_offset: Optional[int] = None


@dataclass(frozen=True)
class Guest:
    """The disk as it should be read; what must be refused stands as zeros."""

    file: SparseFile
    extents: list[Extent]

    @property
    def refused(self) -> list[tuple[int, int]]:
        parts: list[tuple[int, int]] = []
        for extent in self.extents:
            if extent.kind != REFUSED:
                continue
            if parts and sum(parts[-1]) == extent.offset:
                parts[-1] = (parts[-1][0], parts[-1][1] + extent.length)
            else:
                parts.append((extent.offset, extent.length))
        return parts

    @property
    def is_mapped(self) -> bool:
        """Whether the tables say of every byte where it comes from, though a stream there may be broken."""
        return all(extent.host_offset is not None for extent in self.extents if extent.kind == REFUSED)

    def pieces(self, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """From where to where, and whether that can be read."""
        for offset, length in self.refused:
            first, last = max(start, offset), min(end, offset + length)
            if first < last:
                if start < first:
                    yield start, first, True
                yield first, last, False
                start = last
        if start < end:
            yield start, end, True


class Reader:
    """Reads one image the way its case means it; `backing` is how its backing file reads."""

    def __init__(self, image: Image, backing: Optional[Guest]) -> None:
        self.image = image
        self.geometry = image.geometry
        self.backing = backing
        self.size = self.geometry.virtual_size
        self.file = SparseFile(self.size)
        self.extents: list[Extent] = []
        self.unusual = self._unusual_tables()

    def guest(self) -> Guest:
        size = self.geometry.cluster_size
        per_table = self.geometry.l2_entries
        special = sorted({*self.image.entries, *(index for l1_index in self.unusual
                                                 for index in range(l1_index * per_table, (l1_index + 1) * per_table))})
        position = 0
        for index in special:
            start = index * size
            if start >= self.size:
                break
            self._fall_through(position, start)
            self._cluster(index, start, min(size, self.size - start))
            position = min(start + size, self.size)
        self._fall_through(position, self.size)
        return Guest(self.file, self.extents)

    # ---- one guest cluster -----------------------------------------------------------------------------
    def _cluster(self, index: int, start: int, length: int) -> None:
        table_reads = self.unusual.get(index // self.geometry.l2_entries)
        entry = self.image.entries.get(index)
        if table_reads == REFUSED:
            return self._add(start, length, REFUSED)
        if entry is None or table_reads == "zeros":
            return self._fall_through(start, start + length)
        reads = entry.cluster.spec.get("reads")
        if reads == REFUSED:
            return self._add(start, length, REFUSED)
        if reads == "zeros":
            return self._add(start, length, ZERO)
        if reads == "host":
            return self._host(entry, start, length)
        if entry.cluster.kind == COMPRESSED:
            return self._compressed(entry, start, length, forced=reads == "stream")
        if entry.cluster.kind == RAW or entry.cluster.kind == ZERO and self.geometry.version == 2:
            return self._add(start, length, REFUSED)
        if entry.bitmap is not None:
            return self._subclusters(entry, start, length)
        if entry.cluster.kind == ZERO:
            return self._add(start, length, ZERO)
        if entry.cluster.kind == STANDARD:
            return self._standard(entry, start, length, 0)
        return self._fall_through(start, start + length)

    def _compressed(self, entry: Entry, start: int, length: int, forced: bool) -> None:
        assert entry.body is not None and entry.body.stream is not None
        stream = entry.body.stream
        present = min(entry.length, self.image.file.length - entry.host_offset)
        own_place = entry.host_offset == self.image.places.start(entry.body.name)
        complete = stream.needed is not None and stream.needed <= present and own_place
        reserved = entry.value & layout.reserved_offset_bits(self.geometry.cluster_bits)
        sound = not reserved and "data_file" not in self.image.spec
        if not forced and not (complete and sound):
            return self._add(start, length, REFUSED, entry.host_offset if sound else None)
        self.file.write(start, stream.output[:length])
        self._add(start, length, COMPRESSED, entry.host_offset)

    def _standard(self, entry: Entry, start: int, length: int, skip: int) -> None:
        external = self.image.data_file is not None
        if entry.host_offset % self.geometry.cluster_size or external and entry.host_offset + skip != start:
            return self._add(start, length, REFUSED)
        host = self.image.data_file if self.image.data_file is not None else self.image.file
        self.file.write(start, host.read(entry.host_offset + skip, length))
        self._add(start, length, STANDARD, entry.host_offset + skip)

    def _host(self, entry: Entry, start: int, length: int) -> None:
        """A standard entry by its number, which may name anything in the file, the tables too."""
        host_offset = entry.value & layout.STANDARD_OFFSET
        self.file.write(start, self.image.file.read(host_offset, length))
        self._add(start, length, STANDARD, host_offset)

    def _subclusters(self, entry: Entry, start: int, length: int) -> None:
        """Extended L2: each 32nd of the cluster for itself; allocated and zero at once makes the cluster refused."""
        assert entry.bitmap is not None
        size = self.geometry.cluster_size // layout.SUBCLUSTERS
        states = [layout.subcluster_status(entry.bitmap, index) for index in range(layout.SUBCLUSTERS)]
        if (True, True) in states:
            return self._add(start, length, REFUSED)
        for index, (allocated, zero) in enumerate(states):
            at = index * size
            if at >= length:
                break
            if allocated:
                self._standard(entry, start + at, min(size, length - at), at)
            elif zero:
                self._add(start + at, min(size, length - at), ZERO)
            else:
                self._fall_through(start + at, start + min(at + size, length))

    # ---- what no entry of this image holds -------------------------------------------------------------
    def _fall_through(self, start: int, end: int) -> None:
        """The backing file as far as it goes, zeros behind it."""
        border = start
        if self.backing is not None:
            border = max(start, min(end, self.backing.file.length))
            self.file.write(start, self.backing.file.read(start, border - start))
            for first, last, readable in self.backing.pieces(start, border):
                self._add(first, last - first, BACKING if readable else REFUSED)
        self._add(border, end - border, UNALLOCATED)

    def _add(self, offset: int, length: int, kind: str, host_offset: Optional[int] = None) -> None:
        """Neighbours of one kind become one extent, standard ones only when they are neighbours in the file too."""
        if not length:
            return
        if self.extents and kind != COMPRESSED and (kind, host_offset is None) != (REFUSED, False):
            last = self.extents[-1]
            follows = None if last.host_offset is None else last.host_offset + last.length
            if last.kind == kind and follows == host_offset:
                self.extents[-1] = Extent(last.offset, last.length + length, kind, last.host_offset)
                return
        self.extents.append(Extent(offset, length, kind, host_offset))

    # ---- L2 tables that are not where they should be ---------------------------------------------------
    def _unusual_tables(self) -> dict[int, str]:
        """l1_index -> how everything under it reads: as the case says, or refused where the table cannot be read."""
        stated = self.image.spec.get("l1", {})
        unusual = {int(key): entry["reads"] for key, entry in stated.items() if "reads" in entry}
        size = self.geometry.cluster_size
        for l1_index in self.image.disk.l1_indexes():
            start = self.image.places.start(self.image.disk.table(l1_index))
            if str(l1_index) not in stated and (start % size or start + size > self.image.file.length):
                unusual[l1_index] = REFUSED
        return unusual


def read_guest(image: Image, backing: Optional[Guest] = None) -> Guest:
    if image.places.start(image.disk.l1_table) % image.geometry.cluster_size:
        return refused_whole(image)
    return Reader(image, backing).guest()


def refused_whole(image: Image) -> Guest:
    """The disk of an image that cannot be opened at all."""
    size = image.geometry.virtual_size
    return Guest(SparseFile(size), [Extent(0, size, REFUSED)] if size else [])
