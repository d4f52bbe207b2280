"""Raw deflate streams (RFC 1951) assembled from the blocks of a case: stored, fixed, dynamic, or plain bits."""

from typing import Any, Optional

from generators.streams.bits import BitWriter
from generators.streams.content import Content
from generators.streams.deflate_codes import (
    CODE_LENGTH_ORDER,
    END_OF_BLOCK,
    FIXED_DISTANCE_LENGTHS,
    FIXED_LITERAL_LENGTHS,
    STORED_MAX,
    balanced_lengths,
    canonical_codes,
    distance_symbol,
    length_symbol,
    match_lengths,
    oversubscribed,
)
from generators.case.errors import CaseError
from generators.case.spec import Spec
from generators.streams.stream import Stream
from generators.streams.tokens import Literals, Match, Output, Raw, Token, expand

Lengths = dict[int, int]
STORED, FIXED, DYNAMIC = 0, 1, 2


class Deflater:
    def __init__(self, content: Content) -> None:
        self.bits = BitWriter()
        self.output = Output(content, window=32768)
        self._produced = 0
        self.needed: Optional[int] = None

    def block(self, block: Spec, final: bool) -> None:
        """One item of a case's "deflate" list; `final` is what its header says unless the block overrules it."""
        final = bool(block.get("final", final))
        if "stored" in block:
            self._stored(block, final)
        elif "fixed" in block:
            self._header(FIXED, final)
            self._huffman(block, block["fixed"], FIXED_LITERAL_LENGTHS, FIXED_DISTANCE_LENGTHS)
        elif "dynamic" in block:
            self._dynamic(block, final)
        else:
            self.bits.text(str(block["bits"]))
            self.output.broken = True

    def stream(self) -> Stream:
        return Stream(self.bits.getvalue(), bytes(self.output.data), self.needed)

    # ---- blocks ----------------------------------------------------------------------------------------
    def _header(self, kind: int, final: bool) -> None:
        self.bits.number(int(final), 1)
        self.bits.number(kind, 2)

    def _stored(self, block: Spec, final: bool) -> None:
        """Stored data of any length; more than 65535 bytes become several blocks, the last one final."""
        data = self.output.content.bytes_of(block["stored"], len(self.output.data))
        pieces = [data[at : at + STORED_MAX] for at in range(0, len(data), STORED_MAX)] or [b""]
        for index, piece in enumerate(pieces):
            self._header(STORED, final and index == len(pieces) - 1)
            self.bits.align()
            length = len(piece)
            complement = block.get("complement", length ^ 0xFFFF)
            self.bits.octets(length.to_bytes(2, "little") + complement.to_bytes(2, "little"))
            if complement != length ^ 0xFFFF:
                self.output.broken = True
            before = self.bits.byte_length
            self.bits.octets(piece)
            self._advance_over(before, self.output.add(piece))

    def _dynamic(self, block: Spec, final: bool) -> None:
        codes = ("literal_lengths", "distance_lengths", "code_length_lengths")
        if any(oversubscribed(_stated(block[key])) for key in codes if key in block):
            self.output.broken = True
        # The codes come first in the stream, but which symbols they must hold is known only from the tokens.
        expanded = _split(expand(block["dynamic"], self.output))
        used_literals, used_distances = _used_symbols(expanded)
        literal_lengths = _lengths(block, "literal_lengths", used_literals)
        distance_lengths = _lengths(block, "distance_lengths", used_distances)
        self._header(DYNAMIC, final)
        self._code_tables(block, literal_lengths, distance_lengths)
        self._tokens(block, expanded, literal_lengths, distance_lengths)

    def _huffman(self, block: Spec, items: Any, literals: Lengths, distances: Lengths) -> None:
        expanded = _split(expand(items, self.output))
        self._tokens(block, expanded, literals, distances)

    # ---- the parts of a Huffman block ------------------------------------------------------------------
    def _code_tables(self, block: Spec, literals: Lengths, distances: Lengths) -> None:
        """RFC 1951, 3.2.7: HLIT, HDIST, HCLEN, the code length code, then all lengths one by one."""
        literal_count = max(257, max(literals, default=0) + 1)
        distance_count = max(1, max(distances, default=0) + 1)
        literal_count = int(block.get("hlit", literal_count))
        distance_count = int(block.get("hdist", distance_count))
        sequence = [literals.get(symbol, 0) for symbol in range(literal_count)]
        sequence += [distances.get(symbol, 0) for symbol in range(distance_count)]
        coded = _zero_runs(sequence) if block.get("zero_runs") else [(length, 0, 0) for length in sequence]
        lengths = _lengths(block, "code_length_lengths", {symbol for symbol, _, _ in coded})
        count = max(4, 1 + max(CODE_LENGTH_ORDER.index(symbol) for symbol in lengths))
        self.bits.number(literal_count - 257, 5)
        self.bits.number(distance_count - 1, 5)
        self.bits.number(count - 4, 4)
        for symbol in CODE_LENGTH_ORDER[:count]:
            self.bits.number(lengths.get(symbol, 0), 3)
        codes = canonical_codes(lengths)
        for symbol, extra, width in coded:
            self._code(codes, symbol)
            self.bits.number(extra, width)

    def _tokens(self, block: Spec, expanded: list[tuple[Token, int]], literals: Lengths,
                distances: Lengths) -> None:
        literal_codes, distance_codes = canonical_codes(literals), canonical_codes(distances)
        for token, gives in expanded:
            if isinstance(token, Literals):
                for value in token.data:
                    self._code(literal_codes, value)
                    self._advance(1 if gives else 0)
                continue
            self._pair(token, literal_codes, distance_codes)
            self._advance(gives)
        if block.get("end_of_block", True):
            self._code(literal_codes, END_OF_BLOCK)

    def _pair(self, token: Token, literal_codes: dict[int, tuple[int, int]],
              distance_codes: dict[int, tuple[int, int]]) -> None:
        if isinstance(token, Raw):
            if token.symbol is not None:
                self._code(literal_codes, token.symbol)
            self.bits.text(token.extra)
            if token.distance_symbol is not None:
                self._code(distance_codes, token.distance_symbol)
            self.bits.text(token.distance_extra)
            return
        assert isinstance(token, Match)
        for (symbol, extra, width), codes in ((length_symbol(token.length), literal_codes),
                                              (distance_symbol(token.distance), distance_codes)):
            self._code(codes, symbol)
            self.bits.number(extra, width)

    def _code(self, codes: dict[int, tuple[int, int]], symbol: int) -> None:
        if symbol not in codes:
            raise CaseError(f"the block's code has no symbol {symbol}")
        self.bits.code(*codes[symbol])

    # ---- how much of the stream one cluster needs ------------------------------------------------------
    def _advance(self, gives: int) -> None:
        self._produced += gives
        if self.needed is None and self._produced >= self.output.content.size:
            self.needed = self.bits.byte_length

    def _advance_over(self, start: int, gives: int) -> None:
        """Stored bytes: the one that completes the cluster may stand amid the block."""
        missing = self.output.content.size - self._produced
        self._produced += gives
        if self.needed is None and gives >= missing:
            self.needed = start + missing


