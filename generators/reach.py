"""How large the numbers of a case get: what the hazard table says of widths is held against this.

A quantity has all values that an operation of the given kind meets, so that "at or above 2^32" can be looked up.
"""

from fnmatch import fnmatchcase

from generators.case.case import Case
from generators.case.guest_map import COMPRESSED, STANDARD
from generators.case.spec import Spec, number
from generators.image.image import Image, build_image
from generators.layout import SECTOR_SIZE

TABLES = {"the L1 table": "l1_table", "L2 tables": "l2_table.*", "the refcount table": "refcount_table",
          "refcount blocks": "refcount_block.*", "the snapshot table": "snapshot_table",
          "L1 tables of snapshots": "snapshot.*.l1_table", "bitmaps": "bitmap*"}


def reach(case: Case) -> dict[str, dict[str, set[int]]]:
    """{operation: {quantity: its values}} for the kinds of operations that the case has."""
    image = build_image(case.image)
    return {op: _of_operations(image, [operation for operation in case.operations if operation["op"] == op])
            for op in {operation["op"] for operation in case.operations}}


def _of_operations(image: Image, operations: list[Spec]) -> dict[str, set[int]]:
    values = _of_image(image)
    touched = {offset for operation in operations for offset in _touched(operation)}
    if touched:  # a range or a change meets only what it names
        size, per_table = image.geometry.cluster_size, image.geometry.l2_entries
        values["guest offset"] = touched
        values["l1_index"] = {offset // size // per_table for offset in touched}
        values["l2_index"] = {offset // size % per_table for offset in touched}
    values["guest sector"] = {offset // SECTOR_SIZE for offset in values["guest offset"]}
    return values


def _touched(operation: Spec) -> set[int]:
    """The first and the last guest byte of a range, or of every step."""
    parts = [operation] if operation["op"] == "read-range" else [
        how for step in single(operation.get("steps", [])) for how in step.values()
        if isinstance(how, dict) and "offset" in how]
    return {offset for part in parts for offset in (
        number(part["offset"]), number(part["offset"]) + max(1, number(part["length"])) - 1)}


def single(steps: list[Spec]) -> list[Spec]:
    """Those that are in flight together one by one."""
    return [one for step in steps for one in step.get("parallel", [step])]


def _of_image(image: Image) -> dict[str, set[int]]:
    size, per_table = image.geometry.cluster_size, image.geometry.l2_entries
    values: dict[str, set[int]] = {"virtual size": {image.geometry.virtual_size}}
    values["guest offset"] = {index * size for index in image.entries if index * size < image.geometry.virtual_size}
    values["l1_index"] = {index // per_table for index in image.entries}
    values["l2_index"] = {index % per_table for index in image.entries}
    compressed = [entry for entry in image.entries.values() if entry.cluster.kind == COMPRESSED]
    values["host offset of streams"] = {entry.host_offset for entry in compressed}
    values["extent length"] = {entry.length for entry in compressed}
    values["host offset of standard clusters"] = {
        entry.host_offset for entry in image.entries.values() if entry.cluster.kind == STANDARD}
    for noun, pattern in TABLES.items():
        values[f"host offset of {noun}"] = {
            start for name, start, _ in image.places.named() if fnmatchcase(name, pattern)}
    values["host sector"] = {start // SECTOR_SIZE for start in values["host offset of streams"]}
    return values
