"""A case's image object as a file: what the plan has placed and counted, written."""

from dataclasses import dataclass, replace
from typing import Optional

from generators import layout
from generators.image.bitmaps import bitmap_parts
from generators.image.disk import Disk, active_disk, named_streams, snapshot_disk
from generators.image.entries import Entry
from generators.case.errors import CaseError
from generators.case.geometry import Geometry
from generators.case.guest_map import plan_guest, stated_clusters
from generators.image.header import Counts, header_cluster
from generators.image.placement import Places
from generators.image.plan import Plan
from generators.image.planted import planted
from generators.image.sparse import SparseFile
from generators.case.spec import Spec, number


@dataclass(frozen=True)
class Image:
    """A finished image, and what is needed to say how its guest disk reads."""

    spec: Spec
    geometry: Geometry
    places: Places
    disk: Disk
    entries: dict[int, Entry]
    file: SparseFile
    data_file: Optional[SparseFile]
    snapshot_disks: list[tuple[Disk, dict[int, Entry]]]
    planted: list[Spec]

    def snapshots(self) -> "dict[str, Image]":
        """The image as each internal snapshot has it: the same file, by the snapshot's own L1 table."""
        plain = {key: value for key, value in self.spec.items() if key != "l1"}
        return {stated["name"]: replace(self, spec=plain, geometry=disk.geometry, disk=disk, entries=entries,
                                        snapshot_disks=[])
                for stated, (disk, entries) in zip(self.spec.get("snapshots", []), self.snapshot_disks)}


def build_image(spec: Spec) -> Image:
    """Plans again and again until the refcount blocks cover everything, themselves included."""
    geometry, clusters = plan_guest(spec)
    named = named_streams(spec, geometry)
    disks = [active_disk(geometry, clusters, named)]
    for index, snapshot in enumerate(spec.get("snapshots", [])):
        shares = snapshot.get("shares_l2_tables", False)
        size = number(snapshot.get("virtual_size", geometry.virtual_size))
        disks.append(snapshot_disk(disks[0], index, stated_clusters(snapshot.get("guest", {})), named, shares, size))
    blocks = [0]
    while True:
        plan = Plan(spec, geometry, disks, named, blocks)
        needed = sorted({*blocks, *plan.refcounts.blocks()})
        if needed == blocks:
            break
        blocks = needed
    _refuse_overlaps(plan)
    return Image(spec, geometry, plan.places, disks[0], plan.entries[0], _write(plan), _data_file(plan),
                 list(zip(disks, plan.entries))[1:], planted(plan))


def _refuse_overlaps(plan: Plan) -> None:
    """Two things on the same bytes are a slip of the case's author, unless the case says that it means it."""
    if plan.spec.get("overlaps"):
        return
    end, before = 0, ""
    for name, start, stop in plan.places.named():
        if stop > start and start < end:
            raise CaseError(f"'{name}' at {start:#x} stands on bytes of '{before}'")
        if stop > end:
            end, before = stop, name


# ---- the file --------------------------------------------------------------------------------------------
def _write(plan: Plan) -> SparseFile:
    file = SparseFile(plan.file_length)
    counts = Counts(plan.disks[0].l1_size, plan.table_length // plan.geometry.cluster_size, len(plan.disks) - 1)
    file.write(0, header_cluster(plan.spec, plan.geometry, plan.places, counts))
    _write_refcounts(plan, file)
    for disk, entries in zip(plan.disks, plan.entries):
        _write_l1(plan, file, disk)
        _write_l2(plan, file, disk, entries)
    if plan.disks[1:]:
        file.write(plan.places.start("snapshot_table"), plan.snapshot_table())
    for name, data in bitmap_parts(plan.bitmaps, plan.geometry, plan.places):
        file.write(plan.places.start(name), data)
    for body in plan.bodies():
        if body.stream is not None or not plan.external:
            file.write(plan.places.start(body.name), body.data)
    for patch in plan.spec.get("patches", []):
        file.write(plan.places.resolve(patch["at"]), bytes.fromhex(patch["hex"]))
    return file


def _write_refcounts(plan: Plan, file: SparseFile) -> None:
    refcounts = plan.refcounts.overridden(plan.spec.get("refcounts", {}).get("set", {}), plan.places)
    table = {block: plan.places.start(f"refcount_block.{block}") for block in plan.blocks}
    file.write(plan.places.start("refcount_table"), layout.table_bytes(table, plan.table_length))
    for block, offset in table.items():
        file.write(offset, refcounts.block_bytes(block))


def _write_l1(plan: Plan, file: SparseFile, disk: Disk) -> None:
    """Entries of the active table have bit 63 where their L2 table is theirs alone; the case may overrule them."""
    entries = {}
    for l1_index in disk.l1_indexes():
        offset = plan.places.start(disk.table(l1_index))
        entries[l1_index] = offset | (layout.COPIED if disk.is_active and plan.refcounts.of(offset) == 1 else 0)
    for key, stated in plan.spec.get("l1", {}).items() if disk.is_active else ():
        offset = plan.places.resolve(stated["host_offset"]) if "host_offset" in stated else entries.get(int(key), 0)
        entries[int(key)] = offset ^ number(stated.get("flip_bits", 0))
    length = max(disk.l1_table_length, (max(entries, default=0) + 1) * layout.ENTRY_SIZE)  # more than the disk needs
    file.write(plan.places.start(disk.l1_table), layout.table_bytes(entries, length))


def _write_l2(plan: Plan, file: SparseFile, disk: Disk, entries: dict[int, Entry]) -> None:
    per_table = plan.geometry.l2_entries
    entry_size = layout.l2_entry_size(plan.geometry.extended_l2)
    own = set(disk.own_tables())
    for index, entry in entries.items():
        if index // per_table not in own:
            continue
        copied = disk.is_active and entry.may_be_copied and (
            plan.external or plan.refcounts.of(entry.host_offset) == 1)
        value = entry.value ^ (layout.COPIED if copied else 0)
        table = plan.places.start(disk.table(index // per_table))
        file.write(table + index % per_table * entry_size, layout.l2_entry_bytes(value, entry.bitmap))


def _data_file(plan: Plan) -> Optional[SparseFile]:
    """The external data file: standard clusters stand there where the guest sees them."""
    if not plan.external:
        return None
    file = SparseFile(plan.geometry.virtual_size)
    for body in plan.bodies():
        if body.stream is None:
            file.write(plan.places.start(body.name), body.data)
    return file