def _split(expanded: list[tuple[Token, int]]) -> list[tuple[Token, int]]:
    """Matches longer than deflate can say become several."""
    pieces: list[tuple[Token, int]] = []
    for token, gives in expanded:
        if isinstance(token, Match):
            for length in match_lengths(token.length):
                pieces.append((Match(length, token.distance), length if gives else 0))
        else:
            pieces.append((token, gives))
    return pieces


def _used_symbols(expanded: list[tuple[Token, int]]) -> tuple[set[int], set[int]]:
    """The literal/length symbols and the distance symbols that a block's tokens need."""
    literals, distances = {END_OF_BLOCK}, set()
    for token, _ in expanded:
        if isinstance(token, Literals):
            literals.update(token.data)
        elif isinstance(token, Match):
            literals.add(length_symbol(token.length)[0])
            distances.add(distance_symbol(token.distance)[0])
        else:
            literals.update(symbol for symbol in [token.symbol] if symbol is not None)
            distances.update(symbol for symbol in [token.distance_symbol] if symbol is not None)
    return literals, distances


def _lengths(block: Spec, key: str, used: set[int]) -> Lengths:
    """The code lengths that the block states, or a flat code for the symbols that it uses."""
    return _stated(block[key]) if key in block else balanced_lengths(used)


def _zero_runs(sequence: list[int]) -> list[tuple[int, int, int]]:
    """RFC 1951, 3.2.7: (symbol, extra value, extra width), with 18 and 17 for 11 to 138 and 3 to 10 zeros."""
    coded: list[tuple[int, int, int]] = []
    position = 0
    while position < len(sequence):
        zeros = 0
        while zeros < 138 and sequence[position + zeros : position + zeros + 1] == [0]:
            zeros += 1
        if zeros < 3:
            coded.append((sequence[position], 0, 0))
        else:
            coded.append((18, zeros - 11, 7) if zeros > 10 else (17, zeros - 3, 3))
        position += zeros if zeros >= 3 else 1
    return coded


def _stated(lengths: dict[str, int]) -> Lengths:
    """Code lengths as a case writes them, {"0-143": 8, "256": 7}, as symbol -> width."""
    stated: Lengths = {}
    for key, width in lengths.items():
        first, _, last = key.partition("-")
        stated.update({symbol: width for symbol in range(int(first), int(last or first) + 1)})
    return stated
