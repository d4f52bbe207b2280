"""One zstd block (RFC 8878, 3.1.1.2 and 3.1.1.3): raw, RLE, or compressed with raw or RLE literals."""

from typing import NamedTuple

from generators.bits import BitWriter
from generators.errors import CaseError
from generators.spec import Spec
from generators.tokens import Literals, Match, Output, expand
from generators.zstd_codes import (COMPRESSED_BLOCK, LITERAL_LENGTH_TABLE, MATCH_LENGTH_TABLE, OFFSET_TABLE, RAW_BLOCK,
                                   RESERVED_BLOCK, RLE_BLOCK, Code, FseTable, literal_length_code, match_length_code,
                                   offset_code, rle_table)


class Sequence(NamedTuple):
    """The codes of one sequence, in the order in which their FSE states are updated."""

    literal_length: Code
    match_length: Code
    offset: Code


def block_bytes(block: Spec, last: bool, output: Output) -> bytes:
    """Header and body of one block of a case's "blocks" list; the output grows by what it gives."""
    last = bool(block.get("last", last))
    if "raw" in block:
        body = output.content.bytes_of(block["raw"], len(output.data))
        output.add(body)
        return _header(last, RAW_BLOCK, len(body)) + body
    if "rle" in block:
        count = output.content.count(block["times"], len(output.data))
        octet = bytes([block["rle"]])
        output.add(octet * count)
        return _header(last, RLE_BLOCK, count) + octet
    if "compressed" in block:
        body = _compressed(block, output)
        return _header(last, COMPRESSED_BLOCK, len(body)) + body
    output.broken = True
    body = output.content.bytes_of(block["reserved"], len(output.data))
    return _header(last, RESERVED_BLOCK, len(body)) + body


def _header(last: bool, kind: int, size: int) -> bytes:
    if size >= 1 << 21:
        raise CaseError("a block's size has 21 bits")
    return (int(last) | kind << 1 | size << 3).to_bytes(3, "little")


def _compressed(block: Spec, output: Output) -> bytes:
    literals = bytearray()
    sequences: list[Sequence] = []
    pending = 0
    for token, _ in expand(block["compressed"], output):
        if isinstance(token, Literals):
            literals += token.data
            pending += len(token.data)
        elif isinstance(token, Match):
            sequences.append(Sequence(literal_length_code(pending), match_length_code(token.length),
                                      offset_code(token.distance)))
            pending = 0
        else:
            raise CaseError("zstd has no hand-made symbols here; pin the block as hex")
    return _literals_section(bytes(literals), block.get("literals") == "rle") + _sequences_section(
        sequences, block.get("tables") == "rle")


def _literals_section(literals: bytes, rle: bool) -> bytes:
    """3.1.1.3.1: type and size in one to three bytes, then the literals or the one byte that they repeat."""
    if rle and len(set(literals)) != 1:
        raise CaseError("RLE literals must all be one byte")
    kind, size = int(rle), len(literals)
    body = literals[:1] if rle else literals
    if size < 1 << 5:
        return (kind | size << 3).to_bytes(1, "little") + body
    if size < 1 << 12:
        return (kind | 1 << 2 | size << 4).to_bytes(2, "little") + body
    return (kind | 3 << 2 | size << 4).to_bytes(3, "little") + body


def _sequences_section(sequences: list[Sequence], rle: bool) -> bytes:
    """3.1.1.3.2: the count, the modes of the three tables, then the bit stream, written from its end."""
    count = len(sequences)
    if count < 128:
        header = bytes([count])
    elif count < 0x7F00:
        header = bytes([(count >> 8) + 128, count & 0xFF])
    else:
        header = b"\xff" + (count - 0x7F00).to_bytes(2, "little")
    if not count:
        return header
    if not rle:
        return header + b"\x00" + _sequence_bits(sequences, LITERAL_LENGTH_TABLE, MATCH_LENGTH_TABLE, OFFSET_TABLE)
    codes = [{sequence[kind].code for sequence in sequences} for kind in range(3)]
    if any(len(distinct) > 1 for distinct in codes):
        raise CaseError("RLE tables need sequences of one literal length, match length and offset code each")
    literal, match, offset = (distinct.pop() for distinct in codes)
    tables = rle_table(literal), rle_table(match), rle_table(offset)
    return header + bytes([0b01010100, literal, offset, match]) + _sequence_bits(sequences, *tables)


def _sequence_bits(sequences: list[Sequence], literal_table: FseTable, match_table: FseTable,
                   offset_table: FseTable) -> bytes:
    """A decoder reads backwards: states, then for each sequence its extra bits and the next states' bits."""
    bits = BitWriter()
    tables = (literal_table, match_table, offset_table)
    states: list[int] = []
    for sequence in reversed(sequences):
        if not states:
            states = [table.state_before(code.code, None) for table, code in zip(tables, sequence)]
        else:
            before = [table.state_before(code.code, state) for table, code, state in zip(tables, sequence, states)]
            for kind in (2, 1, 0):  # a decoder updates literal length, match length, offset
                table = tables[kind]
                bits.number(states[kind] - table.baselines[before[kind]], table.widths[before[kind]])
            states = before
        for kind in (0, 1, 2):  # a decoder reads offset, match length, literal length
            bits.number(sequence[kind].extra, sequence[kind].width)
    for kind in (1, 2, 0):  # a decoder begins with literal length, offset, match length
        bits.number(states[kind], tables[kind].accuracy_log)
    bits.number(1, 1)
    return bits.getvalue()
