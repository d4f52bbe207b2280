"""One zstd block (RFC 8878, 3.1.1.2 and 3.1.1.3): raw, RLE, or compressed, with its sequences."""

from dataclasses import dataclass
from typing import NamedTuple, Optional

from generators.streams.bits import BitWriter
from generators.case.errors import CaseError
from generators.case.spec import Spec
from generators.streams.tokens import Literals, Match, Output, expand
from generators.streams.zstd_codes import (
    COMPRESSED_BLOCK,
    LITERAL_LENGTH_TABLE,
    MATCH_LENGTH_TABLE,
    OFFSET_TABLE,
    RAW_BLOCK,
    RESERVED_BLOCK,
    RLE_BLOCK,
    Code,
    FseTable,
    literal_length_code,
    match_length_code,
    offset_code,
    rle_table,
)
from generators.streams.zstd_fse import own_table
from generators.streams.zstd_literals import HuffmanLengths, literals_section

MODES = {"predefined": 0, "rle": 1, "fse": 2, "repeat": 3}


class Sequence(NamedTuple):
    """The codes of one sequence, in the order in which their FSE states are updated."""

    literal_length: Code
    match_length: Code
    offset: Code


@dataclass
class Tables:
    """What a frame's blocks leave for those behind them."""

    huffman: Optional[HuffmanLengths] = None
    sequences: Optional[list[FseTable]] = None  # literal length, match length, offset


def block_bytes(block: Spec, last: bool, output: Output, before: Tables) -> bytes:
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
        body = _compressed(block, output, before)
        return _header(last, COMPRESSED_BLOCK, len(body)) + body
    output.broken = True
    body = output.content.bytes_of(block["reserved"], len(output.data))
    return _header(last, RESERVED_BLOCK, len(body)) + body


def _header(last: bool, kind: int, size: int) -> bytes:
    if size >= 1 << 21:
        raise CaseError("a block's size has 21 bits")
    return (int(last) | kind << 1 | size << 3).to_bytes(3, "little")


def _compressed(block: Spec, output: Output, before: Tables) -> bytes:
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
    section, before.huffman = literals_section(bytes(literals), block.get("literals", "raw"), before.huffman)
    return section + _sequences_section(sequences, block.get("tables", "predefined"), before)


def _sequences_section(sequences: list[Sequence], kind: str, before: Tables) -> bytes:
    """3.1.1.3.2: the count, the modes of the three tables, the tables, then the bit stream, written from its end."""
    count = len(sequences)
    if count < 128:
        header = bytes([count])
    elif count < 0x7F00:
        header = bytes([(count >> 8) + 128, count & 0xFF])
    else:
        header = b"\xff" + (count - 0x7F00).to_bytes(2, "little")
    if not count:
        return header
    descriptions = [b"", b"", b""]
    if kind == "predefined":
        before.sequences = [LITERAL_LENGTH_TABLE, MATCH_LENGTH_TABLE, OFFSET_TABLE]
    elif kind != "repeat":
        made = [_table(kind, [sequence[field].code for sequence in sequences]) for field in range(3)]
        before.sequences, descriptions = [table for table, _ in made], [description for _, description in made]
    if before.sequences is None or any(sequence[field].code not in table.symbols for sequence in sequences
                                       for field, table in enumerate(before.sequences)):
        raise CaseError("no block before this has these sequences in its tables")
    modes = MODES[kind] * 0b01010100
    literal, match, offset = descriptions
    return header + bytes([modes]) + literal + offset + match + _sequence_bits(sequences, *before.sequences)


def _table(kind: str, codes: list[int]) -> tuple[FseTable, bytes]:
    if kind == "fse":
        return own_table(codes)
    if len(set(codes)) > 1:
        raise CaseError("RLE tables need sequences of one literal length, match length and offset code each")
    return rle_table(codes[0]), bytes([codes[0]])


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
