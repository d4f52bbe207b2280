"""A mistake of the bank: what it is, the case that shows it and the status that it must get there.

A mistake is a class of an image, a disk or a session that differs from the right one in a method or two. Where threads
have to meet, the class waits a moment between two steps that belong together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from tests.servers.disk import Disk, Image
from tests.servers.protocol import Session

MOMENT = 0.02  # seconds

TOGETHER = "six-good-clusters-deflate"
WRITTEN = "all-neighbours-overwritten"
ZEROED = "writes-and-zeros-of-the-same-bytes"
MAPPED = "every-kind-mapped"
MAPPED_OVER_ANOTHER = "mapped-over-a-backing-file"


@dataclass(frozen=True)
class Mistake:
    case: str
    status: str
    disk: type[Disk] = Disk
    session: type[Session] = Session
    before: Callable[[], None] = lambda: None  # before the image is opened


MISTAKES = {"right": Mistake("*", "pass")}


def planted(name: str, case: str, status: str) -> Callable[[type], type]:
    def plant(wrong: type) -> type:
        if issubclass(wrong, Image):
            disk = type(wrong.__name__ + "Disk", (Disk,), {"image_class": wrong})
            MISTAKES[name] = Mistake(case, status, disk=disk)
        elif issubclass(wrong, Disk):
            MISTAKES[name] = Mistake(case, status, disk=wrong)
        else:
            MISTAKES[name] = Mistake(case, status, session=wrong)
        return wrong

    return plant
