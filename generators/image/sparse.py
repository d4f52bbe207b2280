"""A file of any length held as the 4096-byte blocks that are not zero; holes are never materialised.

The digest of an image is taken over these blocks, so it is the same on every file system, and for terabytes too.
"""

import hashlib
from typing import Iterator

BLOCK = 4096
PLAIN_DIGEST_MAX = 1 << 30  # the bytes of a longer disk are too many to hash the zeros among them
_ZEROS = bytes(1 << 20)


class SparseFile:
    def __init__(self, length: int = 0) -> None:
        self.length = length
        self._blocks: dict[int, bytearray] = {}

    def write(self, offset: int, data: bytes) -> None:
        """Puts bytes in place; what lies beyond `length` is dropped when the file is read, hashed or stored."""
        position = 0
        while position < len(data):
            index, start = divmod(offset + position, BLOCK)
            piece = data[position : position + BLOCK - start]
            block = self._blocks.get(index)
            if block is None and piece.count(0) < len(piece):
                block = self._blocks[index] = bytearray(BLOCK)
            if block is not None:
                block[start : start + len(piece)] = piece
            position += len(piece)

    def resized(self, length: int) -> "SparseFile":
        """A copy that is cut, or filled up with zeros, to another length."""
        copy = SparseFile(length)
        for offset, data in self.runs():
            copy.write(offset, data)
        return copy

    def read(self, offset: int, length: int) -> bytes:
        """Bytes as a reader gets them: holes as zeros, nothing from the end of the file on."""
        end = min(offset + length, self.length)
        data = bytearray()
        while offset < end:
            index, start = divmod(offset, BLOCK)
            step = min(BLOCK - start, end - offset)
            data += self._blocks.get(index, _ZEROS)[start : start + step]
            offset += step
        return bytes(data)

    def runs(self) -> Iterator[tuple[int, bytes]]:
        """(offset, bytes) of each maximal run of blocks that are not all zero, in order, cut at the file's end."""
        run = bytearray()
        start = 0
        for index in sorted(self._blocks):
            offset = index * BLOCK
            block = self._blocks[index][: max(0, self.length - offset)]
            if not any(block):
                continue
            if run and offset != start + len(run):
                yield start, bytes(run)
                run = bytearray()
            if not run:
                start = offset
            run += block
        if run:
            yield start, bytes(run)

    def packed(self) -> Iterator[bytes]:
        """The length, then offset, length and bytes of every run; numbers as 8 bytes, little-endian."""
        yield self.length.to_bytes(8, "little")
        for offset, data in self.runs():
            yield offset.to_bytes(8, "little") + len(data).to_bytes(8, "little") + data

    def image_digest(self) -> str:
        """The digest of the packed form."""
        digest = hashlib.sha256()
        for part in self.packed():
            digest.update(part)
        return digest.hexdigest()

    def disk_digest(self) -> str:
        """The digest of a guest disk: of all its bytes, or of its data alone where that would take too long."""
        return self.plain_digest() if self.length <= PLAIN_DIGEST_MAX else self.image_digest()

    def plain_digest(self) -> str:
        """The digest of all bytes, as any sha256 program gives it."""
        digest = hashlib.sha256()
        position = 0
        for offset, data in [*self.runs(), (self.length, b"")]:
            while position < offset:
                step = min(len(_ZEROS), offset - position)
                digest.update(_ZEROS[:step])
                position += step
            digest.update(data)
            position += len(data)
        return digest.hexdigest()

    def store(self, path: str) -> None:
        with open(path, "wb") as file:
            for offset, data in self.runs():
                file.seek(offset)
                file.write(data)
            file.truncate(self.length)

    def store_packed(self, path: str) -> None:
        with open(path, "wb") as file:
            for part in self.packed():
                file.write(part)
