"""Ranges of images' disks, as qemu-io dumps them."""

import os
import re
from typing import Optional

from console import Console, Died, Refused, expect, parts

DUMP_LINE = re.compile(rb"^[0-9a-f]{8,16}:  ((?:[0-9a-f]{2} ){1,16})", re.MULTILINE)


def dumped(said: bytes) -> bytes:
    """The bytes of a dump."""
    return bytes.fromhex(b"".join(DUMP_LINE.findall(said)).decode())


class Ranges:
    """Keeps the qemu-io of the last image, for as long as that is the same file and nothing was refused."""

    def __init__(self) -> None:
        self.console: Optional[Console] = None
        self.file: tuple = ()

    def read(self, image: str, offset: int, length: int) -> bytes:
        try:
            console = self._open(image)
            data = bytearray()
            for start, count in parts(offset, length):
                command = f"read -v {start} {count}"
                said = console.ask(command)
                expect(said, "read", count, start, command)
                part = dumped(said)
                if len(part) != count:
                    raise Died(0, f"{command}: a dump of {len(part)} bytes")
                data += part
            return bytes(data)
        except Refused:
            self.close()
            raise

    def close(self) -> None:
        console, self.console = self.console, None
        if console is not None:
            console.close()

    def _open(self, image: str) -> Console:
        found = os.stat(image)
        file = (image, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
        if self.console is None or file != self.file:
            self.close()
            self.console, self.file = Console(image, "-r"), file
        return self.console
