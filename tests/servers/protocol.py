"""NBD for servers of the bank: the fixed newstyle handshake, then requests, each served by a thread of its own.

Written from the NBD project's document. A class that is derived from Session answers otherwise than it should.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys
import threading
import traceback
from typing import Optional

GREETING = b"NBDMAGICIHAVEOPT"
OPTION, OPTION_REPLY = b"IHAVEOPT", 0x3E889045565A9
EXPORT_NAME, ABORT, INFO, GO, STRUCTURED, SET_CONTEXT = 1, 2, 6, 7, 8, 10
ACK, REP_INFO, REP_CONTEXT = 1, 3, 4
UNSUPPORTED, UNKNOWN = (1 << 31) + 1, (1 << 31) + 6
READ, WRITE, DISCONNECT, FLUSH, TRIM, WRITE_ZEROES, STATUS = 0, 1, 2, 3, 4, 6, 7
REQUEST, SIMPLE, CHUNK = 0x25609513, 0x67446698, 0x668E33EF
DONE, DATA, BLOCK_STATUS, ERROR = 1, 1, 5, (1 << 15) + 1
HAS_FLAGS, READ_ONLY, SEND_FLUSH, SEND_TRIM, SEND_ZEROES = 1, 2, 4, 32, 64
CONTEXTS = {"allocation": (1, b"base:allocation"), "depth": (2, b"qemu:allocation-depth")}
REFUSED = errno.EIO


class Gone(Exception):
    """The client has left."""


class Refused(Exception):
    """The disk refuses a request."""


class Session:
    """One client. `disk` has size, read, write, discard, zero, flush and status, and may be asked by many threads."""

    structured_offered = True
    contexts = CONTEXTS

    def __init__(self, connection: socket.socket, disk) -> None:
        self.connection, self.disk = connection, disk
        self.structured = False
        self.told: list[str] = []
        self.sending = threading.Lock()

    # ---- bytes ---------------------------------------------------------------------------------------------
    def take(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            piece = self.connection.recv(count - len(data))
            if not piece:
                raise Gone
            data += piece
        return data

    def send(self, data: bytes) -> None:
        with self.sending:
            self.connection.sendall(data)

    # ---- the handshake -------------------------------------------------------------------------------------
    def greet(self) -> bool:
        """Whether requests follow."""
        self.send(GREETING + struct.pack(">H", 3))
        self.take(4)
        while True:
            magic, option, length = struct.unpack(">8sII", self.take(16))
            data = self.take(length)
            if magic != OPTION or option == ABORT:
                return False
            if option == EXPORT_NAME:
                self.send(struct.pack(">QH", self.disk.size, self.flags()))
                return True
            if option in (INFO, GO):
                if not self.admits():
                    self.reply(option, UNKNOWN)
                    continue
                self.reply(option, REP_INFO, struct.pack(">HQH", 0, self.disk.size, self.flags()))
                self.reply(option, ACK)
                if option == GO:
                    return True
            elif option == STRUCTURED and self.structured_offered:
                self.structured = True
                self.reply(option, ACK)
            elif option == SET_CONTEXT and self.structured:
                self.told = [context for context, (_, name) in self.contexts.items() if name in data]
                for number, name in (self.contexts[context] for context in self.told):
                    self.reply(option, REP_CONTEXT, struct.pack(">I", number) + name)
                self.reply(option, ACK)
            else:
                self.reply(option, UNSUPPORTED)

    def reply(self, option: int, kind: int, data: bytes = b"") -> None:
        self.send(struct.pack(">QIII", OPTION_REPLY, option, kind, len(data)) + data)

    def admits(self) -> bool:
        return True

    def flags(self) -> int:
        writes = SEND_FLUSH | SEND_TRIM | SEND_ZEROES
        return HAS_FLAGS | (READ_ONLY if self.disk.read_only else writes)

    # ---- requests ------------------------------------------------------------------------------------------
    def serve(self) -> None:
        while True:
            magic, _, kind, cookie, offset, length = struct.unpack(">IHHQQI", self.take(28))
            if magic != REQUEST:
                raise Gone
            data = self.take(length) if kind == WRITE else b""
            if kind == DISCONNECT:
                return
            threading.Thread(target=self.guarded, args=(kind, cookie, offset, length, data), daemon=True).start()

    def guarded(self, kind: int, cookie: int, offset: int, length: int, data: bytes) -> None:
        try:
            self.perform(kind, cookie, offset, length, data)
        except Refused:
            self.refuse(kind, cookie)
        except OSError:
            pass  # the client has left
        except Exception:
            traceback.print_exc()
            die(70)

    def perform(self, kind: int, cookie: int, offset: int, length: int, data: bytes) -> None:
        if kind != FLUSH and offset + length > self.disk.size:
            return self.past_the_end(kind, cookie, length)
        if kind == READ:
            return self.give(cookie, offset, self.disk.read(offset, length))
        if kind == STATUS:
            return self.tell(cookie, {context: self.disk.status(context, offset, length) for context in self.told})
        if kind == WRITE:
            self.disk.write(offset, data)
        elif kind == TRIM:
            self.disk.discard(offset, length)
        elif kind == WRITE_ZEROES:
            self.disk.zero(offset, length)
        elif kind == FLUSH:
            self.disk.flush()
        self.done(cookie)

    def past_the_end(self, kind: int, cookie: int, length: int) -> None:
        self.refuse(kind, cookie, errno.EINVAL)

    # ---- answers -------------------------------------------------------------------------------------------
    def done(self, cookie: int) -> None:
        self.send(struct.pack(">IIQ", SIMPLE, 0, cookie))

    def give(self, cookie: int, offset: int, data: bytes) -> None:
        if self.structured:
            self.chunk(DATA, cookie, struct.pack(">Q", offset) + data)
        else:
            self.send(struct.pack(">IIQ", SIMPLE, 0, cookie) + data)

    def tell(self, cookie: int, status: dict[str, list[tuple[int, int]]]) -> None:
        """(length, status) of consecutive bytes, in each context."""
        for context, extents in status.items():
            pairs = b"".join(struct.pack(">II", *extent) for extent in extents)
            done = DONE if context == list(status)[-1] else 0
            self.chunk(BLOCK_STATUS, cookie, struct.pack(">I", self.contexts[context][0]) + pairs, done)

    def refuse(self, kind: int, cookie: int, error: Optional[int] = None) -> None:
        error = REFUSED if error is None else error
        if self.structured and kind in (READ, STATUS):
            self.chunk(ERROR, cookie, struct.pack(">IH", error, 0))
        else:
            self.send(struct.pack(">IIQ", SIMPLE, error, cookie))

    def chunk(self, kind: int, cookie: int, data: bytes, flags: int = DONE) -> None:
        self.send(struct.pack(">IHHQI", CHUNK, flags, kind, cookie, len(data)) + data)


def listen(path: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(16)
    return listener


def serve(listener: socket.socket, disk, session: type[Session]) -> None:
    """Until the process is ended."""
    def one(connection: socket.socket) -> None:
        try:
            client = session(connection, disk)
            if client.greet():
                client.serve()
        except (Gone, OSError):
            pass
        connection.close()

    while True:
        connection, _ = listener.accept()
        threading.Thread(target=one, args=(connection,), daemon=True).start()


def die(status: int) -> None:
    sys.stdout.flush()
    os._exit(status)
