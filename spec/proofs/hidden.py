"""Which readings of the size field an image hides: every compressed cluster of an image, decoded by each of them.

    python3 spec/proofs/hidden.py IMAGE…

For each reading: how many clusters it reads like the corrected one, how many it refuses or gives otherwise. A reading
that reads all clusters of an image alike cannot be told from the right one by that image. Deflate images without
backing file, version 2 or 3. Standard library only; an own small walk, by spec/compressed-clusters.md.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator

from readings import (
    SECTOR,
    additional_sectors,
    available_bytes,
    available_bytes_as_count,
    bits,
    host_offset,
    host_offset_before,
    size_field_before,
)

Range = tuple[int, int]  # host offset, bytes


def from_offset(length: Callable[[int, int, int], int]) -> Callable[[int, int], Range]:
    """The right offset and field, and a length made of r, n and cluster_size."""

    def reading(entry: int, cluster_bits: int) -> Range:
        offset = host_offset(entry, cluster_bits)
        return offset, length(offset % SECTOR, additional_sectors(entry, cluster_bits), 1 << cluster_bits)

    return reading


def old_split(length: Callable[[int, int], int]) -> Callable[[int, int], Range]:
    def reading(entry: int, cluster_bits: int) -> Range:
        offset = host_offset_before(entry, cluster_bits)
        return offset, length(offset % SECTOR, size_field_before(entry, cluster_bits))

    return reading


def version_1_split(entry: int, cluster_bits: int) -> Range:
    """63 - cluster_bits bits of offset, all bits from there to 61 for the field, and no remainder taken off."""
    x = 63 - cluster_bits
    return bits(entry, 0, x - 1), (bits(entry, x, 61) + 1) * SECTOR


READINGS: dict[str, Callable[[int, int], Range]] = {
    "corrected": from_offset(lambda r, n, size: available_bytes(r, n)),
    "old split, count": old_split(available_bytes_as_count),
    "old split, additional": old_split(available_bytes),
    "split repaired, count": from_offset(lambda r, n, size: available_bytes_as_count(r, n)),
    "(n + 1) * 512": from_offset(lambda r, n, size: (n + 1) * SECTOR),
    "cluster_size": from_offset(lambda r, n, size: size),
    "cluster_size + 512 n": from_offset(lambda r, n, size: size + SECTOR * n),
    "version 1's split, (n + 1) * 512": version_1_split,
    "corrected, cut at cluster_size": from_offset(lambda r, n, size: min(available_bytes(r, n), size)),
}


def number(data: bytes, offset: int, width: int) -> int:
    return int.from_bytes(data[offset:offset + width], "big")


def compressed_entries(image: bytes) -> Iterator[int]:
    cluster_bits, l1_size, l1_table_offset = number(image, 20, 4), number(image, 36, 4), number(image, 40, 8)
    for l1_index in range(l1_size):
        l2_offset = number(image, l1_table_offset + 8 * l1_index, 8) & 0x00FFFFFFFFFFFE00
        if l2_offset:
            for l2_index in range((1 << cluster_bits) // 8):
                entry = number(image, l2_offset + 8 * l2_index, 8)
                if entry >> 62 & 1:
                    yield entry


def cluster(image: bytes, at: Range, cluster_size: int) -> bytes | None:
    """One cluster, or nothing where these bytes of the image do not give one."""
    offset, length = at
    try:
        out = zlib.decompressobj(-15).decompress(image[offset:offset + length], cluster_size) if length > 0 else b""
    except zlib.error:
        return None
    return out if len(out) == cluster_size else None


def main(paths: list[str]) -> int:
    if not paths:
        print(__doc__, file=sys.stderr)
        return 2
    for path in paths:
        with open(path, "rb") as file:
            image = file.read()
        cluster_bits = number(image, 20, 4)
        entries = list(compressed_entries(image))
        sizes = [additional_sectors(entry, cluster_bits) for entry in entries]
        print(
            f"{path}: {len(entries)} compressed clusters of {1 << cluster_bits} bytes; n = 0: {sizes.count(0)}, "
            f"n odd: {sum(n % 2 for n in sizes)}, at the start of a sector: "
            f"{sum(host_offset(entry, cluster_bits) % SECTOR == 0 for entry in entries)}"
        )
        right = [cluster(image, READINGS["corrected"](entry, cluster_bits), 1 << cluster_bits) for entry in entries]
        for name, reading in READINGS.items():
            given = [cluster(image, reading(entry, cluster_bits), 1 << cluster_bits) for entry in entries]
            alike = sum(a == b for a, b in zip(given, right))
            refused = sum(a is None and b is not None for a, b in zip(given, right))
            print(f"  {name:<32} alike {alike:>6}  refused {refused:>6}  other {len(entries) - alike - refused:>6}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
