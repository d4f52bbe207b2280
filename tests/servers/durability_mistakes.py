"""Servers that a kill shows: what was flushed is lost, or was written in the wrong order."""

from __future__ import annotations

from tests.servers.disk import Disk, reader
from tests.servers.mistake import WRITTEN, planted


class Delayed(Disk):
    """Some bytes of the file wait in memory until the server ends."""

    def __init__(self, path, read_only):
        super().__init__(path, read_only)
        self.waiting = []
        if not read_only:
            self.file.read = self.read_through

    def waits(self, offset, data) -> bool:
        raise NotImplementedError

    def put(self, offset, data):
        if not self.waits(offset, data):
            return super().put(offset, data)
        self.waiting.append((offset, data))
        self.file.size = max(self.file.size, offset + len(data))

    def read_through(self, offset, count):
        data = bytearray(reader.File.read(self.file, offset, count).ljust(max(0, min(count, self.file.size - offset)),
                                                                          b"\0"))
        for at, piece in self.waiting:
            first, last = max(at, offset), min(at + len(piece), offset + len(data))
            if first < last:
                data[first - offset:last - offset] = piece[first - at:last - at]
        return bytes(data)

    def write_out(self):
        for offset, data in self.waiting:
            super().put(offset, data)
        self.waiting.clear()

    def close(self):
        self.write_out()


@planted("flush-does-nothing", WRITTEN, "wrong-data")
class FlushesNothing(Delayed):
    def waits(self, offset, data):
        return True


@planted("refcounts-wait-for-the-end", WRITTEN, "unsound-image")
class LateCounts(Delayed):
    def waits(self, offset, data):
        return len(data) == 2


@planted("bytes-wait-for-a-flush-and-entries-do-not", WRITTEN, "wrong-data")
class LateBytes(Delayed):
    def waits(self, offset, data):
        return len(data) > 8

    def flush(self):
        self.write_out()
