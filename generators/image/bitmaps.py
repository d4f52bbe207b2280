"""Persistent bitmaps: a directory, and for each bitmap a table and the host clusters of data that it names.

No guest byte depends on them; but they are in the file and are counted, and images that are backed up have them.
"""

from typing import Iterator

from generators import layout
from generators.case.geometry import Geometry
from generators.case.spec import Spec
from generators.image.placement import Places
from generators.streams.content import Content

DIRECTORY = "bitmap_directory"


def _table(number: int) -> str:
    return f"bitmap.{number}.table"


def _data(number: int, index: str) -> str:
    return f"bitmap.{number}.data.{index}"


def table_entries(bitmap: Spec, geometry: Geometry) -> int:
    bits = -(-geometry.virtual_size // (1 << bitmap["granularity_bits"]))
    return -(-bits // (8 * geometry.cluster_size))


def bitmap_places(bitmaps: list[Spec], geometry: Geometry) -> Iterator[tuple[str, int]]:
    """(name, length) of everything that the bitmaps have in the file, in its order."""
    for number, bitmap in enumerate(bitmaps):
        yield _table(number), table_entries(bitmap, geometry) * layout.ENTRY_SIZE
        for index in bitmap.get("data", {}):
            yield _data(number, index), geometry.cluster_size
    if bitmaps:
        yield DIRECTORY, sum(len(_directory_entry(bitmap, 0, 0)) for bitmap in bitmaps)


def bitmap_parts(bitmaps: list[Spec], geometry: Geometry, places: Places) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of the same."""
    directory = b""
    for number, bitmap in enumerate(bitmaps):
        entries = table_entries(bitmap, geometry)
        named = {int(index): places.start(_data(number, index)) for index in bitmap.get("data", {})}
        yield _table(number), layout.table_bytes(named, entries * layout.ENTRY_SIZE)
        for index, data in bitmap.get("data", {}).items():
            yield _data(number, index), Content(f"{number}b{index}", geometry.cluster_size).bytes_of(data, 0)
        directory += _directory_entry(bitmap, places.start(_table(number)), entries)
    if bitmaps:
        yield DIRECTORY, directory


def bitmaps_extension(bitmaps: list[Spec], places: Places) -> bytes:
    length = sum(len(_directory_entry(bitmap, 0, 0)) for bitmap in bitmaps)
    return layout.extension_bytes(layout.EXTENSION_BITMAPS,
                                  layout.bitmaps_bytes(len(bitmaps), length, places.start(DIRECTORY)))


def _directory_entry(bitmap: Spec, table: int, entries: int) -> bytes:
    return layout.bitmap_bytes(table, entries, bitmap.get("flags", 0), bitmap["granularity_bits"], bitmap["name"])
