"""A checker of one page, for tests only: counts what an image's own tables name, and compares.

It takes nothing from generators/ but the reader beside it, decodes no stream, and says clean, leaks or corrupt.
Extents that reach past the end of the file are counted whole: cases on that point are open.
"""

import struct
from typing import Dict, Iterator, List, Tuple

from tests.generators.read_back import Image

OFFSET = 0x00FFFFFFFFFFFE00
COPIED = 1 << 63
L1_RESERVED = 0x7F000000000001FF
STANDARD_RESERVED = 0x3F000000000001FE


class Checker(Image):
    def verdict(self, file_length: int) -> str:
        """Of an image whose tables can all be found; `file_length` tells how many host clusters it has."""
        self.faults = 0
        self.references: Dict[int, int] = {}
        self.flags: List[Tuple[int, int]] = []
        table_offset, table_clusters, snapshots, snapshot_offset = struct.unpack(">QIIQ", self.read(48, 24))
        order = struct.unpack(">I", self.read(96, 4))[0] if self.version == 3 else 4
        self.refcount_bits = 1 << order
        table = self.read(table_offset, table_clusters << self.bits)
        self.blocks = [block for block, in struct.iter_unpack(">Q", table)]
        self.name(0, 1)
        self.name(table_offset, table_clusters << self.bits)
        for block in filter(None, self.blocks):
            self.name(block, 1 << self.bits)
        self.l1_table(self.l1_offset, self.l1_size, active=True)
        end = snapshot_offset
        for _ in range(snapshots):
            l1_offset, l1_size, identity, name = struct.unpack(">QIHH", self.read(end, 16))
            extra, = struct.unpack(">I", self.read(end + 36, 4))
            end += (40 + extra + identity + name + 7) // 8 * 8
            self.l1_table(l1_offset, l1_size, active=False)
        self.name(snapshot_offset, end - snapshot_offset)
        self.bitmaps()
        return self.compared(file_length)

    def compared(self, file_length: int) -> str:
        clusters = {*range((file_length + (1 << self.bits) - 1) >> self.bits), *self.references}
        excess = [self.refcount(cluster) - self.references.get(cluster, 0) for cluster in clusters]
        wrong_flags = [offset for entry, offset in self.flags
                       if bool(entry & COPIED) != (self.refcount(offset >> self.bits) == 1)]
        if min(excess) < 0 or self.faults or wrong_flags:
            return "corrupt"
        return "leaks" if max(excess) > 0 else "clean"

    def bitmaps(self) -> None:
        """What persistent bitmaps name, where the header vouches for them."""
        head = self.read(72, 32)
        if self.version != 3 or not head[23] & 1:
            return
        at = int.from_bytes(head[28:32], "big")
        while True:
            kind, length = struct.unpack(">II", self.read(at, 8))
            if kind == 0x23852875:
                break
            at += 8 + (length + 7) // 8 * 8
        count, _, size, directory = struct.unpack(">IIQQ", self.read(at + 8, 24))
        self.name(directory, size)
        for _ in range(count):
            table, entries, name, extra = struct.unpack(">QI6xHI", self.read(directory, 24))
            self.name(table, entries * 8)
            for data, in struct.iter_unpack(">Q", self.read(table, entries * 8)):
                self.name(data & OFFSET, (1 << self.bits) if data & OFFSET else 0)
            directory += (24 + name + extra + 7) // 8 * 8

    # ---- refcounts -------------------------------------------------------------------------------------
    def name(self, start: int, length: int) -> None:
        """One reference to every host cluster that these bytes touch."""
        for cluster in range(start >> self.bits, (start + length - 1 >> self.bits) + 1 if length else 0):
            self.references[cluster] = self.references.get(cluster, 0) + 1

    def refcount(self, cluster: int) -> int:
        per_block = (8 << self.bits) // self.refcount_bits
        index, within = divmod(cluster, per_block)
        if index >= len(self.blocks) or not self.blocks[index]:
            return 0
        bit = within * self.refcount_bits
        if self.refcount_bits >= 8:
            return int.from_bytes(self.read(self.blocks[index] + bit // 8, self.refcount_bits // 8), "big")
        octet = self.read(self.blocks[index] + bit // 8, 1) or b"\0"
        return octet[0] >> bit % 8 & (1 << self.refcount_bits) - 1

    # ---- tables ----------------------------------------------------------------------------------------
    def l1_table(self, offset: int, size: int, active: bool) -> None:
        self.name(offset, size * 8)
        for entry, in struct.iter_unpack(">Q", self.read(offset, size * 8)):
            table = entry & OFFSET
            self.faults += bool(entry & L1_RESERVED) + bool(table % (1 << self.bits))
            if not table:
                continue
            self.name(table, 1 << self.bits)
            if active:
                self.flags.append((entry, table))
            for l2_entry, bitmap in self.l2_entries(table):
                self.l2_entry(l2_entry, bitmap, active)

    def l2_entries(self, table: int) -> Iterator[Tuple[int, int]]:
        data = self.read(table, 1 << self.bits)
        if self.extended:
            yield from struct.iter_unpack(">QQ", data)
        else:
            yield from ((entry, 0) for entry, in struct.iter_unpack(">Q", data))

    def l2_entry(self, entry: int, bitmap: int, active: bool) -> None:
        if entry >> 62 & 1:
            x = 70 - self.bits
            start, sectors = entry & (1 << x) - 1, entry >> x & (1 << self.bits - 8) - 1
            self.faults += bool(entry & COPIED) + bool(bitmap) + self.external + bool(start >> 56)
            if not start >> 56:
                self.name(start, (sectors + 1) * 512 - start % 512)
            return
        offset = entry & OFFSET
        self.faults += bool(entry & STANDARD_RESERVED) + bool(offset % (1 << self.bits))
        self.faults += bool(bitmap & bitmap >> 32 & 0xFFFFFFFF) + (not offset and bool(bitmap & 0xFFFFFFFF))
        if self.external:
            self.faults += bool(offset) and not entry & COPIED
        elif offset:
            self.name(offset, 1 << self.bits)
            if active:
                self.flags.append((entry, offset))
