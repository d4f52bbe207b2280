"""Servers that lose a change, or free too much: changes in flight together, then one after the other."""

from __future__ import annotations

import struct
import threading
import time

from tests.servers.disk import Disk, reader
from tests.servers.mistake import MOMENT, WRITTEN, ZEROED, planted
from tests.servers.protocol import Refused


class Unlocked(Disk):
    """Every change is made at once; only what allocates and counts waits for its turn."""

    def __init__(self, path, read_only):
        super().__init__(path, read_only)
        self.lock, self.turn = NoLock(), threading.RLock()

    def allocate(self):
        with self.turn:
            return super().allocate()

    def replace(self, index, entry):
        with self.turn:
            super().replace(index, entry)


class NoLock:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


@planted("read-modify-write-without-a-lock", "partial-overwrite-with-zstd", "wrong-data")
class LostWrite(Unlocked):
    def old(self, index):
        whole = super().old(index)
        time.sleep(MOMENT)
        return whole


@planted("two-changes-free-the-same-cluster", ZEROED, "unsound-image")
class BothFree(Unlocked):
    """Each counts down what it found in the entry before it waited for its turn."""

    def replace(self, index, entry):
        old = self.entry(index)
        time.sleep(MOMENT)
        with self.turn:
            self.put(self.place(self.own_table(self.l1_index(index)), index), struct.pack(">Q", entry))
            self.release(old)


class LockedByCluster(Unlocked):
    """Two changes of one cluster wait for each other; two of neighbours do not."""

    def __init__(self, path, read_only):
        super().__init__(path, read_only)
        self.locks, self.making = {}, threading.Lock()

    def change(self, start, data):
        with self.making:
            lock = self.locks.setdefault(start // self.cluster_size, threading.RLock())
        with lock:
            super().change(start, data)


@planted("lost-update-of-a-refcount", WRITTEN, "unsound-image")
class LostCount(LockedByCluster):
    def replace(self, index, entry):
        with self.turn:
            old = self.entry(index)
            self.put(self.place(self.own_table(self.l1_index(index)), index), struct.pack(">Q", entry))
        self.release(old)

    def count(self, host, change):
        at = self.block(host) + host // self.cluster_size % (self.cluster_size // 2) * 2
        now, = struct.unpack(">H", self.file.read(at, 2))
        if change < 0:  # new clusters are counted in turn, and would keep those that go apart
            time.sleep(10 * MOMENT)
        self.put(at, struct.pack(">H", max(0, now + change)))


@planted("one-host-cluster-for-two-writers", WRITTEN, "wrong-data")
class OneForTwo(LockedByCluster):
    def allocate(self):
        host = -(-self.file.size // self.cluster_size) * self.cluster_size
        time.sleep(MOMENT)
        with self.turn:
            self.put(host + self.cluster_size - 1, b"\0")
            self.count(host, 1)
        return host


@planted("l2-table-written-as-a-whole", WRITTEN, "wrong-data")
class WholeTable(LockedByCluster):
    def replace(self, index, entry):
        with self.turn:
            at = self.own_table(self.l1_index(index))
        table = bytearray(self.file.read(at, self.cluster_size))
        time.sleep(MOMENT)
        struct.pack_into(">Q", table, self.place(0, index), entry)
        old = self.entry(index)
        self.put(at, bytes(table))
        with self.turn:
            self.release(old)


@planted("a-write-beside-another-is-an-error", WRITTEN, "wrong-reject")
class Busy(Disk):
    def change(self, start, data):
        super().change(start, data)
        time.sleep(MOMENT)

    def write(self, offset, data):
        if not self.lock.acquire(blocking=False):
            raise Refused
        try:
            super().write(offset, data)
        finally:
            self.lock.release()


# ---- one after the other ---------------------------------------------------------------------------------------
@planted("changes-start-from-what-was-read-first", WRITTEN, "wrong-data")
class Stale(Disk):
    def __init__(self, path, read_only):
        super().__init__(path, read_only)
        self.first = {}

    def old(self, index):
        return self.first.setdefault(index, super().old(index))

    def is_own(self, index, entry):
        return False


@planted("host-clusters-freed-with-their-neighbours", WRITTEN, "unsound-image")
class FreesAll(Disk):
    def release(self, entry):
        for host in self.used_by(entry):
            at = self.block(host) + host // self.cluster_size % (self.cluster_size // 2) * 2
            self.put(at, b"\0\0")


@planted("nothing-is-freed", WRITTEN, "unsound-image")
class FreesNothing(Disk):
    def release(self, entry):
        pass


@planted("writes-into-the-table-of-a-snapshot", "three-snapshots-share-tables", "wrong-data")
class SnapshotsTable(Disk):
    def own_table(self, l1_index):
        entry = self.l1_entry(l1_index)
        return entry & reader.OFFSET if entry else super().own_table(l1_index)


@planted("zeros-in-place-of-the-backing-file", "writes-over-every-border-over-a-backing-file", "wrong-data")
class NoBacking(Disk):
    def old(self, index):
        return super().old(index) if self.entry(index) & ~1 else bytes(self.cluster_size)


@planted("discards-whole-clusters-for-parts", "unaligned-discards", "wrong-data")
class WideDiscard(Disk):
    def discard(self, offset, length):
        start = offset // self.cluster_size * self.cluster_size
        end = -(-(offset + length) // self.cluster_size) * self.cluster_size
        super().discard(start, end - start)
