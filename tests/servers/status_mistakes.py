"""Servers that tell wrongly of their blocks: data, holes, zeros and depth."""

from __future__ import annotations

from tests.servers.disk import BACKING, COMPRESSED, HOLE, HOLE_AND_ZERO, OWN, ZERO, Disk, reader
from tests.servers.mistake import MAPPED, MAPPED_OVER_ANOTHER, planted
from tests.servers.protocol import CONTEXTS, Session


@planted("a-hole-for-a-compressed-cluster", "disk-of-2-gib-exactly", "wrong-data")
class HoleForCompressed(Disk):
    def kind(self, entry):
        return HOLE_AND_ZERO if entry & COMPRESSED else super().kind(entry)


@planted("a-compressed-cluster-is-a-hole", MAPPED, "wrong-data")
class HoleAlone(Disk):
    """Without a word on what it reads as: whoever copies into a clone leaves it out."""

    def kind(self, entry):
        return HOLE if entry & COMPRESSED else super().kind(entry)


@planted("zero-where-the-backing-file-has-data", MAPPED_OVER_ANOTHER, "wrong-data")
class ZeroOverBacking(Disk):
    def kind(self, entry):
        return 0 if entry else HOLE_AND_ZERO


@planted("status-in-whole-clusters", "partial-last-cluster-mapped", "wrong-data")
class StatusPastTheEnd(Disk):
    def statuses(self, status_of, start, end):
        end = -(-end // self.cluster_size) * self.cluster_size
        return super().statuses(status_of, start, end)


@planted("extents-in-another-order", MAPPED, "wrong-data")
class FirstAtTheEnd(Disk):
    def status(self, context, offset, length):
        first, *others = super().status(context, offset, length)
        return [*others, first]


@planted("status-of-no-bytes", MAPPED, "crash")
class NoProgress(Disk):
    def status(self, context, offset, length):
        return super().status(context, offset, length)[:1] if offset == 0 else [(0, 0)]


@planted("no-status-of-a-compressed-cluster", MAPPED, "wrong-reject")
class NoStatus(Disk):
    def kind(self, entry):
        if entry & COMPRESSED:
            raise reader.Refused("status", "is not known")
        return super().kind(entry)


@planted("own-data-told-as-the-backing-file", MAPPED_OVER_ANOTHER, "wrong-data")
class Deeper(Disk):
    def depth(self, entry):
        return BACKING if self.image.backing else super().depth(entry)


@planted("zero-clusters-are-absent", MAPPED_OVER_ANOTHER, "wrong-data")
class ZerosAreAbsent(Disk):
    def depth(self, entry):
        return super().depth(0 if not entry & COMPRESSED and entry & ZERO else entry)


@planted("backing-data-told-as-own", MAPPED_OVER_ANOTHER, "pass")
class AllIsOwn(Disk):
    """No mistake by the clauses: who copies what is own copies more than is needed, and nothing wrong."""

    def depth(self, entry):
        return OWN


@planted("status-of-one-extent-at-a-time", MAPPED, "pass")
class OneAtATime(Disk):
    """No mistake: an answer may tell of less than was asked for, and each context of as much as it likes."""

    def status(self, context, offset, length):
        return super().status(context, offset, length)[:1]


@planted("status-of-data-for-all", "unaligned-l2-table-mapped", "unsupported")
class SaysNothing(Disk):
    """No mistake: nobody leaves out what is called data of this image, and a read of it fails."""

    def status(self, context, offset, length):
        return [(length, 0 if context == "allocation" else OWN)]


@planted("size-in-whole-clusters", "partial-last-cluster", "wrong-data")
class WholeClusters(Disk):
    def __init__(self, path, read_only):
        super().__init__(path, read_only)
        self.size = -(-self.size // self.cluster_size) * self.cluster_size


@planted("no-status", MAPPED, "unsupported")
class NoContexts(Session):
    """No mistake: a server need not tell of its blocks."""

    contexts = {}


@planted("no-structured-replies", MAPPED, "unsupported")
class Unstructured(Session):
    """No mistake: without them there is no status either."""

    structured_offered = False


@planted("no-depth", MAPPED_OVER_ANOTHER, "pass")
class NoDepth(Session):
    """No mistake."""

    contexts = {"allocation": CONTEXTS["allocation"]}
