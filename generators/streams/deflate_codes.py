"""The code tables of RFC 1951: length and distance symbols, the fixed codes, canonical Huffman codes."""

from functools import lru_cache

END_OF_BLOCK = 256
STORED_MAX = 65535
MATCH_MIN, MATCH_MAX = 3, 258

# RFC 1951, 3.2.7: the order in which the lengths of the code length code are sent
CODE_LENGTH_ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)

# RFC 1951, 3.2.6
FIXED_LITERAL_LENGTHS = {symbol: 8 if symbol < 144 else 9 if symbol < 256 else 7 if symbol < 280 else 8
                         for symbol in range(288)}
FIXED_DISTANCE_LENGTHS = {symbol: 5 for symbol in range(32)}


def _ranges(first_base: int, extra_widths: list[int]) -> list[tuple[int, int]]:
    """(base, width of the extra bits) of consecutive symbols, each beginning where the one before ends."""
    ranges, base = [], first_base
    for width in extra_widths:
        ranges.append((base, width))
        base += 1 << width
    return ranges


# RFC 1951, 3.2.5: symbols 257..284, then 285 for length 258 alone
_LENGTHS = _ranges(3, [0] * 8 + [width for width in range(1, 6) for _ in range(4)])
_DISTANCES = _ranges(1, [0] * 4 + [width for width in range(1, 14) for _ in range(2)])


def _symbol(value: int, ranges: list[tuple[int, int]]) -> tuple[int, int, int]:
    index = max(i for i, (base, _) in enumerate(ranges) if base <= value)
    base, width = ranges[index]
    return index, value - base, width


@lru_cache(maxsize=None)
def length_symbol(length: int) -> tuple[int, int, int]:
    """(symbol, extra value, extra width) of a match length."""
    if length == MATCH_MAX:
        return 285, 0, 0
    index, extra, width = _symbol(length, _LENGTHS)
    return 257 + index, extra, width


@lru_cache(maxsize=None)
def distance_symbol(distance: int) -> tuple[int, int, int]:
    return _symbol(distance, _DISTANCES)


def canonical_codes(lengths: dict[int, int]) -> dict[int, tuple[int, int]]:
    """RFC 1951, 3.2.2: symbol -> (code, width). Judges nothing: over-subscribed lengths wrap, as cases need them."""
    codes: dict[int, tuple[int, int]] = {}
    code = 0
    for width in range(1, 16):
        code <<= 1
        for symbol in sorted(s for s, w in lengths.items() if w == width):
            codes[symbol] = (code & ((1 << width) - 1), width)
            code += 1
    return codes


def balanced_lengths(symbols: set[int]) -> dict[int, int]:
    """A complete code for these symbols that is as flat as can be; a lone symbol gets one bit."""
    ordered = sorted(symbols)
    if len(ordered) <= 1:
        return {symbol: 1 for symbol in ordered}
    width = (len(ordered) - 1).bit_length()
    short = (1 << width) - len(ordered)
    return {symbol: width - 1 if index < short else width for index, symbol in enumerate(ordered)}


def oversubscribed(lengths: dict[int, int]) -> bool:
    """More codes than their lengths have room for: nobody can say what such bits mean."""
    return sum(1 << (15 - width) for width in lengths.values() if width) > 1 << 15


def match_lengths(length: int) -> list[int]:
    """A match of any length as matches of 258 bytes at most, none of them under 3."""
    pieces = []
    while length > MATCH_MAX:
        step = MATCH_MAX if length >= MATCH_MAX + MATCH_MIN else length - MATCH_MIN
        pieces.append(step)
        length -= step
    return pieces + [length]
