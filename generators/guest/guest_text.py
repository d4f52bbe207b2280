"""The guest map as a file of the corpus: what stands where on a guest disk, and what changes make of it."""

import json
from typing import Mapping

from generators.guest.guest import Guest
from generators.guest.modify import After
from generators.image.sparse import SparseFile
from generators.case.spec import Spec


def guest_map_text(guest: Guest, after: Mapping[str, After] = {}, snapshots: Mapping[str, SparseFile] = {}) -> str:
    """One extent a line; `after` and `snapshots` only where there are such."""
    extents = []
    for extent in guest.extents:
        fields: Spec = {"offset": extent.offset, "length": extent.length, "kind": extent.kind}
        if extent.host_offset is not None:
            fields["host_offset"] = extent.host_offset
        extents.append(json.dumps(fields))
    keys = [f'"virtual_size": {guest.file.length}', '"extents": ' + _lines("[]", extents)]
    if after:
        keys.append(
            '"after": ' + _lines("{}", [f'"{index}": {json.dumps(_after(disk))}' for index, disk in after.items()])
        )
    if snapshots:
        keys.append('"snapshots": ' + _lines("{}", [f'"{name}": {json.dumps({"length": file.length})}'
                                                    for name, file in snapshots.items()]))
    return "{\n  " + ",\n  ".join(keys) + "\n}\n"


def _after(disk: After) -> Spec:
    torn = {"torn": _parts(disk.torn)} if disk.torn else {}
    return {"length": disk.file.length, "open": _parts(disk.open), **torn}


def _parts(ranges: list[tuple[int, int]]) -> list[Spec]:
    return [{"offset": offset, "length": length} for offset, length in ranges]


def _lines(brackets: str, items: list[str]) -> str:
    body = "\n    " + ",\n    ".join(items) + "\n  " if items else ""
    return brackets[0] + body + brackets[1]
