"""Where things stand in the file: names, their first byte and their end, and the little language that points at them.

    "here + 7"       7 bytes behind what was packed last ("here" alone is the default for streams)
    "sector + 510"   the next byte, from here on, that is 510 bytes into a 512-byte sector
    "cluster - 2"    the next byte that is 2 bytes before a host cluster's border
    "a", "a.end"     the first byte of what is named a, and the byte behind its last; "+ N" and "- N" move on from there
    "0xa00000", 512  a host offset as it is
"""

import re

from generators.case.errors import CaseError
from generators.layout import SECTOR_SIZE

EXPRESSION = re.compile(r"(?P<anchor>[a-z][a-z0-9_.-]*?)(?P<end>\.end)?(?: (?P<sign>[+-]) (?P<step>[0-9]+))?")

RELATIVE = ("here", "sector", "cluster")


class Places:
    def __init__(self, cluster_size: int) -> None:
        self._cluster_size = cluster_size
        self._known: dict[str, tuple[int, int]] = {}
        self.here = 0

    def note(self, name: str, start: int, length: int) -> None:
        """Gives some bytes a name."""
        self._known[name] = (start, start + length)

    def put(self, name: str, expression: object, length: int) -> None:
        """Puts `name` where the expression says. Only a place that depends on "here" moves it: what stands far away, or
        in the gap behind something else, does not change where the next thing is packed."""
        start = self.resolve(expression)
        self.note(name, start, length)
        if str(expression).partition(" ")[0] in RELATIVE:
            self.here = start + length

    def put_clusters(self, name: str, length: int) -> None:
        """Puts `name` on the next cluster border, in as many whole clusters as it needs."""
        self.put(name, "cluster", length)
        self.here = self._next(0, self._cluster_size)

    def furthest(self) -> int:
        return max(end for _, end in self._known.values())

    def start(self, name: str) -> int:
        return self._known[name][0]

    def named(self) -> list[tuple[str, int, int]]:
        """(name, start, end) of everything that has been placed, in file order."""
        return sorted(((name, *place) for name, place in self._known.items()), key=lambda place: (place[1], -place[2]))

    def resolve(self, expression: object) -> int:
        """The host offset that an expression means now."""
        if isinstance(expression, int):
            return expression
        assert isinstance(expression, str)
        if expression.startswith("0x"):
            return int(expression, 16)
        match = EXPRESSION.fullmatch(expression)
        if not match:
            raise CaseError(f"'{expression}' is not a place in the file")
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
