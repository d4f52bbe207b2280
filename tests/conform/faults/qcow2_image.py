"""A qcow2 image to be damaged in one place: version 3, refcounts of 16 bits, no extended entries. For faults only."""

import struct

COPIED, COMPRESSED = 1 << 63, 1 << 62
OFFSET = 0x00FFFFFFFFFFFE00


class Image:
    def __init__(self, path: str) -> None:
        self.path = path
        with open(path, "rb") as file:
            self.data = bytearray(file.read())
        self.bits, = struct.unpack_from(">I", self.data, 20)
        self.size = 1 << self.bits
        self.l1_size, self.l1, refcount_table = struct.unpack_from(">IQQ", self.data, 36)
        self.refcounts = self.number(refcount_table)

    def save(self) -> None:
        with open(self.path, "wb") as file:
            file.write(self.data)

    def number(self, place: int) -> int:
        return struct.unpack_from(">Q", self.data, place)[0]

    def put(self, place: int, value: int) -> None:
        struct.pack_into(">Q", self.data, place, value)

    def append(self, data: bytes) -> int:
        """Behind the end, as whole clusters, with a refcount of 1 each; returns where."""
        place = (len(self.data) + self.size - 1) // self.size * self.size
        self.data = self.data.ljust(place, b"\0") + data.ljust(
            (len(data) + self.size - 1) // self.size * self.size, b"\0"
        )
        for cluster in range(place // self.size, len(self.data) // self.size):
            self.count(cluster * self.size, 1)
        return place

    def count(self, place: int, change: int) -> None:
        """Changes the refcount of the host cluster that holds `place`."""
        at = self.refcounts + place // self.size * 2
        struct.pack_into(">H", self.data, at, struct.unpack_from(">H", self.data, at)[0] + change)

    def entries(self, l1: int = 0) -> list[int]:
        """Where the L2 entries of compressed clusters stand."""
        tables = [self.number((l1 or self.l1) + 8 * index) & OFFSET for index in range(self.l1_size)]
        places = [table + 8 * index for table in tables if table for index in range(self.size // 8)]
        return [place for place in places if self.number(place) & COMPRESSED]

    def extent(self, entry: int) -> range:
        x = 70 - self.bits
        start, sectors = entry & (1 << x) - 1, entry >> x & (1 << self.bits - 8) - 1
        return range(start, (start // 512 + sectors + 1) * 512)

    def one_sector(self) -> int:
        """What one more additional sector adds to an entry."""
        return 1 << 70 - self.bits

    def host_clusters(self, entry: int) -> range:
        extent = self.extent(entry)
        return range(extent.start // self.size * self.size, extent.stop, self.size)

    def add_snapshot(self, name: bytes) -> None:
        """The active disk, kept under this name."""
        for index in range(self.l1_size):
            place = self.l1 + 8 * index
            if table := self.number(place) & OFFSET:
                self.put(place, table)
                self.count(table, 1)
        for place in self.entries():
            for cluster in self.host_clusters(self.number(place)):
                self.count(cluster, 1)
        l1 = self.append(bytes(self.data[self.l1 : self.l1 + 8 * self.l1_size]))
        disk_size = self.number(24)
        entry = struct.pack(">QIHHIIQIIQQ", l1, self.l1_size, 1, len(name), 0, 0, 0, 0, 16, 0, disk_size) + b"1" + name
        table = self.append(entry)
        struct.pack_into(">IQ", self.data, 60, 1, table)

    def snapshot_l1(self) -> int:
        return self.number(self.number(64))
