"""Where the records of an image stand, by its own header: a reading of the format for the mutator and for the judge.

It believes what it finds, within the file, and passes over what lies outside. Neither the model nor QEMU is asked.
"""

import struct
from dataclasses import dataclass, field
from typing import Iterator, Optional

from generators.layout import (COMPRESSED, HEADER_FIELDS, HEADER_LENGTH_V2, HEADER_LENGTH_V3, INCOMPATIBLE,
                               STANDARD_OFFSET, available_bytes, host_offset_bits, l2_entry_size)

SNAPSHOT_HEAD = 40  # bytes of a snapshot's entry before its extra data, its id and its name
BITMAP_HEAD = 24  # bytes of a bitmap's entry in the directory, before its extra data and its name
BITMAPS_EXTENSION = 0x23852875
TABLE_MAX = 1 << 13  # entries of one table that are looked at


@dataclass(frozen=True)
class Header:
    fields: dict[str, int]

    @property
    def size(self) -> int:
        return self.fields["size"]

    @property
    def cluster_bits(self) -> int:
        return self.fields["cluster_bits"]

    @property
    def cluster_size(self) -> int:
        return 1 << min(max(self.cluster_bits, 9), 21)

    @property
    def dirty(self) -> bool:
        return bool(self.fields["incompatible_features"] & INCOMPATIBLE["dirty"])

    @property
    def extended_l2(self) -> bool:
        return bool(self.fields["incompatible_features"] & INCOMPATIBLE["extended-l2"])

    @property
    def length(self) -> int:
        return HEADER_LENGTH_V2 if self.fields["version"] < 3 else self.fields["header_length"]


@dataclass(frozen=True)
class Snapshot:
    start: int
    length: int
    id: str
    name: str
    l1_offset: int
    l1_size: int
    disk_size: int


# kind -> [(offset, length)], each a field, an entry or a stretch that damage may fall upon
Places = dict[str, list[tuple[int, int]]]


@dataclass
class Records:
    places: Places = field(default_factory=dict)

    def add(self, kind: str, offset: int, length: int, end: int) -> None:
        if offset >= 0 and length > 0 and offset + length <= end:
            self.places.setdefault(kind, []).append((offset, length))


def read_header(data: bytes) -> Header:
    """Fields that the version does not have, or the file, are 0."""
    data = data[:HEADER_LENGTH_V3].ljust(HEADER_LENGTH_V3, b"\0")
    fields = {name: struct.unpack_from(form, data, offset)[0] for name, (offset, form) in HEADER_FIELDS.items()}
    if fields["version"] < 3:
        for name, (offset, _) in HEADER_FIELDS.items():
            if offset >= HEADER_LENGTH_V2:
                fields[name] = 0
    return Header(fields)


