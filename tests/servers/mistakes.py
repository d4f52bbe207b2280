"""The bank: each mistake with what it is, the case that shows it and the status that it must get there.

A mistake is a class of an image, a disk or a session that differs from the right one in a method or two. Where threads
have to meet, the class waits a moment between two steps that belong together.
"""

from __future__ import annotations

import errno
import struct
import threading
import time
from dataclasses import dataclass
from typing import Callable

from tests.servers.disk import BACKING, COMPRESSED, HOLE, HOLE_AND_ZERO, OWN, ZERO, Disk, Image, reader
from tests.servers.protocol import CONTEXTS, DATA, READ, SIMPLE, Refused, Session, die

MOMENT = 0.02  # seconds

TOGETHER = "six-good-clusters-deflate"
WRITTEN = "all-neighbours-overwritten"
ZEROED = "writes-and-zeros-of-the-same-bytes"
MAPPED = "every-kind-mapped"
MAPPED_OVER_ANOTHER = "mapped-over-a-backing-file"


@dataclass(frozen=True)
class Mistake:
    case: str
    status: str
    disk: type[Disk] = Disk
    session: type[Session] = Session
    before: Callable[[], None] = lambda: None  # before the image is opened


MISTAKES = {"right": Mistake("*", "pass")}


def planted(name: str, case: str, status: str) -> Callable[[type], type]:
    def plant(wrong: type) -> type:
        if issubclass(wrong, Image):
            disk = type(wrong.__name__ + "Disk", (Disk,), {"image_class": wrong})
            MISTAKES[name] = Mistake(case, status, disk=disk)
        elif issubclass(wrong, Disk):
            MISTAKES[name] = Mistake(case, status, disk=wrong)
        else:
            MISTAKES[name] = Mistake(case, status, session=wrong)
        return wrong

    return plant


# ---- caches and decoders -------------------------------------------------------------------------------------
@planted("one-cache-for-all", TOGETHER, "wrong-data")
class OneCache(Image):
    """The last cluster that was decoded, and its key, which are set one after the other."""

    key, last = None, b""

    def stream(self, host_offset, additional_sectors):
        if self.key != (host_offset, additional_sectors):
            self.key = host_offset, additional_sectors
            time.sleep(MOMENT)
            self.last = self.decoded(host_offset, additional_sectors)
        return self.last


class Keyed(Image):
    """Keeps decoded clusters by something that does not tell them apart."""

    kept: dict[int, bytes] = {}

    def stream(self, host_offset, additional_sectors):
        key = self.key_of(host_offset)
        if key not in self.kept:
            self.kept[key] = self.decoded(host_offset, additional_sectors)
        return self.kept[key]


@planted("cache-by-host-offset", "one-offset-one-size-too-small", "wrong-accept")
class ByHostOffset(Keyed):
    def key_of(self, host_offset):
        return self.file.identity, host_offset


@planted("cache-by-sector", "three-streams-in-a-sector", "wrong-data")
class BySector(Keyed):
    def key_of(self, host_offset):
        return self.file.identity, host_offset // 512


@planted("cache-by-low-bits", "offsets-alike-in-their-low-bits", "wrong-data")
class ByLowBits(Keyed):
    def key_of(self, host_offset):
        return self.file.identity, host_offset % 65536


@planted("cache-for-image-and-backing-file", "one-host-offset-in-image-and-backing-file", "wrong-data")
class ByOffsetInAnyFile(Keyed):
    def key_of(self, host_offset):
        return host_offset


@planted("output-buffer-of-all-threads", "six-good-clusters-zstd", "wrong-data")
class OneBuffer(Image):
    buffer = bytearray()

    def stream(self, host_offset, additional_sectors):
        with self.decoding:
            self.buffer[:] = self.decoded(host_offset, additional_sectors)
        time.sleep(MOMENT)
        return bytes(self.buffer)


@planted("zeros-for-a-broken-stream", "good-beside-broken", "wrong-accept")
class ZerosForBroken(Image):
    def decoded(self, host_offset, additional_sectors):
        try:
            return super().decoded(host_offset, additional_sectors)
        except reader.Refused:
            return bytes(self.cluster_size)


@planted("the-last-cluster-for-a-broken-stream", "good-and-broken-in-turn-deflate", "wrong-accept")
class LastForBroken(Image):
    last = b""

    def decoded(self, host_offset, additional_sectors):
        try:
            LastForBroken.last = super().decoded(host_offset, additional_sectors)
        except reader.Refused:
            if not self.last:
                raise
        return self.last


