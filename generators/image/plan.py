"""Where everything of an image stands, and how often each host cluster is referred to.

Order in the file: header, refcount table and blocks, L1 table, snapshots, L2 tables, bitmaps, standard clusters, then
the streams, so that what a case is about stands last. Anything can be moved by a "host_offset" or in "host_offsets".
"""

from dataclasses import dataclass
from typing import Iterator

from generators import layout
from generators.image.bitmaps import bitmap_places
from generators.image.disk import Disk
from generators.image.entries import Body
from generators.case.errors import CaseError
from generators.case.geometry import Geometry
from generators.case.guest_map import STANDARD
from generators.image.placement import Places
from generators.image.refcounts import Refcounts
from generators.case.spec import Spec


@dataclass
class Plan:
    """One attempt at a layout, with room for the refcount blocks that the attempt before needed."""

    spec: Spec
    geometry: Geometry
    disks: list[Disk]
    named: dict[str, Body]
    blocks: list[int]

    def __post_init__(self) -> None:
        self.places = Places(self.geometry.cluster_size)
        self.moved: Spec = self.spec.get("host_offsets", {})
        self.bitmaps: list[Spec] = self.spec.get("bitmaps", [])
        self.external = "data_file" in self.spec
        self._place()
        self.entries = [disk.entries(self.places) for disk in self.disks]
        self.file_length = self._file_length()
        self.refcounts = self._count()

    # ---- where everything stands -----------------------------------------------------------------------
    @property
    def table_length(self) -> int:
        """The refcount table, in whole clusters."""
        return self.geometry.round_up((max(self.blocks) + 1) * layout.ENTRY_SIZE)

    def _place(self) -> None:
        size = self.geometry.cluster_size
        self._put("header", size)
        self._put("refcount_table", self.table_length)
        for block in self.blocks:
            self._put(f"refcount_block.{block}", size)
        for disk in self.disks:
            self._put(disk.l1_table, disk.l1_table_length)
        if self.disks[1:]:
            self._put("snapshot_table", len(self.snapshot_table()))
        for disk in self.disks:
            for l1_index in disk.own_tables():
                self._put(disk.table(l1_index), size)
        for name, length in bitmap_places(self.bitmaps, self.geometry):
            self._put(name, length)
        self._place_bodies()

    def _place_bodies(self) -> None:
        for disk in self.disks:
            for index in sorted(disk.owned):
                body = disk.bodies[index]
                if body.stream is None and self.external:
                    self._note_in_data_file(body, index, disk.clusters[index].spec)
                elif body.stream is None and "host_offset" not in disk.clusters[index].spec:
                    self._put(body.name, self.geometry.cluster_size)
        for name, body in self.named.items():
            self._put_at(body, self.spec["streams"][name], f"streams.{name}")
        for disk in self.disks:
            for index in disk.owned:
                self._place_stated(disk, index)

    def _place_stated(self, disk: Disk, index: int) -> None:
        body, spec = disk.bodies[index], disk.clusters[index].spec
        where = f"{disk.prefix}guest.{index}"
        if body.stream is not None:
            self._put_at(body, spec.get("stream", {}), where + ".stream")
        elif "host_offset" in spec and not self.external:
            self._put_at(body, spec, where)

    def _note_in_data_file(self, body: Body, index: int, spec: Spec) -> None:
        """Nothing of this file: the offset is one in the external data file, and plainly the guest's own."""
        self.places.note(body.name, self.places.resolve(spec.get("host_offset", index * self.geometry.cluster_size)), 0)

    def _put(self, name: str, length: int) -> None:
        if name in self.moved:
            try:
                self.places.put(name, self.moved[name], length)
            except CaseError as error:
                raise error.inside(f"host_offsets.{name}") from None
        else:
            self.places.put_clusters(name, length)

    def _put_at(self, body: Body, spec: Spec, where: str) -> None:
        """Where the object that describes it says; streams are packed where it says nothing."""
        try:
            self.places.put(body.name, spec.get("host_offset", "here"), len(body.data))
        except CaseError as error:
            raise error.inside(f"{where}.host_offset") from None

    def _file_length(self) -> int:
        """To the cluster border behind everything placed and every extent, unless the case says else."""
        ends = [self.places.furthest()]
        if not self.external:
            ends += [entry.host_offset + entry.length for entries in self.entries for entry in entries.values()]
        end = self.geometry.round_up(max(ends))
        self.places.note("end", end, 0)
        try:
            return self.places.resolve(self.spec.get("file_length", end))
        except CaseError as error:
            raise error.inside("file_length") from None

    # ---- references ------------------------------------------------------------------------------------
    def _count(self) -> Refcounts:
        counts = Refcounts(self.geometry)
        tables = ["header", "refcount_table", "snapshot_table"] + [f"refcount_block.{block}" for block in self.blocks]
        tables += [disk.l1_table for disk in self.disks if disk.l1_size]
        tables += [disk.table(l1_index) for disk in self.disks for l1_index in disk.l1_indexes()]
        tables += [name for name, _ in bitmap_places(self.bitmaps, self.geometry)]
        known = {name: (start, end) for name, start, end in self.places.named()}
        for name in tables:
            if name in known:
                start, end = known[name]
                counts.add(start, end - start)
        for entries in self.entries:
            for entry in entries.values():
                if not (self.external and entry.cluster.kind == STANDARD):
                    counts.add(entry.host_offset, entry.length)
        return counts

    # ---- what is to be written -------------------------------------------------------------------------
    def bodies(self) -> Iterator[Body]:
        """Every stream and every cluster of data, each once."""
        yield from self.named.values()
        for disk in self.disks:
            for index in disk.owned:
                yield disk.bodies[index]

    def snapshot_table(self) -> bytes:
        stated = self.spec.get("snapshots", [])
        return b"".join(
            layout.snapshot_bytes(self.places.start(disk.l1_table), disk.l1_size, str(number + 1),
                                  snapshot["name"], disk.geometry.virtual_size, snapshot.get("unknown_extra_data", 0))
            for number, (disk, snapshot) in enumerate(zip(self.disks[1:], stated)))