def table(data: bytes, offset: int, count: int) -> list[tuple[int, int]]:
    """(place, entry) of a table of 8-byte entries, those inside the file."""
    count = max(0, min(count, TABLE_MAX, (len(data) - offset) // 8))
    entries = struct.unpack_from(f">{count}Q", data, offset) if count else ()
    return [(offset + 8 * index, entry) for index, entry in enumerate(entries)]


def snapshots(data: bytes) -> list[Snapshot]:
    found, header = [], read_header(data)
    place = header.fields["snapshots_offset"]
    for _ in range(min(header.fields["nb_snapshots"], 100)):
        if place + SNAPSHOT_HEAD > len(data):
            break
        l1_offset, l1_size, id_length, name_length = struct.unpack_from(">QIHH", data, place)
        extra = struct.unpack_from(">I", data, place + 36)[0]
        names = place + SNAPSHOT_HEAD + extra
        length = SNAPSHOT_HEAD + extra + id_length + name_length
        size = struct.unpack_from(">Q", data, place + 48)[0] if extra >= 16 and place + 56 <= len(data) else header.size
        found.append(Snapshot(place, length, data[names : names + id_length].decode("latin-1"),
                              data[names + id_length : names + id_length + name_length].decode("latin-1"),
                              l1_offset, l1_size, size))
        place += -(-length // 8) * 8
    return found


def extensions(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(place, type, length of the data) of each header extension."""
    place = read_header(data).length
    while place + 8 <= len(data):
        kind, length = struct.unpack_from(">II", data, place)
        yield place, kind, length
        if kind == 0 or length > len(data):
            return
        place += 8 + -(-length // 8) * 8


def entry_at(data: bytes, l1_offset: int, l1_size: int, guest_cluster: int) -> Optional[int]:
    """The L2 entry of a guest cluster; None where its tables do not lead to one inside the file."""
    header = read_header(data)
    size = l2_entry_size(header.extended_l2)
    per_table = header.cluster_size // size
    l1_index, l2_index = divmod(guest_cluster, per_table)
    place = l1_offset + 8 * l1_index
    if l1_index >= l1_size or place + 8 > len(data):
        return None
    l2_place = (struct.unpack_from(">Q", data, place)[0] & STANDARD_OFFSET) + l2_index * size
    if l2_place < header.cluster_size or l2_place + 8 > len(data):
        return None
    return int(struct.unpack_from(">Q", data, l2_place)[0])


def find_records(data: bytes) -> Records:
    found, header, end = Records(), read_header(data), len(data)
    fields = header.fields
    for name, (offset, form) in HEADER_FIELDS.items():
        if offset < header.length:
            found.add("header", offset, struct.calcsize(form), end)
    for place, kind, length in extensions(data):
        found.add("extensions", place, 4, end)
        found.add("extensions", place + 4, 4, end)
        found.add("extensions", place + 8, min(length, end), end)
        if kind == BITMAPS_EXTENSION and place + 32 <= end:
            _bitmaps(data, found, *struct.unpack_from(">IIQQ", data, place + 8))
    if fields["backing_file_offset"]:
        found.add("backing file name", fields["backing_file_offset"], fields["backing_file_size"], end)
    _tables(data, header, found, "", fields["l1_table_offset"], fields["l1_size"])
    _refcounts(data, header, found)
    for one in snapshots(data):
        for offset, length in ((0, 8), (8, 4), (12, 2), (14, 2), (32, 4), (36, 4), (48, 8)):
            found.add("snapshot table", one.start + offset, length, end)
        found.add("snapshot table", one.start + SNAPSHOT_HEAD, one.length - SNAPSHOT_HEAD, end)
        _tables(data, header, found, "snapshot's ", one.l1_offset, one.l1_size)
    return found


def _tables(data: bytes, header: Header, found: Records, whose: str, l1_offset: int, l1_size: int) -> None:
    size, bits, end = l2_entry_size(header.extended_l2), host_offset_bits(header.cluster_bits), len(data)
    for place, l1_entry in table(data, l1_offset, l1_size):
        found.add(f"{whose}L1 table", place, 8, end)
        l2_offset = l1_entry & STANDARD_OFFSET
        if l2_offset == 0:
            continue
        for l2_place, entry in table(data, l2_offset, header.cluster_size // 8)[:: size // 8]:
            found.add(f"{whose}L2 table", l2_place, size, end)
            if entry & COMPRESSED:
                offset = entry & (1 << bits) - 1
                length = available_bytes(offset, (entry & COMPRESSED - 1) >> bits)
                found.add("streams", offset, min(length, end - offset), end)
            elif entry & STANDARD_OFFSET:
                found.add("data", entry & STANDARD_OFFSET, header.cluster_size, end)


def _refcounts(data: bytes, header: Header, found: Records) -> None:
    entries = header.fields["refcount_table_clusters"] * header.cluster_size // 8
    for place, block in table(data, header.fields["refcount_table_offset"], entries):
        found.add("refcount table", place, 8, len(data))
        if block:
            found.add("refcount blocks", block, min(header.cluster_size, 64), len(data))


@dataclass(frozen=True)
class Bitmap:
    start: int
    table_offset: int
    table_size: int
    granularity_bits: int


def _bitmaps_in(data: bytes, count: int, size: int, offset: int) -> Iterator[Bitmap]:
    place, end = offset, min(offset + size, len(data))
    for _ in range(min(count, 100)):
        if place + BITMAP_HEAD > end:
            return
        table_offset, table_size, _, _, grain, name_length, extra = struct.unpack_from(">QIIBBHI", data, place)
        yield Bitmap(place, table_offset, table_size, grain)
        place += -(-(BITMAP_HEAD + extra + name_length) // 8) * 8


def bitmap_granularities(data: bytes) -> list[int]:
    for place, kind, _ in extensions(data):
        if kind == BITMAPS_EXTENSION and place + 32 <= len(data):
            count, _, size, offset = struct.unpack_from(">IIQQ", data, place + 8)
            return [one.granularity_bits for one in _bitmaps_in(data, count, size, offset)]
    return []


def _bitmaps(data: bytes, found: Records, count: int, _: int, size: int, offset: int) -> None:
    for one in _bitmaps_in(data, count, size, offset):
        for at, length in ((0, 8), (8, 4), (12, 4), (16, 1), (17, 1), (18, 2), (20, 4)):
            found.add("bitmap directory", one.start + at, length, len(data))
        for entry_place, _entry in table(data, one.table_offset, one.table_size):
            found.add("bitmap tables", entry_place, 8, len(data))
