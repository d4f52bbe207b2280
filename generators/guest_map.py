"""A case's "guest" object as one specification a guest cluster, with the carrier's filler clusters added."""

from dataclasses import dataclass
from typing import Dict

from generators.errors import CaseError
from generators.geometry import Geometry, Spec, filler_count, geometry_of

COMPRESSED, STANDARD, ZERO, UNALLOCATED, RAW = "compressed", "standard", "zero", "unallocated", "raw"


@dataclass(frozen=True)
class ClusterSpec:
    """What a case says of one guest cluster; `spec` holds what goes beyond its kind."""

    index: int
    kind: str
    spec: "Dict[str, object]"


def stated_clusters(guest: "Dict[str, object]") -> "Dict[int, ClusterSpec]":
    """{"0": …, "2-9": …} taken apart, in the order in which the case states them."""
    clusters: "Dict[int, ClusterSpec]" = {}
    for key, value in guest.items():
        first, _, last = key.partition("-")
        for index in range(int(first), int(last or first) + 1):
            if index in clusters:
                raise CaseError(f"guest cluster {index} is stated twice", f"guest.{key}")
            clusters[index] = ClusterSpec(index, *_kind(value))
        if last and int(last) < int(first):
            raise CaseError("a range must not end before it begins", f"guest.{key}")
    return clusters


def _kind(value: object) -> "tuple[str, Dict[str, object]]":
    if isinstance(value, str):
        return value, {}
    assert isinstance(value, dict)
    for key, kind in (("stream", COMPRESSED), ("data", STANDARD), ("zero", ZERO), ("l2_entry", RAW)):
        if key in value:
            return kind, value
    return UNALLOCATED, value


def plan_guest(image: Spec) -> "tuple[Geometry, Dict[int, ClusterSpec]]":
    """The geometry, and every guest cluster that has an entry: the stated ones first, then the filler."""
    guest = image.get("guest", {})
    assert isinstance(guest, dict)
    clusters = stated_clusters(guest)
    geometry = geometry_of(image, max(clusters, default=0))
    wanted = image.get("filler", filler_count(geometry.cluster_size))
    assert isinstance(wanted, int)
    whole = geometry.virtual_size // geometry.cluster_size
    free = [index for index in reversed(range(whole)) if index not in clusters] if wanted else []
    chosen = free[:wanted]
    if wanted and min([*clusters, *chosen], default=0) >= geometry.l2_entries:
        chosen.append(free[-1])  # the first L1 entry of an ordinary image is in use
    for index in sorted(chosen):
        clusters[index] = ClusterSpec(index, STANDARD, {})
    return geometry, clusters
