"""A case's image object as a file: everything placed, every reference counted, every table written.

Order in the file: header, refcount table and blocks, L1 table, snapshots, L2 tables, standard clusters, then the streams,
so that what a case is about stands last. Anything can be moved by a "host_offset" or in "host_offsets".
"""

from dataclasses import dataclass
from typing import Dict, List, Optional

from generators import layout
from generators.disk import Disk, active_disk, named_streams, snapshot_disk
from generators.entries import Body, Entry, copied_flag_applies
from generators.errors import CaseError
from generators.geometry import Geometry, Spec
from generators.guest_map import STANDARD, plan_guest, stated_clusters
from generators.header import Counts, header_cluster
from generators.placement import Places
from generators.refcounts import Refcounts
from generators.sparse import SparseFile


@dataclass(frozen=True)
class Image:
    """A finished image, and what is needed to say how its guest disk reads."""

    spec: Spec
    geometry: Geometry
    places: Places
    disk: Disk
    entries: Dict[int, Entry]
    file: SparseFile
    data_file: Optional[SparseFile]


@dataclass
class _Plan:
    """One attempt at a layout, with room for the refcount blocks that the attempt before needed."""

    spec: Spec
    geometry: Geometry
    disks: List[Disk]
    named: Dict[str, Body]
    blocks: List[int]

    def __post_init__(self) -> None:
        self.places = Places(self.geometry.cluster_size)
        self.moved: Dict[str, object] = dict(self.spec.get("host_offsets", {}))  # type: ignore[call-overload]
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
            self._put(disk.prefix + "l1_table", max(disk.l1_size, 1) * layout.ENTRY_SIZE)
        if self.disks[1:]:
            self._put("snapshot_table", len(self.snapshot_table()))
        for disk in self.disks:
            for l1_index in disk.l1_indexes():
                self._put(disk.table(l1_index), size)
        self._place_bodies()

    def _place_bodies(self) -> None:
        for disk in self.disks:
            for index in sorted(disk.owned):
                body = disk.bodies[index]
                if body.stream is None and "host_offset" not in disk.clusters[index].spec:
                    if self.external:
                        self.places.note(body.name, index * self.geometry.cluster_size, 0)
                    else:
                        self._put(body.name, self.geometry.cluster_size)
        streams = self.spec.get("streams", {})
        for name, body in self.named.items():
            self._put_at(body, streams[name].get("host_offset", "here"), f"streams.{name}")  # type: ignore[index]
        for disk in self.disks:
            for index in disk.owned:
                self._place_stated(disk, index)

    def _place_stated(self, disk: Disk, index: int) -> None:
        body, spec = disk.bodies[index], disk.clusters[index].spec
        where = f"{disk.prefix}guest.{index}"
        if body.stream is not None:
            stream = spec.get("stream", {})
            assert isinstance(stream, dict)
            self._put_at(body, stream.get("host_offset", "here"), where + ".stream")
        elif "host_offset" in spec:
            self._put_at(body, spec["host_offset"], where)

    def _put(self, name: str, length: int) -> None:
        if name in self.moved:
            try:
                self.places.put(name, self.moved[name], length)
            except CaseError as error:
                raise error.inside(f"host_offsets.{name}") from None
        else:
            self.places.put_clusters(name, length)

    def _put_at(self, body: Body, expression: object, where: str) -> None:
        try:
            self.places.put(body.name, expression, len(body.data))
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
        tables += [disk.prefix + "l1_table" for disk in self.disks]
        tables += [disk.table(l1_index) for disk in self.disks for l1_index in disk.l1_indexes()]
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

    def snapshot_table(self) -> bytes:
        stated = self.spec.get("snapshots", [])
        assert isinstance(stated, list)
        return b"".join(
            layout.snapshot_bytes(self.places.start(disk.prefix + "l1_table"), disk.l1_size, str(number + 1),
                                  snapshot["name"], self.geometry.virtual_size)
            for number, (disk, snapshot) in enumerate(zip(self.disks[1:], stated)))

    # ---- bytes -----------------------------------------------------------------------------------------
    def write(self) -> SparseFile:
        file = SparseFile(self.file_length)
        counts = Counts(self.disks[0].l1_size, self.table_length // self.geometry.cluster_size, len(self.disks) - 1)
        file.write(0, header_cluster(self.spec, self.geometry, self.places, counts))
        self._write_refcounts(file)
        for disk, entries in zip(self.disks, self.entries):
            self._write_tables(file, disk, entries)
            for index in disk.owned:
                body = disk.bodies[index]
                if body.stream is not None or not self.external:
                    file.write(self.places.start(body.name), body.data)
        for name, body in self.named.items():
            file.write(self.places.start(name), body.data)
        if self.disks[1:]:
            file.write(self.places.start("snapshot_table"), self.snapshot_table())
        for patch in self.spec.get("patches", []):  # type: ignore[attr-defined]
            file.write(self.places.resolve(patch["at"]), bytes.fromhex(patch["hex"]))
        return file

    def _write_refcounts(self, file: SparseFile) -> None:
        stated = self.spec.get("refcounts", {})
        assert isinstance(stated, dict)
        refcounts = self.refcounts.overridden(stated.get("set", {}), self.places)
        table = {block: self.places.start(f"refcount_block.{block}") for block in self.blocks}
        file.write(self.places.start("refcount_table"), layout.table_bytes(table, self.table_length))
        for block, offset in table.items():
            file.write(offset, refcounts.block_bytes(block))

    def _write_tables(self, file: SparseFile, disk: Disk, entries: Dict[int, Entry]) -> None:
        per_table = self.geometry.l2_entries
        entry_size = layout.l2_entry_size(self.geometry.extended_l2)
        for index, entry in entries.items():
            value = entry.value
            if not disk.prefix and copied_flag_applies(entry):
                value ^= layout.COPIED if self.external or self.refcounts.of(entry.host_offset) == 1 else 0
            table = self.places.start(disk.table(index // per_table))
            file.write(table + index % per_table * entry_size, layout.l2_entry_bytes(value, entry.bitmap))
        l1 = {l1_index: self._l1_entry(disk, l1_index) for l1_index in disk.l1_indexes()}
        if not disk.prefix:
            for key, stated in self.spec.get("l1", {}).items():  # type: ignore[attr-defined]
                l1[int(key)] = self._stated_l1_entry(stated, l1.get(int(key), 0))
        length = max(disk.l1_size, 1) * layout.ENTRY_SIZE
        file.write(self.places.start(disk.prefix + "l1_table"), layout.table_bytes(l1, length))

    def _l1_entry(self, disk: Disk, l1_index: int) -> int:
        offset = self.places.start(disk.table(l1_index))
        return offset | (layout.COPIED if not disk.prefix and self.refcounts.of(offset) == 1 else 0)

    def _stated_l1_entry(self, stated: "Dict[str, object]", plain: int) -> int:
        if "host_offset" in stated:
            plain = self.places.resolve(stated["host_offset"])
        return plain ^ int(str(stated.get("flip_bits", "0x0")), 16)


def build_image(spec: Spec) -> Image:
    """Lays the image out again and again until its refcount blocks cover everything, themselves included."""
    geometry, clusters = plan_guest(spec)
    named = named_streams(spec, geometry)
    disks = [active_disk(geometry, clusters, named)]
    for index, snapshot in enumerate(spec.get("snapshots", [])):  # type: ignore[arg-type, var-annotated]
        disks.append(snapshot_disk(disks[0], index, stated_clusters(snapshot.get("guest", {})), named))
    blocks = [0]
    while True:
        plan = _Plan(spec, geometry, disks, named, blocks)
        needed = sorted(set(blocks) | set(plan.refcounts.blocks()))
        if needed == blocks:
            break
        blocks = needed
    _refuse_overlaps(plan)
    return Image(spec, geometry, plan.places, disks[0], plan.entries[0], plan.write(), _data_file(plan))


def _refuse_overlaps(plan: _Plan) -> None:
    """Two things on the same bytes are a slip of the case's author, unless the case says that it means it."""
    if plan.spec.get("overlaps"):
        return
    end, before = 0, ""
    for name, start, stop in plan.places.named():
        if stop > start and start < end:
            raise CaseError(f"'{name}' at {start:#x} stands on bytes of '{before}'")
        if stop > end:
            end, before = stop, name


def _data_file(plan: _Plan) -> Optional[SparseFile]:
    """The external data file: standard clusters stand there where the guest sees them."""
    if not plan.external:
        return None
    file = SparseFile(plan.geometry.virtual_size)
    for index in plan.disks[0].owned:
        body = plan.disks[0].bodies[index]
        if body.stream is None:
            file.write(index * plan.geometry.cluster_size, body.data)
    return file
