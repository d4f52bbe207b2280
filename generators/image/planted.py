"""Where a case has an image depart from what is counted and flagged rightly: its planted faults, as far as they have a
place. What patches and moved tables do is not told: nobody says which host clusters they concern."""

from generators.case.spec import Spec
from generators.image.plan import Plan


def planted(plan: Plan) -> list[Spec]:
    """Byte offsets {host_offset, guest_offset?}: host clusters with a stated refcount that is not the number of
    references, and what the entries with flipped bits refer to. In the file's order, each once."""
    faults = [*_miscounted(plan), *_flipped_l1(plan), *_flipped_l2(plan)]
    unique = {(fault["host_offset"], fault.get("guest_offset", -1)): fault for fault in faults}
    return [unique[key] for key in sorted(unique)]


def _miscounted(plan: Plan) -> list[Spec]:
    stated = plan.refcounts.overridden(plan.spec.get("refcounts", {}).get("set", {}), plan.places)
    size = plan.geometry.cluster_size
    return [{"host_offset": cluster * size} for cluster, count in stated.counts.items()
            if count != plan.refcounts.counts.get(cluster, 0)]


def _flipped_l1(plan: Plan) -> list[Spec]:
    disk = plan.disks[0]
    return [{"host_offset": plan.places.start(disk.table(int(key)))}
            for key, stated in plan.spec.get("l1", {}).items()
            if "flip_bits" in stated and int(key) in disk.l1_indexes()]


def _flipped_l2(plan: Plan) -> list[Spec]:
    """Of the active disk: a guest offset is one of its own."""
    size = plan.geometry.cluster_size
    return [{"host_offset": entry.host_offset, "guest_offset": index * size}
            for index, entry in plan.entries[0].items() if "flip_bits" in entry.cluster.spec and entry.length]