@planted("errors-stick", "good-and-broken-in-turn-zstd", "wrong-reject")
class ErrorsStick(Image):
    broken = False

    def decoded(self, host_offset, additional_sectors):
        if ErrorsStick.broken:
            raise reader.Refused("sticks", "after an error")
        try:
            return super().decoded(host_offset, additional_sectors)
        except reader.Refused:
            ErrorsStick.broken = True
            raise


# ---- what is said of the disk --------------------------------------------------------------------------------
@planted("a-hole-for-a-compressed-cluster", "disk-of-2-gib-exactly", "wrong-data")
class HoleForCompressed(Disk):
    def kind(self, entry):
        return HOLE_AND_ZERO if entry & COMPRESSED else super().kind(entry)


@planted("a-compressed-cluster-is-a-hole", MAPPED, "wrong-data")
class HoleAlone(Disk):
    """Without a word on what it reads as: whoever copies into a clone leaves it out."""

    def kind(self, entry):
        return HOLE if entry & COMPRESSED else super().kind(entry)


@planted("zero-where-the-backing-file-has-data", MAPPED_OVER_ANOTHER, "wrong-data")
class ZeroOverBacking(Disk):
    def kind(self, entry):
        return 0 if entry else HOLE_AND_ZERO


@planted("status-in-whole-clusters", "partial-last-cluster-mapped", "wrong-data")
class StatusPastTheEnd(Disk):
    def statuses(self, status_of, start, end):
        end = -(-end // self.cluster_size) * self.cluster_size
        return super().statuses(status_of, start, end)


@planted("extents-in-another-order", MAPPED, "wrong-data")
class FirstAtTheEnd(Disk):
    def status(self, context, offset, length):
        first, *others = super().status(context, offset, length)
        return [*others, first]


@planted("status-of-no-bytes", MAPPED, "crash")
class NoProgress(Disk):
    def status(self, context, offset, length):
        return super().status(context, offset, length)[:1] if offset == 0 else [(0, 0)]


@planted("no-status-of-a-compressed-cluster", MAPPED, "wrong-reject")
class NoStatus(Disk):
    def kind(self, entry):
        if entry & COMPRESSED:
            raise reader.Refused("status", "is not known")
        return super().kind(entry)


@planted("own-data-told-as-the-backing-file", MAPPED_OVER_ANOTHER, "wrong-data")
class Deeper(Disk):
    def depth(self, entry):
        return BACKING if self.image.backing else super().depth(entry)


@planted("zero-clusters-are-absent", MAPPED_OVER_ANOTHER, "wrong-data")
class ZerosAreAbsent(Disk):
    def depth(self, entry):
        return super().depth(0 if not entry & COMPRESSED and entry & ZERO else entry)


@planted("backing-data-told-as-own", MAPPED_OVER_ANOTHER, "pass")
class AllIsOwn(Disk):
    """No mistake by the clauses: who copies what is own copies more than is needed, and nothing wrong."""

    def depth(self, entry):
        return OWN


@planted("status-of-one-extent-at-a-time", MAPPED, "pass")
class OneAtATime(Disk):
    """No mistake: an answer may tell of less than was asked for, and each context of as much as it likes."""

    def status(self, context, offset, length):
        return super().status(context, offset, length)[:1]


@planted("status-of-data-for-all", "unaligned-l2-table-mapped", "unsupported")
class SaysNothing(Disk):
    """No mistake: nobody leaves out what is called data of this image, and a read of it fails."""

    def status(self, context, offset, length):
        return [(length, 0 if context == "allocation" else OWN)]


@planted("size-in-whole-clusters", "partial-last-cluster", "wrong-data")
class WholeClusters(Disk):
    def __init__(self, path, read_only):
        super().__init__(path, read_only)
        self.size = -(-self.size // self.cluster_size) * self.cluster_size


@planted("no-status", MAPPED, "unsupported")
class NoContexts(Session):
    """No mistake: a server need not tell of its blocks."""

    contexts = {}


@planted("no-structured-replies", MAPPED, "unsupported")
class Unstructured(Session):
    """No mistake: without them there is no status either."""

    structured_offered = False


@planted("no-depth", MAPPED_OVER_ANOTHER, "pass")
class NoDepth(Session):
    """No mistake."""

    contexts = {"allocation": CONTEXTS["allocation"]}


# ---- NBD -----------------------------------------------------------------------------------------------------
@planted("zeros-past-the-end", "past-the-end", "wrong-accept")
class ZerosPastTheEnd(Session):
    def past_the_end(self, kind, cookie, length):
        self.give(cookie, self.disk.size, bytes(length)) if kind == READ else self.refuse(kind, cookie)


class Counted(Session):
    """Does otherwise after some reads of a client that is not alone."""

    counted = 0
    clients = 0
    after = 40

    def __init__(self, connection, disk):
        super().__init__(connection, disk)
        Counted.clients += 1

    def give(self, cookie, offset, data):
        Counted.counted += Counted.clients > 1
        if Counted.counted > self.after:
            return self.otherwise()
        return super().give(cookie, offset, data)


@planted("dies-after-40-requests", TOGETHER, "crash")
class Dies(Counted):
    def otherwise(self):
        die(3)


@planted("hangs-after-40-requests", TOGETHER, "timeout")
class Hangs(Counted):
    def otherwise(self):
        pass


@planted("drops-the-connection", TOGETHER, "crash")
class Drops(Counted):
    def otherwise(self):
        self.connection.shutdown(2)


@planted("one-client-at-a-time", TOGETHER, "timeout")
class OneClient(Session):
    busy = threading.Lock()

    def greet(self):
        self.busy.acquire()
        return super().greet()

    def serve(self):
        try:
            super().serve()
        finally:
            self.busy.release()


@planted("cookies-of-two-swapped", TOGETHER, "wrong-data")
class Swapped(Session):
    """Of two answers of one length, each gets the other's name; one that nobody follows goes out as it is."""

    structured_offered = False

    def __init__(self, connection, disk):
        super().__init__(connection, disk)
        self.held, self.holding = {}, threading.Lock()

    def give(self, cookie, offset, data):
        with self.holding:
            other = self.held.pop(len(data), None)
            if other is None:
                self.held[len(data)] = cookie, data
        if other is not None:
            self.answer(other[0], data)
            return self.answer(cookie, other[1])
        time.sleep(MOMENT)
        with self.holding:
            alone = self.held.get(len(data), (None,))[0] == cookie
            if alone:
                del self.held[len(data)]
        if alone:
            self.answer(cookie, data)

    def answer(self, cookie, data):
        self.send(struct.pack(">IIQ", SIMPLE, 0, cookie) + data)


@planted("a-cookie-that-nobody-sent", TOGETHER, "crash")
class ForeignCookie(Counted):
    def give(self, cookie, offset, data):
        super().give(cookie if Counted.clients < 2 else cookie + 1000, offset, data)


@planted("one-byte-less", TOGETHER, "crash")
class Short(Session):
    def give(self, cookie, offset, data):
        self.chunk(DATA, cookie, struct.pack(">Q", offset) + data[:-1])


@planted("no-memory-for-a-broken-stream", "good-beside-broken", "crash")
class NoMemory(Session):
    def refuse(self, kind, cookie, error=None):
        super().refuse(kind, cookie, errno.ENOMEM)


@planted("answers-only-in-company", TOGETHER, "pass")
class InCompany(Session):
    """No mistake: it shows that the runner has several requests in flight, which those of a second client wait for."""

    clients = 0
    company = threading.Semaphore(0)
    waiting = 0
    counting = threading.Lock()

    def __init__(self, connection, disk):
        super().__init__(connection, disk)
        InCompany.clients += 1

    def give(self, cookie, offset, data):
        if InCompany.clients > 1 and not self.met():
            raise Refused
        super().give(cookie, offset, data)

    def met(self):
        """Whether eight requests, or all that are left, were open at a time."""
        with self.counting:
            InCompany.waiting += 1
            if InCompany.waiting >= 8:
                InCompany.company.release(1000)
        return InCompany.company.acquire(timeout=3)


class Late(Disk):
    """No mistake: what cannot be opened is refused to each client, and not to whoever started the server."""

    def __init__(self, path, read_only):
        self.size, self.read_only = 0, read_only
        try:
            super().__init__(path, read_only)
        except reader.Refused:
            self.size = None


class Unwilling(Session):
    def admits(self):
        return self.disk.size is not None


MISTAKES["refuses-in-the-negotiation"] = Mistake("bad-magic", "pass", disk=Late, session=Unwilling)


def ends_with_0() -> None:
    die(0)


MISTAKES["ends-before-it-serves"] = Mistake(TOGETHER, "crash", before=ends_with_0)


# ---- changes in flight together ------------------------------------------------------------------------------
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


# ---- changes one after the other -----------------------------------------------------------------------------
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


# ---- what a kill shows ---------------------------------------------------------------------------------------
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
