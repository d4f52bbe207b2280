"""Ranges of images' disks, as qemu-io dumps them."""

import os
from typing import Optional

from console import Console, Died, Refused, expect, parts


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
                said, part = console.ask_for_dump(command)
                expect(said, "read", count, start, command)
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
