"""What a row and a column of the hazard table ask of a case, as far as the case's own text shows it.

A field's case may be about something finer; this is the least without which it cannot be what the field says.
"""

from typing import Callable

from generators.case.case import Case
from generators.case.geometry import Geometry, geometry_of
from generators.case.guest_map import COMPRESSED, STANDARD, UNALLOCATED, ZERO, ClusterSpec, plan_guest
from generators.case.spec import Spec, number
from generators.reach import single

Asks = Callable[[Case], bool]

KIB = 1024
SURROUNDING = {"read": "read", "range": "read-range", "check": "check", "change": "modify"}
STEPS = {"partial write": {"write"}, "whole write": {"write"}, "compressed write": {"write_compressed"},
         "discard": {"discard"}, "zeros": {"write_zeroes"}, "resize": {"resize"}}
WRITES = {"write", "write_compressed"}


def asks(part: str, row: str, column: str) -> list[Asks]:
    """All that must hold of a case under this row and column."""
    if part == "What surrounds compressed clusters":
        return [has(SURROUNDING[column])]
    if part == "State":
        return [STATE[column]]
    if part.startswith("Contents"):
        return [of_size(_bytes(column)), compressed_by(row.rpartition(", ")[2] if ", " in row else "")]
    if part == "Changes":
        return [_change(row, column)]
    return []


def has(op: str) -> Asks:
    return lambda case: any(operation["op"] == op for operation in case.operations)


def in_clusters(least: int, most: int) -> Asks:
    return lambda case: least <= _geometry(case).cluster_size <= most


def of_size(size: int) -> Asks:
    return in_clusters(size, size)


def compressed_by(name: str) -> Asks:
    return lambda case: name not in ("deflate", "zstd") or (name == "zstd") == _is_zstd(case)


STATE: dict[str, Asks] = {
    "in a whole read": has("read"),
    "in ranges": has("read-range"),
    "with zstd": compressed_by("zstd"),
    "in small clusters": in_clusters(512, 4 * KIB),
    "in 2 MiB clusters": of_size(2048 * KIB),
}


def _bytes(name: str) -> int:
    count, unit = name.split()
    return int(count) * {"bytes": 1, "KiB": KIB, "MiB": KIB * KIB}[unit]


def _geometry(case: Case) -> Geometry:
    return geometry_of(case.image, 0)


def _is_zstd(case: Case) -> bool:
    return _geometry(case).compression == "zstd"


def _change(row: str, column: str) -> Asks:
    return lambda case: any(_meets(case, operation["steps"], row, column)
                            for operation in case.operations if operation["op"] == "modify")


def _meets(case: Case, steps: list[Spec], row: str, column: str) -> bool:
    """Whether a step of the column touches a cluster of the row, as the image has it before the first step."""
    done = [(name, how) for step in single(steps) for name, how in step.items()]
    is_of_row = CLUSTERS.get(row, lambda case, cluster: True)
    _, stated = plan_guest(case.image)

    def of_row(touched: range) -> bool:
        return any(is_of_row(case, stated.get(index, ClusterSpec(index, UNALLOCATED, {}))) for index in touched)

    if column == "resize":
        return any(name == "resize" for name, _ in done) and of_row(range(max(stated, default=0) + 2))
    if column == "written again":
        return any(name in WRITES and of_row(_both(_touched(case, before), _touched(case, how)))
                   for i, (name, how) in enumerate(done) for _, before in done[:i])
    return any(name in STEPS[column] and of_row(_touched(case, how)) for name, how in done)


def _touched(case: Case, how: object) -> range:
    """The guest clusters of a step."""
    if not isinstance(how, dict) or "offset" not in how:
        return range(0)
    size, offset = _geometry(case).cluster_size, number(how["offset"])
    return range(offset // size, (offset + max(1, number(how["length"])) - 1) // size + 1)


def _both(one: range, other: range) -> range:
    return range(max(one.start, other.start), min(one.stop, other.stop))


def _is_of_kind(kind: str) -> Callable[[Case, ClusterSpec], bool]:
    return lambda case, cluster: cluster.kind == kind


CLUSTERS: dict[str, Callable[[Case, ClusterSpec], bool]] = {
    "compressed cluster": _is_of_kind(COMPRESSED),
    "standard cluster": _is_of_kind(STANDARD),
    "zero cluster": _is_of_kind(ZERO),
    "zero cluster with a place": lambda case, cluster: cluster.kind == ZERO and "host_offset" in cluster.spec,
    "unallocated cluster": _is_of_kind(UNALLOCATED),
    "cluster of a backing file": lambda case, cluster: cluster.kind == UNALLOCATED and "backing_file" in case.image,
    "zstd": lambda case, cluster: _is_zstd(case),
    "subclusters": lambda case, cluster: bool(case.image.get("extended_l2")),
    "under a snapshot": lambda case, cluster: "snapshots" in case.image or _makes_a_snapshot(case),
}


def _makes_a_snapshot(case: Case) -> bool:
    return any("snapshot_create" in step for operation in case.operations for step in operation.get("steps", []))
