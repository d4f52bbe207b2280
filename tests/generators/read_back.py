"""A reader of one page, for tests only: what an image holds by its own tables, with zlib as the decoder.

It takes nothing from generators/ and so notices when the generators expect something else than they have written.
Covers what cases are made of: deflate, standard, zero, unallocated, extended L2, external data; no backing files.
"""

import struct
import zlib
from typing import BinaryIO, Iterator, Optional, Tuple

Cluster = Tuple[int, Optional[bytes]]  # guest offset, its bytes (None: refused)


class Refused(Exception):
    pass


class Image:
    def __init__(self, file: BinaryIO, data_file: Optional[BinaryIO] = None) -> None:
        self.file, self.data_file = file, data_file
        head = self.read(0, 112)
        self.version, = struct.unpack_from(">I", head, 4)
        self.bits, self.size = struct.unpack_from(">IQ", head, 20)
        self.l1_size, self.l1_offset = struct.unpack_from(">IQ", head, 36)
        features = struct.unpack_from(">Q", head, 72)[0] if self.version == 3 else 0
        self.external, self.zstd, self.extended = bool(features & 4), bool(features & 8), bool(features & 16)

    def read(self, offset: int, length: int, file: Optional[BinaryIO] = None) -> bytes:
        file = file or self.file
        file.seek(offset)
        return file.read(length)

    def clusters(self) -> Iterator[Cluster]:
        """Every guest cluster below the virtual size that is not unallocated."""
        width = 16 if self.extended else 8
        per_table = (1 << self.bits) // width
        l1 = self.read(self.l1_offset, self.l1_size * 8)
        empty = bytes(width)
        for l1_index, (l1_entry,) in enumerate(struct.iter_unpack(">Q", l1)):
            table = l1_entry & 0x00FFFFFFFFFFFE00
            first = l1_index * per_table << self.bits
            if table == 0 or first >= self.size:
                continue
            entries = self.read(table, 1 << self.bits)
            for index in range(min(per_table, (self.size - first + (1 << self.bits) - 1) >> self.bits)):
                raw = entries[index * width : (index + 1) * width]
                if raw == empty and not self.external and table % (1 << self.bits) == 0:
                    continue
                guest = first + (index << self.bits)
                try:
                    data = self.cluster(table, raw, guest)
                except Refused:
                    yield guest, None
                    continue
                if data is not None:
                    yield guest, data[: self.size - guest]

    def cluster(self, table: int, raw: bytes, guest: int) -> Optional[bytes]:
        if table % (1 << self.bits) or len(raw) < 8:
            raise Refused
        entry = struct.unpack_from(">Q", raw)[0]
        if entry >> 62 & 1:
            return self.compressed(entry)
        offset = entry & 0x00FFFFFFFFFFFE00
        if offset % (1 << self.bits) or self.external and offset and offset != guest:
            raise Refused
        if self.extended:
            return self.subclusters(offset, struct.unpack_from(">Q", raw, 8)[0])
        if entry & 1:
            if self.version == 2:
                raise Refused
            return bytes(1 << self.bits)
        if not offset and not (self.external and entry >> 63):
            return None
        return self.standard(offset, 1 << self.bits)

    def standard(self, offset: int, length: int) -> bytes:
        return self.read(offset, length, self.data_file).ljust(length, b"\0")

    def subclusters(self, offset: int, bitmap: int) -> bytes:
        size = (1 << self.bits) // 32
        allocated, zero = bitmap & 0xFFFFFFFF, bitmap >> 32
        if allocated & zero or allocated and not offset:
            raise Refused
        return b"".join(self.standard(offset + i * size, size) if allocated >> i & 1 else bytes(size)
                        for i in range(32))

    def compressed(self, entry: int) -> bytes:
        x = 62 - (self.bits - 8)
        offset, sectors = entry & (1 << x) - 1, entry >> x & (1 << self.bits - 8) - 1
        if offset >> 56 or self.external:
            raise Refused
        stream = self.read(offset, (sectors + 1) * 512 - offset % 512)
        try:
            data = zlib.decompressobj(wbits=-15).decompress(stream, 1 << self.bits)
        except zlib.error:
            raise Refused from None
        if len(data) < 1 << self.bits:
            raise Refused
        return data
