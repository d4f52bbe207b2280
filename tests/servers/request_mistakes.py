"""Servers that are wrong in the protocol: they die, hang, mix up cookies or answer short."""

from __future__ import annotations

import errno
import struct
import threading
import time

from tests.servers.disk import Disk, reader
from tests.servers.mistake import MISTAKES, MOMENT, TOGETHER, Mistake, planted
from tests.servers.protocol import DATA, READ, SIMPLE, Refused, Session, die


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


class Leaving(Session):
    """No mistake: it listened before it opened the image, as qemu-nbd does, and takes its time to end with status 1."""

    def greet(self):
        if self.disk.size is not None:
            return super().greet()
        self.connection.close()
        time.sleep(3)
        die(1)


MISTAKES["ends-late-after-it-dropped-the-client"] = Mistake("bad-magic", "pass", disk=Late, session=Leaving)


def ends_with_0() -> None:
    die(0)


MISTAKES["ends-before-it-serves"] = Mistake(TOGETHER, "crash", before=ends_with_0)
