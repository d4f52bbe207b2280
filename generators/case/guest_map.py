"""A case's "guest" object as one specification a guest cluster, with the carrier's filler clusters added."""

from dataclasses import dataclass
from itertools import islice
from typing import Any, Container

from generators.case.errors import CaseError
from generators.case.geometry import Geometry, filler_count, geometry_of
from generators.case.spec import Spec

COMPRESSED, STANDARD, ZERO, UNALLOCATED, RAW = "compressed", "standard", "zero", "unallocated", "raw"


@dataclass(frozen=True)
class ClusterSpec:
    """What a case says of one guest cluster; `spec` holds what goes beyond its kind."""

    index: int
    kind: str
    spec: Spec


def stated_clusters(guest: Spec) -> dict[int, ClusterSpec]:
    """{"0": …, "2-9": …} taken apart, in the order in which the case states them."""
    clusters: dict[int, ClusterSpec] = {}
    for key, value in guest.items():
        first, _, last = key.partition("-")
        for index in range(int(first), int(last or first) + 1):
            if index in clusters:
                raise CaseError(f"guest cluster {index} is stated twice", f"guest.{key}")
            clusters[index] = ClusterSpec(index, *_kind(value))
        if last and int(last) < int(first):
            raise CaseError("a range must not end before it begins", f"guest.{key}")
    return clusters


def _kind(value: Any) -> tuple[str, Spec]:
    if isinstance(value, str):
        return value, {}
    for key, kind in (("stream", COMPRESSED), ("zero", ZERO), ("data", STANDARD), ("l2_entry", RAW)):
        if key in value:
            return kind, value
    return UNALLOCATED, value


def plan_guest(image: Spec) -> tuple[Geometry, dict[int, ClusterSpec]]:
    """The geometry, and every guest cluster that has an entry: the stated ones first, then the filler."""
    guest = image.get("guest", {})
    clusters = stated_clusters(guest)
    geometry = geometry_of(image, max(clusters, default=0))
    wanted = image.get("filler", filler_count(geometry.cluster_size))
    for index in _filler(geometry, clusters, wanted):
        clusters[index] = ClusterSpec(index, STANDARD, {})
    return geometry, clusters


def _filler(geometry: Geometry, stated: Container[int], wanted: int) -> list[int]:
    """The last whole clusters of the disk, and one under the first L1 entry, which an ordinary image has in use."""
    whole = range(geometry.virtual_size // geometry.cluster_size)
    chosen = list(islice((index for index in reversed(whole) if index not in stated), wanted))
    head = range(min(geometry.l2_entries, len(whole)))
    if wanted and not any(index in stated or index in chosen for index in head):
        chosen += head[:1]
    return sorted(chosen)
