"""The header cluster: the fixed fields, the extensions, the backing file's name; a case may overrule any field."""

from dataclasses import dataclass

from generators import layout
from generators.case.geometry import Geometry
from generators.image.bitmaps import bitmaps_extension
from generators.image.placement import Places
from generators.case.spec import Spec, number


@dataclass(frozen=True)
class Counts:
    """What the header says of the other structures besides where they stand."""

    l1_size: int
    refcount_table_clusters: int
    snapshots: int


def header_cluster(image: Spec, geometry: Geometry, places: Places, counts: Counts) -> bytes:
    stated = image.get("header", {})
    length = number(stated.get("header_length", layout.HEADER_LENGTH_V3))
    if geometry.version == 2:
        length = layout.HEADER_LENGTH_V2
    extensions = _extensions(image, stated.get("extensions", []), places)
    name = _backing_name(image)
    fields = _fields(image, geometry, places, counts)
    if name:
        fields["backing_file_offset"] = length + len(extensions)
        fields["backing_file_size"] = len(name)
    for key, value in stated.items():
        if key in layout.HEADER_FIELDS:
            fields[key] = _override(value, places)
    head = layout.header_bytes(fields, length)
    if geometry.version == 2 and "behind_version_2" in stated:
        extensions = bytes.fromhex(stated["behind_version_2"])
    return head + extensions + name


def _fields(image: Spec, geometry: Geometry, places: Places, counts: Counts) -> dict[str, int]:
    fields = {
        "magic": layout.MAGIC,
        "version": geometry.version,
        "cluster_bits": geometry.cluster_bits,
        "size": geometry.virtual_size,
        "l1_size": counts.l1_size,
        "l1_table_offset": places.start("l1_table"),
        "refcount_table_offset": places.start("refcount_table"),
        "refcount_table_clusters": counts.refcount_table_clusters,
    }
    if counts.snapshots:
        fields.update(nb_snapshots=counts.snapshots, snapshots_offset=places.start("snapshot_table"))
    if geometry.version == 2:
        return fields
    fields["incompatible_features"] = sum(layout.INCOMPATIBLE[name] for name in _features(image, geometry))
    fields["autoclear_features"] = layout.AUTOCLEAR_BITMAPS if "bitmaps" in image else 0
    fields["refcount_order"] = geometry.refcount_bits.bit_length() - 1
    fields["header_length"] = layout.HEADER_LENGTH_V3
    fields["compression_type"] = layout.COMPRESSION_TYPES[geometry.compression]
    return fields


def _features(image: Spec, geometry: Geometry) -> list[str]:
    return [flag for flag, wanted in (("compression-type", geometry.compression != "deflate"),
                                      ("extended-l2", geometry.extended_l2),
                                      ("external-data-file", "data_file" in image)) if wanted]


def _override(value: object, places: Places) -> int:
    """A number, a place, or for feature fields the list of the flags that are to be set."""
    if isinstance(value, list):
        return sum(layout.INCOMPATIBLE[flag] if flag in layout.INCOMPATIBLE else int(flag, 16) for flag in value)
    return places.resolve(value)


def _extensions(image: Spec, more: list[dict[str, str]], places: Places) -> bytes:
    data = b""
    if "format" in image.get("backing_file", {}):
        data += layout.extension_bytes(layout.EXTENSION_BACKING_FORMAT, image["backing_file"]["format"].encode())
    if "data_file" in image:
        data += layout.extension_bytes(layout.EXTENSION_DATA_FILE_NAME, image["data_file"]["name"].encode())
    if "bitmaps" in image:
        data += bitmaps_extension(image["bitmaps"], places)
    for extension in more:
        data += layout.extension_bytes(number(extension["type"]), bytes.fromhex(extension["hex"]))
    return data + layout.extension_bytes(layout.EXTENSION_END, b"")


def _backing_name(image: Spec) -> bytes:
    return str(image.get("backing_file", {}).get("name", "")).encode()
