"""One L1 table with everything under it: the active disk, or the disk of an internal snapshot."""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Optional

from generators import layout
from generators.streams.content import Content
from generators.image.entries import Body, Entry, make_entry
from generators.case.errors import CaseError
from generators.case.geometry import Geometry
from generators.case.guest_map import COMPRESSED, STANDARD, ZERO, ClusterSpec
from generators.image.placement import Places
from generators.case.spec import Spec
from generators.streams.build import build_stream


@dataclass
class Disk:
    """`prefix` is "" for the active disk and "snapshot.0." for the first snapshot; `label` marks what is its own."""

    prefix: str
    label: str
    geometry: Geometry
    clusters: dict[int, ClusterSpec]
    bodies: dict[int, Body] = field(default_factory=dict)
    owned: list[int] = field(default_factory=list)
    shared_tables: frozenset[int] = frozenset()  # l1_indexes of the L2 tables that are the active disk's

    @property
    def l1_size(self) -> int:
        return max(self.geometry.l1_size, 1 + max(self.l1_indexes(), default=-1))

    @property
    def is_active(self) -> bool:
        return not self.prefix

    @property
    def l1_table(self) -> str:
        return f"{self.prefix}l1_table"

    @property
    def l1_table_length(self) -> int:
        """Of a disk without clusters too the table has a place."""
        return max(self.l1_size, 1) * layout.ENTRY_SIZE

    def l1_indexes(self) -> list[int]:
        """The L1 entries in use."""
        per_table = self.geometry.l2_entries
        return sorted({index // per_table for index in self.clusters})

    def own_tables(self) -> list[int]:
        return [l1_index for l1_index in self.l1_indexes() if l1_index not in self.shared_tables]

    def table(self, l1_index: int) -> str:
        return f"{'' if l1_index in self.shared_tables else self.prefix}l2_table.{l1_index}"

    def entries(self, places: Places) -> dict[int, Entry]:
        return {index: make_entry(cluster, self.bodies.get(index), self.geometry, places)
                for index, cluster in self.clusters.items()}


def named_streams(image: Spec, geometry: Geometry) -> dict[str, Body]:
    """The streams that several guest clusters can share, in the order in which they are packed."""
    streams = image.get("streams", {})
    bodies = {}
    for name, spec in streams.items():
        bodies[name] = _stream_body(spec, name, name, geometry, f"streams.{name}")
    return bodies


def active_disk(geometry: Geometry, clusters: dict[int, ClusterSpec], named: dict[str, Body]) -> Disk:
    disk = Disk("", "", geometry, clusters)
    _fill(disk, clusters, named)
    return disk


def snapshot_disk(active: Disk, number: int, stated: dict[int, ClusterSpec], named: dict[str, Body],
                  shares: bool, size: int) -> Disk:
    """A snapshot refers to the active disk's clusters, as far as its `size` goes, save those that it states anew; where
    it `shares`, to the active disk's L2 tables too, save those in which it has clusters of its own."""
    geometry = replace(active.geometry, virtual_size=size)
    per_table = geometry.l2_entries
    shared = {*active.l1_indexes()} - {index // per_table for index in stated} if shares else set()
    below = {index: cluster for index, cluster in active.clusters.items()
             if shares or size == active.geometry.virtual_size or index < geometry.clusters}
    inherited = {index: body for index, body in active.bodies.items() if index in below and index not in stated}
    disk = Disk(f"snapshot.{number}.", f"{number}s", geometry, {**below, **stated}, inherited,
                shared_tables=frozenset(shared))
    _fill(disk, stated, named)
    return disk


def _fill(disk: Disk, clusters: dict[int, ClusterSpec], named: dict[str, Body]) -> None:
    for index, cluster in clusters.items():
        body = _body(disk, cluster, named)
        if body is not None:
            disk.bodies[index] = body
            if body.name not in named:
                disk.owned.append(index)


def _body(disk: Disk, cluster: ClusterSpec, named: dict[str, Body]) -> Optional[Body]:
    name = f"{disk.prefix}guest.{cluster.index}"
    size = disk.geometry.cluster_size
    label = f"{disk.label}{cluster.index}"
    if cluster.kind == COMPRESSED:
        stream = cluster.spec.get("stream", {})
        if isinstance(stream, str):
            if stream not in named:
                raise CaseError(f"there is no stream '{stream}'", f"guest.{cluster.index}.stream")
            return named[stream]
        return _stream_body(stream, name, label, disk.geometry, f"guest.{cluster.index}.stream")
    if cluster.kind == STANDARD or cluster.kind == ZERO and "host_offset" in cluster.spec:
        data = Content(label, size).bytes_of(cluster.spec.get("data", "rest"), 0)
        if len(data) > size:
            raise CaseError("more data than a cluster holds", f"guest.{cluster.index}.data")
        return Body(name, data.ljust(size, b"\0") if data else _zeros(size))
    return None


@lru_cache
def _zeros(size: int) -> bytes:
    """One object for all host clusters of an image that hold nothing, however many there are."""
    return bytes(size)


def _stream_body(spec: Spec, name: str, label: str, geometry: Geometry, where: str) -> Body:
    try:
        stream = build_stream(spec, geometry.compression, Content(label, geometry.cluster_size))
    except CaseError as error:
        raise error.inside(where) from None
    return Body(name, stream.data, stream)
