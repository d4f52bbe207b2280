#!/usr/bin/env python3
"""A read-only NBD server over the spec's own reader: python3 examples/server.py SOCKET IMAGE

It shows what a server needs for `./run --nbd-cmd 'python3 examples/server.py {socket} {image}'`: exit status 1 for an
image that it refuses, EIO for bytes that it refuses, several clients at a time."""

import os
import socketserver
import struct
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "implementations/spec-reader"))
from qcow2_spec_reader import File, Image, Refused  # noqa: E402

OPTION_REPLY, READ, DISCONNECT, EIO, EINVAL = 0x3E889045565A9, 0, 2, 5, 22
turn = threading.Lock()  # the reader has one zstd decoder for all


class Client(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"NBDMAGICIHAVEOPT" + struct.pack(">H", 3))
        self.rfile.read(4)
        info = struct.pack(">QH", image.size, 3)  # the flags: there are flags, and it is read-only
        while len(head := self.rfile.read(16)) == 16:
            _, option, length = struct.unpack(">8sII", head)
            self.rfile.read(length)
            if option == 7:  # go
                for kind, data in ((3, b"\0\0" + info), (1, b"")):
                    self.wfile.write(struct.pack(">QIII", OPTION_REPLY, option, kind, len(data)) + data)
                return self.transmit()
            self.wfile.write(struct.pack(">QIII", OPTION_REPLY, option, (1 << 31) + 1, 0))  # not supported

    def transmit(self):
        while len(head := self.rfile.read(28)) == 28:
            _, _, kind, cookie, offset, length = struct.unpack(">IHHQQI", head)
            if kind == DISCONNECT:
                return
            error, data = self.read(offset, length) if kind == READ else (EINVAL, b"")
            self.wfile.write(struct.pack(">IIQ", 0x67446698, error, cookie) + data)

    def read(self, offset, length):
        if offset + length > image.size:
            return EINVAL, b""
        try:
            with turn:
                parts = image.pieces(offset, offset + length)
                return 0, b"".join(data.ljust(stop - start, b"\0") for start, stop, data in parts)
        except Refused:
            return EIO, b""


if __name__ == "__main__":
    try:
        image = Image(File(os.fsencode(sys.argv[2])))
    except Refused as refusal:
        sys.exit(str(refusal))  # exit status 1
    with socketserver.ThreadingUnixStreamServer(sys.argv[1], Client) as server:
        server.serve_forever()
