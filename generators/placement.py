"""Where things stand in the file: names, their first byte and their end, and the little language that points at them.

    "sector + 510"   the next byte, from here on, that is 510 bytes into a 512-byte sector
    "cluster - 2"    the next byte that is 2 bytes before a host cluster's border
    "here + 7"       7 bytes behind what was placed last ("here" alone: packed, the default)
    "a", "a.end"     the first byte of what is named a, and the byte behind its last; "+ N" and "- N" move on from there
    "0xa00000", 512  a host offset as it is
"""

import re
from typing import Dict, Tuple

from generators.errors import CaseError
from generators.layout import SECTOR_SIZE

EXPRESSION = re.compile(r"(?P<anchor>[a-z][a-z0-9_-]*(?:\.[0-9]+)*)(?P<end>\.end)?(?: (?P<sign>[+-]) (?P<step>[0-9]+))?")


class Places:
    def __init__(self, cluster_size: int) -> None:
        self._cluster_size = cluster_size
        self._known: Dict[str, Tuple[int, int]] = {}
        self.here = 0

    def put(self, name: str, start: int, length: int) -> int:
        """Notes that `name` stands there; what comes next is packed behind the furthest place so far."""
        self._known[name] = (start, start + length)
        self.here = max(self.here, start + length)
        return start

    def put_clusters(self, name: str, length: int) -> int:
        """Puts `name` on the next cluster border, in as many whole clusters as it needs."""
        start = self._next(0, self._cluster_size)
        self.put(name, start, length)
        self.here = max(self.here, start + -(-length // self._cluster_size) * self._cluster_size)
        return start

    def start(self, name: str) -> int:
        return self._known[name][0]

    def named(self) -> "list[tuple[str, int, int]]":
        """(name, start, end) of everything that has been placed, in file order."""
        return sorted(((name, *place) for name, place in self._known.items()), key=lambda place: place[1:])

    def resolve(self, expression: object) -> int:
        """The host offset that an expression means now."""
        if isinstance(expression, int):
            return expression
        assert isinstance(expression, str)
        if expression.startswith("0x"):
            return int(expression, 16)
        match = EXPRESSION.fullmatch(expression)
        if not match:
            raise CaseError(f"'{expression}' is no place in the file")
        step = int((match["sign"] or "+") + (match["step"] or "0"))
        anchor = match["anchor"]
        if anchor in ("sector", "cluster"):
            return self._next(step, SECTOR_SIZE if anchor == "sector" else self._cluster_size)
        if anchor == "here":
            return self.here + step
        if anchor not in self._known:
            raise CaseError(f"nothing placed before this is called '{anchor}'")
        return self._known[anchor][1 if match["end"] else 0] + step

    def _next(self, remainder: int, unit: int) -> int:
        return self.here + (remainder - self.here) % unit
