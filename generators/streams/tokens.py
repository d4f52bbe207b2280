"""Literals and matches: what both deflate blocks and zstd's compressed blocks are written from.

The decoded output grows from the same tokens that become codes, so what a stream gives is known without a decoder.
"""

from dataclasses import dataclass, field
from typing import Any, Iterable, Optional, Union

from generators.streams.content import LINE, SECTOR, Content
from generators.case.errors import CaseError
from generators.case.spec import Spec


@dataclass(frozen=True)
class Literals:
    data: bytes


@dataclass(frozen=True)
class Match:
    length: int
    distance: int


@dataclass(frozen=True)
class Raw:
    """Codes chosen by hand: literal/length symbol, distance symbol, then plain bits (deflate only)."""

    symbol: Optional[int]
    extra: str
    distance_symbol: Optional[int]
    distance_extra: str


Token = Union[Literals, Match, Raw]


@dataclass
class Output:
    """What a decoder has produced so far. Once broken, nothing that follows can be decoded.

    Matches reach back `window` bytes, and not before `history_start`, where a zstd frame began.
    """

    content: Content
    window: int
    data: bytearray = field(default_factory=bytearray)
    history_start: int = 0
    broken: bool = False

    def line_before(self) -> bytes:
        """The last 16 bytes that a match may copy, or fewer."""
        return bytes(self.data[max(self.history_start, len(self.data) - LINE) :])

    def add(self, data: bytes) -> int:
        """Appends and says how many bytes a decoder gives for it: none behind a breach."""
        if self.broken:
            return 0
        self.data += data
        return len(data)

    def copy(self, length: int, distance: int) -> int:
        """A match; one that reaches back too far breaks the stream."""
        if not 0 < distance <= min(len(self.data) - self.history_start, self.window):
            self.broken = True
        if self.broken:
            return 0
        self.data += (self.data[-distance:] * (length // distance + 1))[:length]
        return length


def expand(items: Any, output: Output) -> list[tuple[Token, int]]:
    """(token, bytes that it gives) for every item of a block; `output` grows along."""
    expanded: list[tuple[Token, int]] = []
    for index, item in enumerate([items] if isinstance(items, (str, int)) else items):
        try:
            expanded += _expand_one(item, output)
        except CaseError as error:
            raise error.inside(str(index)) from None
    return expanded


def _expand_one(item: Any, output: Output) -> list[tuple[Token, int]]:
    if item == "rest" or isinstance(item, int):
        length = output.content.count(item, len(output.data))
        data = output.content.bytes_of(length, len(output.data))
        return [(token, _apply(token, output)) for token in _packed(data, output.line_before())]
    if isinstance(item, list):
        match = Match(output.content.count(item[0], len(output.data)), item[1])
        return [(match, _apply(match, output))]
    if "symbol" in item or "bits" in item or "distance_symbol" in item:
        return [_raw(item, output)]
    literals = Literals(output.content.bytes_of(item.get("literals", item), len(output.data)))
    return [(literals, _apply(literals, output))]


def _apply(token: Token, output: Output) -> int:
    if isinstance(token, Literals):
        return output.add(token.data)
    assert isinstance(token, Match)
    return output.copy(token.length, token.distance)


def _raw(item: Spec, output: Output) -> tuple[Token, int]:
    """Hand-made codes break the stream unless the case says, with "as", what they decode to."""
    meaning = item.get("as")
    if meaning is None:
        output.broken = True
        gives = 0
    elif isinstance(meaning, list):
        gives = output.copy(meaning[0], meaning[1])
    else:
        gives = output.add(output.content.bytes_of(meaning, len(output.data)))
    raw = Raw(item.get("symbol"), item.get("bits", item.get("extra", "")), item.get("distance_symbol"),
              item.get("distance_extra", ""))
    return raw, gives


def _packed(data: bytes, before: bytes) -> Iterable[Token]:
    """Labelled content the way a compressor would take it: what repeats the line before becomes a match."""
    joined = before + data
    position = literal_from = len(before)
    while position < len(joined):
        repeated = _repeated(joined, position)
        if repeated >= 4:
            if literal_from < position:
                yield Literals(joined[literal_from:position])
            yield Match(repeated, LINE)
            literal_from = position + repeated
        position += max(repeated, 1)
    if literal_from < len(joined):
        yield Literals(joined[literal_from:])


def _repeated(data: bytes, position: int) -> int:
    """How many bytes from `position` on equal those one line before."""
    if position < LINE:
        return 0
    end = position
    for step in (SECTOR, LINE * 4, LINE, 1):
        while end < len(data) and data[end : end + step] == data[end - LINE : end - LINE + step][: len(data) - end]:
            end = min(end + step, len(data))
    return end - position
