"""From what a case says of a guest cluster, and where its bytes were placed, to its L2 entry."""

import re
from dataclasses import dataclass
from typing import Optional

from generators import layout
from generators.case.errors import CaseError
from generators.case.geometry import Geometry
from generators.case.guest_map import RAW, STANDARD, UNALLOCATED, ZERO, ClusterSpec
from generators.image.placement import Places
from generators.case.spec import number
from generators.streams.stream import Stream

_SECTORS = re.compile(r"(least|max)(?: ([+-]) ([0-9]+))?")


@dataclass(frozen=True)
class Body:
    """What stands in the file for a guest cluster: a stream or plain data, under a name that has a place."""

    name: str
    data: bytes
    stream: Optional[Stream] = None


@dataclass(frozen=True)
class Entry:
    """One L2 entry, and the host bytes that it refers to (`length` 0: none)."""

    cluster: ClusterSpec
    body: Optional[Body]
    value: int
    bitmap: Optional[int]
    host_offset: int = 0
    length: int = 0

    @property
    def may_be_copied(self) -> bool:
        """Bit 63 is for clusters of data that no one else refers to, never for streams."""
        return self.cluster.kind in (STANDARD, ZERO) and self.length > 0


def make_entry(cluster: ClusterSpec, body: Optional[Body], geometry: Geometry, places: Places) -> Entry:
    """Without the copied flag, which is known only when every reference has been counted."""
    try:
        value, host_offset, length = _fields(cluster, body, geometry, places)
    except CaseError as error:
        raise error.inside(f"guest.{cluster.index}") from None
    value ^= number(cluster.spec.get("flip_bits", 0))
    return Entry(cluster, body, value, _bitmap(cluster, geometry), host_offset, length)


def _fields(cluster: ClusterSpec, body: Optional[Body], geometry: Geometry, places: Places) -> tuple[int, int, int]:
    if cluster.kind == RAW:
        return number(cluster.spec["l2_entry"]), 0, 0
    if cluster.kind == UNALLOCATED:
        return 0, 0, 0
    if cluster.kind == ZERO:
        offset = places.start(body.name) if body else 0
        flag = 0 if geometry.extended_l2 else layout.ZERO
        return offset | flag, offset, geometry.cluster_size if body else 0
    assert body is not None
    if cluster.kind == STANDARD:
        offset = places.start(body.name)
        return offset, offset, geometry.cluster_size
    offset = places.resolve(cluster.spec.get("host_offset", body.name))
    if offset >= 1 << layout.host_offset_bits(geometry.cluster_bits):
        raise CaseError(f"the offset field does not hold {offset:#x}", "host_offset")
    sectors = _additional_sectors(cluster, body, offset, geometry)
    return (layout.compressed_entry(geometry.cluster_bits, offset, sectors), offset,
            layout.available_bytes(offset, sectors))


def _additional_sectors(cluster: ClusterSpec, body: Body, offset: int, geometry: Geometry) -> int:
    """A number, or "least" or "max", perhaps with a few more or fewer."""
    stated = cluster.spec.get("additional_sectors", "least")
    most = layout.additional_sectors_max(geometry.cluster_bits)
    if isinstance(stated, int):
        sectors = stated
    else:
        match = _SECTORS.fullmatch(str(stated))
        assert match, "the schema lets nothing else through"
        base = most if match[1] == "max" else layout.least_additional_sectors(offset, len(body.data))
        sectors = base + int((match[2] or "+") + (match[3] or "0"))
    if not 0 <= sectors <= most:
        raise CaseError(f"the size field holds 0 to {most}, not {sectors}", "additional_sectors")
    return sectors


def _bitmap(cluster: ClusterSpec, geometry: Geometry) -> Optional[int]:
    if not geometry.extended_l2:
        if "bitmap" in cluster.spec:
            raise CaseError("only extended L2 entries have a bitmap", f"guest.{cluster.index}.bitmap")
        return None
    plain = {STANDARD: layout.ALL_SUBCLUSTERS_ALLOCATED, ZERO: layout.ALL_SUBCLUSTERS_ZERO}
    return number(cluster.spec.get("bitmap", plain.get(cluster.kind, 0)))
