"""A writer of bits, least significant first, as deflate and zstd both pack them into bytes."""


class BitWriter:
    def __init__(self) -> None:
        self._done = bytearray()
        self._pending = 0
        self._pending_bits = 0

    @property
    def bit_length(self) -> int:
        return len(self._done) * 8 + self._pending_bits

    @property
    def byte_length(self) -> int:
        """Bytes that hold what was written so far, the last one perhaps in part."""
        return (self.bit_length + 7) // 8

    def number(self, value: int, width: int) -> None:
        """`width` bits of a number, its least significant bit first."""
        assert 0 <= value < 1 << width or width == value == 0
        self._pending |= value << self._pending_bits
        self._pending_bits += width
        while self._pending_bits >= 8:
            self._done.append(self._pending & 0xFF)
            self._pending >>= 8
            self._pending_bits -= 8

    def code(self, code: int, width: int) -> None:
        """A Huffman code, its most significant bit first."""
        reversed_code = int(format(code, f"0{width}b")[::-1], 2) if width else 0
        self.number(reversed_code, width)

    def text(self, bits: str) -> None:
        """Bits written out as '0' and '1' in the order of the stream; blanks are for the reader."""
        for bit in bits.replace(" ", ""):
            self.number(int(bit), 1)

    def align(self) -> None:
        self.number(0, -self.bit_length % 8)

    def octets(self, data: bytes) -> None:
        """Whole bytes; the writer must stand on a byte border."""
        assert self._pending_bits == 0
        self._done += data

    def getvalue(self) -> bytes:
        tail = bytes([self._pending]) if self._pending_bits else b""
        return bytes(self._done) + tail
