"""What stands in guest clusters: bytes that say where they belong, so that a swapped or stale cluster is seen.

A labelled sector is one line of 16 bytes, 32 times over: "......7:0001200\\n" is the sector 0x1200 bytes into the
data of cluster 7. Random bytes come from SHAKE-128 of a seed; both are the same on every machine.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from generators.case.errors import CaseError

LINE = 16
SECTOR = 512


def labelled(label: str, start: int, length: int) -> bytes:
    """`length` bytes of the endless content named `label`, from byte `start` on."""
    first = start // SECTOR
    last = (start + length + SECTOR - 1) // SECTOR
    lines = (f"{label[-7:]:.>7}:{sector * SECTOR % 0x10000000:07x}\n".encode() for sector in range(first, last))
    data = b"".join(line * (SECTOR // LINE) for line in lines)
    return data[start - first * SECTOR :][:length]


def random_bytes(seed: str, length: int) -> bytes:
    return hashlib.shake_128(seed.encode()).digest(length)


@dataclass(frozen=True)
class Content:
    """The content of one cluster or file: its label, and how many bytes it has in all (what "rest" counts up to)."""

    label: str
    size: int

    def bytes_of(self, data: Any, position: int) -> bytes:
        """The bytes that one DATA of the case language stands for, when `position` bytes went before."""
        if data == "rest" or isinstance(data, int):
            return labelled(self.label, position, self.count(data, position))
        if isinstance(data, list):
            joined = bytearray()
            for part in data:
                joined += self.bytes_of(part, position + len(joined))
            return bytes(joined)
        if "text" in data:
            return data["text"].encode()
        if "hex" in data:
            return parse_hex(data["hex"])
        if "random" in data:
            return random_bytes(f"{self.label}@{position}", self.count(data["random"], position))
        return bytes([data["byte"]]) * self.count(data["times"], position)

    def count(self, number: Any, position: int) -> int:
        """A number of bytes, or "rest" for all that are missing to the full size."""
        if number == "rest":
            return max(0, self.size - position)
        return number


def parse_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise CaseError("not an even number of hex digits") from None
