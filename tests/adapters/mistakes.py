"""The bank: each mistake with the case that shows it and the status that it must get there in a read-parallel."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Callable

from tests.adapters.adapter import MOMENT, Adapter
from tests.servers.disk import Image, reader
from tests.servers.protocol import Refused, die

TOGETHER = "six-good-clusters-deflate"
PATIENCE = 3  # seconds, for company


@dataclass(frozen=True)
class Mistake:
    case: str
    status: str
    adapter: type[Adapter] = Adapter


MISTAKES = {"right": Mistake(TOGETHER, "pass")}


def planted(name: str, case: str, status: str) -> Callable[[type[Adapter]], type[Adapter]]:
    def plant(wrong: type[Adapter]) -> type[Adapter]:
        MISTAKES[name] = Mistake(case, status, wrong)
        return wrong

    return plant


# ---- no mistakes: what a right runner must bear --------------------------------------------------------------
@planted("answers-only-in-company", TOGETHER, "pass")
class InCompany(Adapter):
    """It shows that the runner has as many requests open as it may: eight answer once they have met."""

    meeting = 8

    def __init__(self):
        super().__init__()
        self.company = threading.Barrier(self.meeting)

    def together(self, request):
        try:
            self.company.wait(PATIENCE)
        except threading.BrokenBarrierError as nobody:
            raise Refused from nobody
        self.alone(request)


@planted("answers-in-company-of-more-than-it-takes", TOGETHER, "wrong-reject")
class TooMany(InCompany):
    meeting = 9


@planted("takes-two-at-a-time", TOGETHER, "pass")
class Two(InCompany):
    open_max = meeting = 2


@planted("answers-in-reverse", TOGETHER, "pass")
class Reverse(InCompany):
    def alone(self, request):
        time.sleep(MOMENT * (self.meeting - request["seq"] % self.meeting))
        super().alone(request)


@planted("one-after-the-other", TOGETHER, "pass")
class InTurn(Adapter):
    turn = threading.Lock()

    def together(self, request):
        with self.turn:
            self.alone(request)


# ---- the protocol --------------------------------------------------------------------------------------------
@planted("a-number-that-nobody-sent", TOGETHER, "harness-error")
class ForeignNumber(Adapter):
    def together(self, request):
        super().together({**request, "seq": request["seq"] + 1000})


@planted("one-number-twice", TOGETHER, "harness-error")
class Twice(Adapter):
    def together(self, request):
        super().together(request)
        self.say(request, answer="accept")


@planted("does-not-say-how-many", TOGETHER, "")
class NoNumber(Adapter):
    """Its greeting is refused, and nothing runs."""

    open_max = None


@planted("numbers-and-data-of-two-swapped", TOGETHER, "wrong-data")
class Swapped(Adapter):
    """Of two answers of one length, each goes to where the other was to go; one that nobody follows is right."""

    def __init__(self):
        super().__init__()
        self.held, self.holding = {}, threading.Lock()

    def together(self, request):
        data = self.bytes_of(request)
        with self.holding:
            other = self.held.pop(len(data), None)
            if other is None:
                self.held[len(data)] = request, data
        if other is not None:
            self.give(other[0], data)
            return self.give(request, other[1])
        time.sleep(4 * MOMENT)
        with self.holding:
            alone = self.held.get(len(data), (None,))[0] is request
            if alone:
                del self.held[len(data)]
        if alone:
            self.give(request, data)


class Counted(Adapter):
    """Does otherwise after some requests."""

    counted, after = 0, 40

    def together(self, request):
        Counted.counted += 1
        self.otherwise() if self.counted > self.after else super().together(request)


@planted("dies-with-requests-open", TOGETHER, "crash")
class Dies(Counted):
    def otherwise(self):
        die(3)


@planted("leaves-some-unanswered", TOGETHER, "timeout")
class Leaves(Counted):
    def otherwise(self):
        pass


@planted("accepts-without-output", TOGETHER, "wrong-data")
class NoOutput(Adapter):
    def together(self, request):
        time.sleep(MOMENT)
        self.say(request, answer="accept")


@planted("one-byte-more", TOGETHER, "wrong-data")
class Longer(Adapter):
    def together(self, request):
        self.give(request, self.bytes_of(request) + b"\0")


@planted("does-not-support-some", TOGETHER, "wrong-reject")
class Unsupported(Counted):
    """Of an image whose features it claims."""

    def together(self, request):
        Counted.counted += 1
        self.say(request, answer="unsupported") if self.counted > self.after else self.alone(request)


# ---- what threads share --------------------------------------------------------------------------------------
@planted("output-buffer-of-all-threads", TOGETHER, "wrong-data")
class OneBuffer(Adapter):
    buffer = bytearray()

    def together(self, request):
        self.buffer[:] = self.bytes_of(request)
        time.sleep(MOMENT)
        self.give(request, bytes(self.buffer))


@planted("refuses-beside-another", TOGETHER, "wrong-reject")
class Busy(Adapter):
    busy = threading.Lock()

    def together(self, request):
        if not self.busy.acquire(blocking=False):
            raise Refused
        try:
            super().together(request)
        finally:
            self.busy.release()


@planted("the-last-cluster-for-a-broken-stream", "good-and-broken-in-turn-deflate", "wrong-accept")
class LastForBroken(Adapter):
    class image_class(Image):
        last = b""

        def decoded(self, host_offset, additional_sectors):
            try:
                type(self).last = super().decoded(host_offset, additional_sectors)
            except reader.Refused:
                if not self.last:
                    raise
            return self.last
