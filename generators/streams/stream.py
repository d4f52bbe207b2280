"""A compressed stream as it stands in the file, with what a decoder gets from it."""

from dataclasses import dataclass, replace
from typing import Optional


@dataclass(frozen=True)
class Stream:
    """`needed`: how many of its bytes complete one cluster; None when all of them do not."""

    data: bytes
    output: bytes
    needed: Optional[int]

    def cut(self, count: int) -> "Stream":
        """Without its last `count` bytes."""
        kept = self.data[: len(self.data) - count]
        complete = self.needed is not None and self.needed <= len(kept)
        return replace(self, data=kept, needed=self.needed if complete else None)

    def followed_by(self, data: bytes) -> "Stream":
        """With bytes behind it that are no part of it; a stream that was not complete stays so."""
        return replace(self, data=self.data + data)
