"""A qcow2 disk that can be written: read by the spec's own reader, changed by the few rules that its readers need.

It allocates at the end of the file, and gives nothing back but a count. Each change is made under one lock, in an order
that a kill at any time leaves sound: refcounts up, bytes, tables, refcounts down. It writes images with 16-bit
refcounts and ordinary L2 entries, and refuses to write into extended ones.
"""

from __future__ import annotations

import os
import struct
import sys
import threading
from pathlib import Path
from typing import Callable, Iterator

from tests.servers.protocol import Refused

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "implementations/spec-reader"))

import qcow2_spec_reader as reader  # noqa: E402  (found by the line above)

COPIED, COMPRESSED, ZERO = 1 << 63, 1 << 62, 1
HOLE, HOLE_AND_ZERO = 1, 3
ABSENT, OWN, BACKING = 0, 1, 2
EXTENTS_MAX = 1000  # of one answer to a question about status


READER = reader.Image


class Image(READER):
    """The same without its caches, which know nothing of writes, and with a decoder for one thread at a time."""

    decoding = threading.Lock()

    def l2_table(self, l1_index):
        return READER.l2_table.__wrapped__(self, l1_index)

    def stream(self, host_offset, additional_sectors):
        with self.decoding:
            return self.decoded(host_offset, additional_sectors)

    def decoded(self, host_offset, additional_sectors):
        return READER.stream.__wrapped__(self, host_offset, additional_sectors)


