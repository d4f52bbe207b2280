"""The disk as the steps say that it is: its bytes, and where more than one answer is right.

Of a discarded byte the old one or zero is right. What a disk uncovers when it grows is zero; in the rest of its last
cluster QEMU may have anything, and the model has zeros.
"""

from dataclasses import dataclass, field

SURE, OLD_OR_ZERO, ANY = 0, 1, 2
CHUNK = 4096
IS_SET = bytes([0] + [OLD_OR_ZERO] * 255)  # a byte that is zero already is sure to stay it


@dataclass
class Expected:
    cluster_size: int
    data: bytearray
    sure: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        if len(self.sure) < len(self.data):
            self.sure.extend(bytes(len(self.data) - len(self.sure)))

    def copy(self) -> "Expected":
        return Expected(self.cluster_size, bytearray(self.data), bytearray(self.sure))

    def write(self, offset: int, length: int, byte: int) -> None:
        self.data[offset : offset + length] = bytes([byte]) * length
        self.sure[offset : offset + length] = bytes(length)

    def discard(self, offset: int, length: int) -> None:
        part = slice(offset, offset + length)
        marks = self.data[part].translate(IS_SET)
        self.sure[part] = bytes(map(max, self.sure[part], marks)) if any(self.sure[part]) else marks

    def resize(self, size: int) -> None:
        before = len(self.data)
        if size <= before:
            del self.data[size:], self.sure[size:]
            return
        tail = min(size - before, -before % self.cluster_size)
        self.data.extend(bytes(size - before))
        self.sure.extend(bytes([ANY]) * tail + bytes(size - before - tail))

    def first_wrong(self, seen: bytes, by_model: bool) -> str | None:
        """What is wrong with a disk, in words; nothing where it is right."""
        if len(seen) != len(self.data):
            return f"{len(seen)} bytes, not {len(self.data)}"
        for start in range(0, len(seen), CHUNK):
            part = slice(start, start + CHUNK)
            if seen[part] == self.data[part]:
                continue
            for at, (got, wanted, sure) in enumerate(zip(seen[part], self.data[part], self.sure[part]), start):
                right = got == wanted or sure == OLD_OR_ZERO and got == 0 or sure == ANY and not by_model
                if not right:
                    return f"byte {at:#x} is {got:#04x}, not {wanted:#04x}"
        return None

    def as_long_as(self, length: int) -> "Expected":
        """The same disk, cut where `length` is shorter."""
        return Expected(self.cluster_size, self.data[:length], self.sure[:length])
