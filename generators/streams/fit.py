"""Streams of an exact number of bytes that give an exact number of bytes, for cases about where an extent ends.

Shorter than what they give: the first part stored, the rest one long repeat. Longer: the content is stored, and what is
missing is made up by empty blocks in front, and by literals that cost nine bits.
"""

from typing import Optional

from generators.streams.content import Content, labelled
from generators.streams.deflate import Deflater
from generators.streams.deflate_codes import (FIXED_DISTANCE_LENGTHS, FIXED_LITERAL_LENGTHS, MATCH_MAX, STORED_MAX,
                                              distance_symbol, length_symbol, match_lengths)
from generators.case.errors import CaseError
from generators.case.spec import Spec
from generators.streams.stream import Stream
from generators.streams.zstd import zstd_stream
from generators.streams.zstd_codes import BLOCK_MAX

STORED_HEADER = 5  # bytes: a header that ends on a byte border, LEN, NLEN
NINE_BIT_LITERAL = 0xC0


def plain_stream(compression: str, content: Content) -> Stream:
    """The ordinary stream of a labelled cluster, of whatever length it comes out at."""
    if compression == "deflate":
        return deflate_stream([{"fixed": "rest"}], content)
    blocks: list[Spec] = [{"compressed": [min(BLOCK_MAX, content.size - at)]}
                          for at in range(0, content.size, BLOCK_MAX)]
    return zstd_stream([{"blocks": blocks}], content)


def deflate_stream(blocks: list[Spec], content: Content) -> Stream:
    deflater = Deflater(content)
    for index, block in enumerate(blocks):
        try:
            deflater.block(block, final=index == len(blocks) - 1)
        except CaseError as error:
            raise error.inside(f"deflate.{index}") from None
    return deflater.stream()


def exact_stream(compression: str, length: int, gives: int, content: Content) -> Stream:
    """`length` bytes that give `gives` bytes, which may be less or more than one cluster."""
    if compression == "deflate":
        stream = _lengthened_deflate(length, gives, content) or _shortened_deflate(length, gives, content)
    else:
        stream = _exact_zstd(length, gives, content)
    if stream is None:
        raise CaseError(f"no {compression} stream of exactly {length} bytes that gives {gives} is known")
    assert len(stream.data) == length and len(stream.output) == gives
    return stream


# ---- deflate ---------------------------------------------------------------------------------------------
def _lengthened_deflate(length: int, gives: int, content: Content) -> Optional[Stream]:
    """Stored content, behind as many empty stored blocks as fit; nine-bit literals take up the rest."""
    for literals in [None, *range(min(gives, 24))]:
        taken = literals or 0
        stored = gives - taken + STORED_HEADER * max(1, -(-(gives - taken) // STORED_MAX))
        # 3 + 9 n + 7 bits, and the 3-bit header behind them no longer begins on a byte border
        fixed = 0 if literals is None else (3 + 9 * literals + 7 + 3 + 7) // 8 - 1
        empties, rest = divmod(length - stored - fixed, STORED_HEADER)
        if empties >= 0 and rest == 0:
            head: list[Spec] = [{"stored": []}] * empties
            if literals is not None:
                head = head + [{"fixed": [{"byte": NINE_BIT_LITERAL, "times": literals}]}]
            return deflate_stream(head + [{"stored": gives - taken}], content)
    return None


def _shortened_deflate(length: int, gives: int, content: Content) -> Optional[Stream]:
    """The head stored, then one long repeat of its last 16 bytes, with a few literals of nine bits between."""
    repeated = repeat_bits(MATCH_MAX) / 8 / MATCH_MAX  # bytes of the stream for one byte that is repeated
    stored_byte = 1 + STORED_HEADER / STORED_MAX
    guess = int((length - STORED_HEADER - gives * repeated) / (stored_byte - repeated))
    near = sorted(range(max(16, guess - 48), min(guess + 48, gives - 3)), key=lambda head: abs(head - guess))
    for head in near:
        for literals in range(min(8, gives - head - 2)):
            repeat = gives - head - literals
            stored = head + STORED_HEADER * -(-head // STORED_MAX)
            fixed = (3 + 9 * literals + repeat_bits(repeat) + 7 + 7) // 8
            if stored + fixed == length:
                nine_bits = {"byte": NINE_BIT_LITERAL, "times": literals}
                return deflate_stream([{"stored": head}, {"fixed": [nine_bits, [repeat, 16]]}], content)
    return None


def repeat_bits(length: int) -> int:
    """What a repeat over 16 bytes costs in a block with fixed codes."""
    distance, _, distance_width = distance_symbol(16)
    bits = 0
    for piece in match_lengths(length):
        symbol, _, width = length_symbol(piece)
        bits += FIXED_LITERAL_LENGTHS[symbol] + width + FIXED_DISTANCE_LENGTHS[distance] + distance_width
    return bits


# ---- zstd ------------------------------------------------------------------------------------------------
def _exact_zstd(length: int, gives: int, content: Content) -> Optional[Stream]:
    raw = _raw_blocks(gives)
    excess = length - len(zstd_stream([{"blocks": raw}], content).data)
    if excess < 0:
        run = 4 - excess  # a run costs a header of three bytes and one byte for all
        head = gives - run
        if not 0 < head or run > BLOCK_MAX:
            return None
        octet = labelled(content.label, head, 1)[0]
        return zstd_stream([{"blocks": _raw_blocks(head) + [{"rle": octet, "times": run}]}], content)
    empties, rest = divmod(excess, 3)
    if rest == 0:
        return zstd_stream([{"blocks": [{"raw": []}] * empties + raw}], content)
    if excess >= 8:  # the header of a skippable frame
        return zstd_stream([{"skippable": {"byte": 0, "times": excess - 8}}, {"blocks": raw}], content)
    return None


def _raw_blocks(gives: int) -> list[Spec]:
    return [{"raw": min(BLOCK_MAX, gives - at)} for at in range(0, gives, BLOCK_MAX)]
