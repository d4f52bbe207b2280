"""What stands where in a case's image, for those who show its bytes: corpus/layout/<id>.json.

Every place of the file by name, the fields of the header, for each L2 entry where it stands and what it refers to, and
where the case has planted faults, as the generator meant them; the bytes themselves are in the image.
"""

import json
import struct

from generators import layout
from generators.image.entries import Entry
from generators.image.image import Image
from generators.case.spec import Spec


def anatomy_text(image: Image) -> str:
    return json.dumps(anatomy(image), separators=(",", ":")) + "\n"


def anatomy(image: Image) -> Spec:
    geometry = image.geometry
    return {
        "cluster_bits": geometry.cluster_bits,
        "host_offset_bits": layout.host_offset_bits(geometry.cluster_bits),
        "compression": geometry.compression,
        "file_length": image.file.length,
        "header": _header_fields(geometry.version),
        "places": [
            {"name": name, "start": start, "end": end} for name, start, end in image.places.named() if end > start
        ],
        "entries": [_entry(image, index, entry) for index, entry in sorted(image.entries.items())],
        "planted": image.planted,
    }


def _header_fields(version: int) -> list[Spec]:
    length = layout.HEADER_LENGTH_V2 if version == 2 else layout.HEADER_LENGTH_V3
    return [{"name": name, "offset": offset, "length": struct.calcsize(form)}
            for name, (offset, form) in layout.HEADER_FIELDS.items() if offset < length]


def _entry(image: Image, index: int, entry: Entry) -> Spec:
    geometry, disk = image.geometry, image.disk
    l1_index, l2_index = divmod(index, geometry.l2_entries)
    size = layout.l2_entry_size(geometry.extended_l2)
    shown: Spec = {
        "guest_offset": index * geometry.cluster_size,
        "kind": entry.cluster.kind,
        "l1_entry_at": image.places.start(disk.l1_table) + l1_index * layout.ENTRY_SIZE,
        "l2_entry_at": image.places.start(disk.table(l1_index)) + l2_index * size,
        "l2_entry_length": size,
    }
    if entry.value & layout.COMPRESSED:
        shown |= _descriptor(entry.value, geometry.cluster_bits)
    elif entry.length:
        shown["host_offset"] = entry.host_offset
    if entry.body is not None and entry.body.stream is not None:
        shown["stream"] = {"start": image.places.start(entry.body.name), "length": len(entry.body.data),
                           "needed": entry.body.stream.needed}
    return shown


def _descriptor(value: int, cluster_bits: int) -> Spec:
    host_offset = value & layout.host_offset_mask(cluster_bits)
    sectors = value >> layout.host_offset_bits(cluster_bits) & layout.additional_sectors_max(cluster_bits)
    return {"host_offset": host_offset, "additional_sectors": sectors,
            "available_bytes": layout.available_bytes(host_offset, sectors)}
