"""The code tables of RFC 8878: literal length, match length and offset codes, and the predefined FSE tables."""

from typing import NamedTuple, Optional

MAGIC = 0xFD2FB528
SKIPPABLE_MAGIC = 0x184D2A50
BLOCK_MAX = 128 * 1024
RAW_BLOCK, RLE_BLOCK, COMPRESSED_BLOCK, RESERVED_BLOCK = range(4)
WINDOW_LOG_MIN = 10


class Code(NamedTuple):
    """A code, and the extra bits that follow it."""

    code: int
    extra: int
    width: int


# RFC 8878, 3.1.1.3.2.1.1: widths of the extra bits; each code begins where the one before ends
_LITERAL_WIDTHS = [0] * 16 + [1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
_MATCH_WIDTHS = [0] * 32 + [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
MATCH_MIN = 3


def _code(value: int, base: int, widths: list[int]) -> Code:
    for code, width in enumerate(widths):
        if value < base + (1 << width):
            return Code(code, value - base, width)
        base += 1 << width
    raise ValueError(value)


def literal_length_code(length: int) -> Code:
    return _code(length, 0, _LITERAL_WIDTHS)


def match_length_code(length: int) -> Code:
    return _code(length, MATCH_MIN, _MATCH_WIDTHS)


def offset_code(distance: int) -> Code:
    """Never one of the repeat codes 1..3: "Offset_Value - 3" is the distance."""
    value = distance + 3
    width = value.bit_length() - 1
    return Code(width, value - (1 << width), width)


class FseTable(NamedTuple):
    """A decoding table: for every state the symbol, how many bits come next, and what they are added to."""

    accuracy_log: int
    symbols: list[int]
    widths: list[int]
    baselines: list[int]

    def state_before(self, symbol: int, following: Optional[int]) -> int:
        """A state that stands for `symbol` and can lead to the state `following`."""
        for state, candidate in enumerate(self.symbols):
            if candidate == symbol and (following is None or self._leads(state, following)):
                return state
        raise ValueError(f"the table has no symbol {symbol}")

    def _leads(self, state: int, following: int) -> bool:
        return 0 <= following - self.baselines[state] < 1 << self.widths[state]


def fse_table(accuracy_log: int, distribution: list[int]) -> FseTable:
    """RFC 8878, 4.1.1: symbols "less than 1" (-1) from the end, the others spread, then bits and baselines."""
    size = 1 << accuracy_log
    symbols = [0] * size
    high = size
    for symbol, probability in enumerate(distribution):
        if probability == -1:
            high -= 1
            symbols[high] = symbol
    position = 0
    for symbol, probability in enumerate(distribution):
        for _ in range(max(probability, 0)):
            symbols[position] = symbol
            position = (position + (size >> 1) + (size >> 3) + 3) & (size - 1)
            while position >= high:
                position = (position + (size >> 1) + (size >> 3) + 3) & (size - 1)
    counters = [abs(probability) for probability in distribution]
    widths, baselines = [], []
    for symbol in symbols:
        width = accuracy_log - (counters[symbol].bit_length() - 1)
        widths.append(width)
        baselines.append((counters[symbol] << width) - size)
        counters[symbol] += 1
    return FseTable(accuracy_log, symbols, widths, baselines)


def rle_table(symbol: int) -> FseTable:
    """A table of one symbol: no bits at all."""
    return FseTable(0, [symbol], [0], [0])


# RFC 8878, 3.1.1.3.2.2
LITERAL_LENGTH_TABLE = fse_table(6, [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2,
                                     2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1])
MATCH_LENGTH_TABLE = fse_table(6, [1, 4, 3, 2, 2, 2, 2, 2, 2] + [1] * 37 + [-1] * 7)
OFFSET_TABLE = fse_table(5, [1, 1, 1, 1, 1, 1, 2, 2, 2] + [1] * 15 + [-1] * 5)
