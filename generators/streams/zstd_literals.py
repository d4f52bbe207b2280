"""The literals section of a compressed zstd block (RFC 8878, 3.1.1.3.1): raw, RLE, or with a Huffman code.

The code is flat: all symbols have codes of two neighbouring lengths. It is described directly, four bits a weight, or
by an FSE table, which takes literals of 128 and above too.
"""

from typing import Optional

from generators.streams.bits import BitWriter
from generators.streams.deflate_codes import balanced_lengths
from generators.case.errors import CaseError
from generators.streams.zstd_fse import packed_weights

RAW, RLE, COMPRESSED, TREELESS = range(4)
DIRECT_WEIGHTS = 127  # a first byte above it counts the weights that follow, less this
SYMBOL_END = 129  # so many symbols, the last one's weight left out, can be described so
ONE_STREAM_MAX = 1023
HuffmanLengths = dict[int, int]  # symbol -> bits of its code


def literals_section(literals: bytes, kind: str,
                     tree: Optional[HuffmanLengths]) -> tuple[bytes, Optional[HuffmanLengths]]:
    """The section, and the tree that a later block may use again."""
    if kind in ("huffman", "huffman-one-stream", "huffman-packed", "treeless"):
        return _huffman(literals, kind, tree)
    rle = kind == "rle"
    if rle and len(set(literals)) != 1:
        raise CaseError("RLE literals must all be one byte")
    return _plain_header(RLE if rle else RAW, len(literals)) + (literals[:1] if rle else literals), tree


def _plain_header(kind: int, size: int) -> bytes:
    """Type and size in one to three bytes."""
    if size < 1 << 5:
        return (kind | size << 3).to_bytes(1, "little")
    if size < 1 << 12:
        return (kind | 1 << 2 | size << 4).to_bytes(2, "little")
    return (kind | 3 << 2 | size << 4).to_bytes(3, "little")


def _huffman(literals: bytes, kind: str, tree: Optional[HuffmanLengths]) -> tuple[bytes, HuffmanLengths]:
    description = b""
    if kind != "treeless":
        tree = balanced_lengths(set(literals))
        description = _description(tree, packed=kind == "huffman-packed")
    if tree is None or not set(literals) <= set(tree):
        raise CaseError("no block before this has a Huffman code for these literals")
    if kind == "huffman-one-stream" or len(literals) < 8:
        streams = [_stream(literals, tree)]
        body = description + streams[0]
    else:
        share = (len(literals) + 3) // 4
        streams = [_stream(literals[at : at + share], tree) for at in range(0, 4 * share, share)]
        body = description + b"".join(len(stream).to_bytes(2, "little") for stream in streams[:3]) + b"".join(streams)
    section_kind = TREELESS if kind == "treeless" else COMPRESSED
    return _compressed_header(section_kind, len(streams), len(literals), len(body)) + body, tree


def _compressed_header(kind: int, streams: int, size: int, compressed: int) -> bytes:
    """3.1.1.3.1.1: both sizes in 10, 14 or 18 bits each; one stream has only the first form."""
    most = max(size, compressed)
    if streams == 1:
        if most > ONE_STREAM_MAX:
            raise CaseError(f"literals in one stream are {ONE_STREAM_MAX} at most")
        form, width = 0, 10
    else:
        form, width = (1, 10) if most < 1 << 10 else (2, 14) if most < 1 << 14 else (3, 18)
    value = kind | form << 2 | size << 4 | compressed << (4 + width)
    return value.to_bytes((4 + 2 * width + 7) // 8, "little")


def _description(lengths: HuffmanLengths, packed: bool) -> bytes:
    """4.2.1: the weight of each symbol but the last, which follows from the others."""
    if not lengths:
        raise CaseError("a Huffman code is for two literals or more")
    count, longest = max(lengths), max(lengths.values())
    if len(lengths) < 2 or count >= SYMBOL_END - 1 and not packed:
        raise CaseError("a Huffman code is for two literals or more, all of them below 128 unless it is packed")
    weights = [longest + 1 - lengths[symbol] if symbol in lengths else 0 for symbol in range(count)]
    if packed:
        table = packed_weights(weights)
        assert len(table) <= DIRECT_WEIGHTS, "three kinds of weight do not take more"
        return bytes([len(table)]) + table
    padded = weights + [0] * (len(weights) % 2)
    return bytes([DIRECT_WEIGHTS + count]) + bytes(
        padded[at] << 4 | padded[at + 1] for at in range(0, len(padded), 2))


def _stream(literals: bytes, lengths: HuffmanLengths) -> bytes:
    """4.2.2: read from its end, so the last literal is written first, and a 1 marks the end."""
    codes = _codes(lengths)
    bits = BitWriter()
    for literal in reversed(literals):
        bits.number(codes[literal], lengths[literal])
    bits.number(1, 1)
    return bits.getvalue()


def _codes(lengths: HuffmanLengths) -> dict[int, int]:
    """4.2.1.3: from the longest codes on, within a length by symbol, each one more than the one before."""
    codes: dict[int, int] = {}
    value, before = 0, max(lengths.values())
    for length, symbol in sorted(
        ((length, symbol) for symbol, length in lengths.items()), key=lambda item: (-item[0], item[1])
    ):
        value >>= before - length
        codes[symbol], before = value, length
        value += 1
    return codes
