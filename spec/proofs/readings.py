"""The descriptor as the document words it after and before the correction of 2018, stated once more and alone.

Nothing here is taken from the model or the generators: a proof that borrows the code it is about proves nothing.
Quotations are of QEMU's docs/interop/qcow2.rst, and of the wording before it as the 2018 thread gives it.
"""

from __future__ import annotations

from typing import NamedTuple

SECTOR = 512
CLUSTER_BITS = range(9, 22)


class Extent(NamedTuple):
    host_offset: int
    available_bytes: int


def x(cluster_bits: int) -> int:
    """ "x = 62 - (cluster_bits - 8)", in both wordings."""
    return 62 - (cluster_bits - 8)


def bits(entry: int, first: int, last: int) -> int:
    """The bits first..last of entry, both included; an empty range (last < first) is 0."""
    width = last - first + 1
    return (entry >> first) & ((1 << width) - 1) if width > 0 else 0


# After: "Bit 0 - x-1: Host cluster offset", "x - 61: Number of additional 512-byte sectors".


def host_offset(entry: int, cluster_bits: int) -> int:
    return bits(entry, 0, x(cluster_bits) - 1)


def additional_sectors(entry: int, cluster_bits: int) -> int:
    return bits(entry, x(cluster_bits), 61)


def size_values(cluster_bits: int) -> int:
    """How many values the size field has; the largest is one less."""
    return 1 << (61 - x(cluster_bits) + 1)


def available_bytes(remainder: int, n: int) -> int:
    """From a byte `remainder` into its sector to the end of the n-th sector "beyond the sector containing the
    offset"."""
    return (n + 1) * SECTOR - remainder


def extent(entry: int, cluster_bits: int) -> Extent:
    offset = host_offset(entry, cluster_bits)
    return Extent(offset, available_bytes(offset % SECTOR, additional_sectors(entry, cluster_bits)))


def entry_of(offset: int, n: int, cluster_bits: int) -> int:
    return 1 << 62 | n << x(cluster_bits) | offset


def least_size_field(remainder: int, length: int) -> int:
    """The sector of the last byte, counted from the sector of the first. QEMU's writer computes the same."""
    return (remainder + length - 1) // SECTOR


# Before: "Bit 0 - x: Host cluster offset", "x+1 - 61: Compressed size of the images in sectors of 512 bytes".


def host_offset_before(entry: int, cluster_bits: int) -> int:
    return bits(entry, 0, x(cluster_bits))


def size_field_before(entry: int, cluster_bits: int) -> int:
    return bits(entry, x(cluster_bits) + 1, 61)


def size_values_before(cluster_bits: int) -> int:
    return 1 << max(0, 61 - x(cluster_bits))


def available_bytes_as_count(remainder: int, size: int) -> int:
    """`size` sectors in all, the first of them the one that holds the offset; none when size is 0."""
    return size * SECTOR - remainder if size > 0 else 0