class Disk:
    image_class: type[Image] = Image

    def __init__(self, path: str, read_only: bool) -> None:
        reader.Image = self.image_class  # of backing files too
        self.file = reader.File(os.fsencode(path))
        self.image = self.image_class(self.file)
        self.size, self.cluster_size = self.image.size, self.image.cluster_size
        self.read_only = read_only
        self.lock = threading.RLock()
        if not read_only:
            os.close(self.file.fd)
            self.file.fd = os.open(path, os.O_RDWR)
            self.refcount_table, = struct.unpack(">Q", self.file.read(48, 8))

    # ---- reading -------------------------------------------------------------------------------------------
    def read(self, offset: int, length: int) -> bytes:
        try:
            return self.bytes_of(offset, length)
        except reader.Refused as refusal:
            raise Refused from refusal

    def bytes_of(self, offset: int, length: int) -> bytes:
        return b"".join(data.ljust(stop - start, b"\0")
                        for start, stop, data in self.image.pieces(offset, offset + length))

    def status(self, context: str, offset: int, length: int) -> list[tuple[int, int]]:
        """(length, status) of each extent. Of allocation: a hole with zeros, or data; of depth: where it is."""
        extents: list[tuple[int, int]] = []
        try:
            for size, status in self.statuses({"allocation": self.kind, "depth": self.depth}[context], offset,
                                              offset + length):
                if extents and extents[-1][1] == status:
                    size += extents.pop()[0]
                elif len(extents) == EXTENTS_MAX:
                    break
                extents.append((size, status))
        except reader.Refused as refusal:
            raise Refused from refusal
        return extents

    def statuses(self, status_of: Callable[[int], int], start: int, end: int) -> Iterator[tuple[int, int]]:
        while start < end:
            table = self.image.l2_table(start // self.image.table_span)
            unit = self.cluster_size if table else self.image.table_span
            stop = min(end, (start // unit + 1) * unit)
            yield stop - start, status_of(self.entry(start // self.cluster_size) if table else 0)
            start = stop

    def kind(self, entry: int) -> int:
        plain = not self.image.backing and not self.image.extended
        return HOLE_AND_ZERO if plain and not entry & COMPRESSED and (entry & ZERO or not entry & reader.OFFSET) else 0

    def depth(self, entry: int) -> int:
        """Of what has no entry: in the backing file, wherever that has it, or nowhere."""
        return OWN if entry else BACKING if self.image.backing else ABSENT

    # ---- changes -------------------------------------------------------------------------------------------
    def write(self, offset: int, data: bytes) -> None:
        with self.lock:
            for start, end in self.by_cluster(offset, offset + len(data)):
                self.change(start, data[start - offset:end - offset])

    def zero(self, offset: int, length: int) -> None:
        with self.lock:
            for start, end in self.by_cluster(offset, offset + length):
                if end - start == self.cluster_size and self.image.version == 3:
                    self.replace(start // self.cluster_size, ZERO)
                else:
                    self.change(start, bytes(end - start))

    def discard(self, offset: int, length: int) -> None:
        """Whole clusters; what is left of others stays."""
        with self.lock:
            for start, end in self.by_cluster(offset, offset + length):
                if end - start == self.cluster_size and self.image.version == 3:
                    self.replace(start // self.cluster_size, ZERO)

    def flush(self) -> None:
        """Nothing waits: what was written is with the kernel."""

    def close(self) -> None:
        """When it is told to end."""

    def by_cluster(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        while start < end:
            stop = min(end, (start // self.cluster_size + 1) * self.cluster_size)
            yield start, stop
            start = stop

    def change(self, start: int, data: bytes) -> None:
        """Bytes of one cluster."""
        index, inside = divmod(start, self.cluster_size)
        entry = self.entry(index)
        if self.is_own(index, entry):
            return self.put((entry & reader.OFFSET) + inside, data)
        whole = bytearray(self.old(index))
        whole[inside:inside + len(data)] = data
        host = self.allocate()
        self.put(host, bytes(whole))
        self.replace(index, host | COPIED)

    def old(self, index: int) -> bytes:
        start = index * self.cluster_size
        end = min(self.size, start + self.cluster_size)
        return self.read(start, end - start).ljust(self.cluster_size, b"\0")

    def is_own(self, index: int, entry: int) -> bool:
        """A standard cluster that nothing else uses, under a table that nothing else uses."""
        standard = bool(entry & COPIED) and not entry & (COMPRESSED | ZERO)
        return standard and bool(self.l1_entry(self.l1_index(index)) & COPIED)

    # ---- tables --------------------------------------------------------------------------------------------
    def l1_index(self, index: int) -> int:
        return index * self.cluster_size // self.image.table_span

    def l1_entry(self, l1_index: int) -> int:
        return struct.unpack(">Q", self.file.read(self.image.l1_offset + l1_index * 8, 8))[0]

    def place(self, table: int, index: int) -> int:
        return table + index % (self.cluster_size // 8) * 8

    def entry(self, index: int) -> int:
        table = self.l1_entry(self.l1_index(index)) & reader.OFFSET
        return struct.unpack(">Q", self.file.read(self.place(table, index), 8))[0] if table else 0

    def replace(self, index: int, entry: int) -> None:
        """Another entry, in a table that is the active disk's alone; what the old one used is counted down."""
        table = self.own_table(self.l1_index(index))
        old = self.entry(index)
        self.put(self.place(table, index), struct.pack(">Q", entry))
        self.release(old)

    def own_table(self, l1_index: int) -> int:
        entry = self.l1_entry(l1_index)
        if entry & COPIED:
            return entry & reader.OFFSET
        if self.image.extended or self.image.external:
            raise Refused
        old = entry & reader.OFFSET
        host = self.allocate()
        self.put(host, self.file.read(old, self.cluster_size) if old else bytes(self.cluster_size))
        self.put(self.image.l1_offset + l1_index * 8, struct.pack(">Q", host | COPIED))
        if old:
            self.count(old, -1)
        return host

    def release(self, entry: int) -> None:
        for host in self.used_by(entry):
            self.count(host, -1)

    def used_by(self, entry: int) -> list[int]:
        """The host clusters of an entry."""
        if not entry & COMPRESSED:
            return [entry & reader.OFFSET] if entry & reader.OFFSET else []
        x = 62 - (self.image.cluster_bits - 8)
        host, sectors = entry & (1 << x) - 1, entry >> x & (1 << self.image.cluster_bits - 8) - 1
        first, last = host // self.cluster_size, (host // 512 * 512 + (sectors + 1) * 512 - 1) // self.cluster_size
        return [cluster * self.cluster_size for cluster in range(first, last + 1)]

    # ---- host clusters -------------------------------------------------------------------------------------
    def allocate(self) -> int:
        """A new cluster at the end of the file, with refcount 1."""
        host = -(-self.file.size // self.cluster_size) * self.cluster_size
        self.put(host + self.cluster_size - 1, b"\0")
        if not self.block(host):
            table = self.refcount_table + host // self.cluster_size // (self.cluster_size // 2) * 8
            self.put(table, struct.pack(">Q", host))  # it counts itself
            self.count(host, 1)
            return self.allocate()
        self.count(host, 1)
        return host

    def block(self, host: int) -> int:
        per_block = self.cluster_size // 2
        return struct.unpack(">Q", self.file.read(self.refcount_table + host // self.cluster_size // per_block * 8,
                                                  8))[0]

    def count(self, host: int, change: int) -> None:
        at = self.block(host) + host // self.cluster_size % (self.cluster_size // 2) * 2
        now, = struct.unpack(">H", self.file.read(at, 2))
        self.put(at, struct.pack(">H", max(0, now + change)))

    def put(self, offset: int, data: bytes) -> None:
        os.pwrite(self.file.fd, data, offset)
        self.file.size = max(self.file.size, offset + len(data))
