"""Every layout fact of the qcow2 format that the generators use; no other module knows a bit or a byte of it.

Covers the header, its extensions, L1 and L2 entries (standard, compressed, extended), refcounts and snapshots.
What the streams inside compressed clusters look like is in deflate_codes.py and zstd_codes.py.
"""

import struct
from typing import Optional

MAGIC = 0x514649FB
SECTOR_SIZE = 512
CLUSTER_BITS_MIN, CLUSTER_BITS_MAX = 9, 21

# ---- the compressed cluster descriptor -------------------------------------------------------------------
COMPRESSED = 1 << 62
COPIED = 1 << 63
ZERO = 1 << 0
ENTRY_SIZE = 8
EXTENDED_ENTRY_SIZE = 16
SUBCLUSTERS = 32
STANDARD_OFFSET = 0x00FFFFFFFFFFFE00  # bits 9 to 55
HOST_OFFSET_END_BIT = 56  # bits 56 and above of any host offset are reserved


def host_offset_bits(cluster_bits: int) -> int:
    """x: the number of bits of the offset field ("Bit 0 - x-1")."""
    return 62 - (cluster_bits - 8)


def additional_sectors_bits(cluster_bits: int) -> int:
    """The size field takes what is left of the 62 bits ("x - 61")."""
    return 62 - host_offset_bits(cluster_bits)


def additional_sectors_max(cluster_bits: int) -> int:
    return (1 << additional_sectors_bits(cluster_bits)) - 1


def host_offset_mask(cluster_bits: int) -> int:
    """The bits of the offset field, those above bit 55 too."""
    return (1 << host_offset_bits(cluster_bits)) - 1


def host_offset_max(cluster_bits: int) -> int:
    """The highest byte at which a stream can begin: what the field holds, and nothing above bit 55."""
    return (1 << min(host_offset_bits(cluster_bits), HOST_OFFSET_END_BIT)) - 1


def reserved_offset_bits(cluster_bits: int) -> int:
    """The bits of the offset field above bit 55, as they stand in the entry; none from 16 KiB clusters on."""
    return (1 << host_offset_bits(cluster_bits)) - 1 & ~((1 << HOST_OFFSET_END_BIT) - 1)


def available_bytes(host_offset: int, additional_sectors: int) -> int:
    """From host_offset to the end of the last sector; the field counts sectors beyond the first."""
    return (additional_sectors + 1) * SECTOR_SIZE - host_offset % SECTOR_SIZE


def least_additional_sectors(host_offset: int, length: int) -> int:
    """The smallest field whose extent covers `length` bytes (one at least)."""
    last = host_offset + max(length, 1) - 1
    return last // SECTOR_SIZE - host_offset // SECTOR_SIZE


def compressed_entry(cluster_bits: int, host_offset: int, additional_sectors: int) -> int:
    """Encodes without judging: a case may ask for reserved bits. Fields must fit their widths."""
    assert 0 <= host_offset < 1 << host_offset_bits(cluster_bits)
    assert 0 <= additional_sectors <= additional_sectors_max(cluster_bits)
    return COMPRESSED | additional_sectors << host_offset_bits(cluster_bits) | host_offset


# ---- L1 and L2 tables ------------------------------------------------------------------------------------
def l2_entry_size(extended_l2: bool) -> int:
    return EXTENDED_ENTRY_SIZE if extended_l2 else ENTRY_SIZE


def l2_entries(cluster_bits: int, extended_l2: bool) -> int:
    return (1 << cluster_bits) // l2_entry_size(extended_l2)


def l2_entry_bytes(entry: int, bitmap: Optional[int]) -> bytes:
    """One entry as it stands in the table; `bitmap` is None where L2 entries are not extended."""
    return struct.pack(">Q", entry) if bitmap is None else struct.pack(">QQ", entry, bitmap)


def subcluster_status(bitmap: int, index: int) -> tuple[bool, bool]:
    """(allocated, reads as zeros) of one subcluster."""
    return bool(bitmap >> index & 1), bool(bitmap >> (SUBCLUSTERS + index) & 1)


ALL_SUBCLUSTERS_ALLOCATED = (1 << SUBCLUSTERS) - 1
ALL_SUBCLUSTERS_ZERO = ALL_SUBCLUSTERS_ALLOCATED << SUBCLUSTERS

# ---- the header ------------------------------------------------------------------------------------------
# name -> (offset, struct format); the order of the format document
HEADER_FIELDS: dict[str, tuple[int, str]] = {
    "magic": (0, ">I"),
    "version": (4, ">I"),
    "backing_file_offset": (8, ">Q"),
    "backing_file_size": (16, ">I"),
    "cluster_bits": (20, ">I"),
    "size": (24, ">Q"),
    "crypt_method": (32, ">I"),
    "l1_size": (36, ">I"),
    "l1_table_offset": (40, ">Q"),
    "refcount_table_offset": (48, ">Q"),
    "refcount_table_clusters": (56, ">I"),
    "nb_snapshots": (60, ">I"),
    "snapshots_offset": (64, ">Q"),
    "incompatible_features": (72, ">Q"),
    "compatible_features": (80, ">Q"),
    "autoclear_features": (88, ">Q"),
    "refcount_order": (96, ">I"),
    "header_length": (100, ">I"),
    "compression_type": (104, ">B"),
}
HEADER_LENGTH_V2 = 72
HEADER_LENGTH_V3_MIN = 104
HEADER_LENGTH_V3 = 112  # with compression_type and its padding

INCOMPATIBLE = {
    "dirty": 1 << 0,
    "corrupt": 1 << 1,
    "external-data-file": 1 << 2,
    "compression-type": 1 << 3,
    "extended-l2": 1 << 4,
}
COMPRESSION_TYPES = {"deflate": 0, "zstd": 1}

EXTENSION_END = 0
EXTENSION_BACKING_FORMAT = 0xE2792ACA
EXTENSION_DATA_FILE_NAME = 0x44415441
EXTENSION_BITMAPS = 0x23852875
AUTOCLEAR_BITMAPS = 1 << 0
AUTOCLEAR_DATA_FILE_RAW = 1 << 1


def header_bytes(fields: dict[str, int], length: int) -> bytes:
    """The fixed part of the header, `length` bytes of it; fields that lie beyond are left out."""
    data = bytearray(max(length, HEADER_LENGTH_V3))
    for name, value in fields.items():
        offset, form = HEADER_FIELDS[name]
        struct.pack_into(form, data, offset, value)
    return bytes(data[:length])


def extension_bytes(kind: int, data: bytes) -> bytes:
    """One header extension: type, length, data, zeros up to a multiple of 8."""
    return struct.pack(">II", kind, len(data)) + data + bytes(-len(data) % 8)


# ---- refcounts -------------------------------------------------------------------------------------------
def refcount_block_entries(cluster_bits: int, refcount_bits: int) -> int:
    return (1 << cluster_bits) * 8 // refcount_bits


def refcount_bytes(counts: dict[int, int], cluster_bits: int, refcount_bits: int) -> bytes:
    """One refcount block from {index in the block: count}; below a byte the least significant bits come first."""
    block = bytearray(1 << cluster_bits)
    for index, count in counts.items():
        if refcount_bits < 8:
            block[index * refcount_bits // 8] |= count << index * refcount_bits % 8
        else:
            width = refcount_bits // 8
            block[index * width : (index + 1) * width] = count.to_bytes(width, "big")
    return bytes(block)


def table_bytes(entries: dict[int, int], length: int) -> bytes:
    """A table of big-endian 8-byte entries (L1, refcount table), absent ones zero."""
    table = bytearray(length)
    for index, entry in entries.items():
        struct.pack_into(">Q", table, index * ENTRY_SIZE, entry)
    return bytes(table)


# ---- snapshots -------------------------------------------------------------------------------------------
def snapshot_bytes(l1_table_offset: int, l1_size: int, identity: str, name: str, disk_size: int, unknown: int
                   ) -> bytes:
    """One entry of the snapshot table, with the 16 bytes of extra data that version 3 demands. Where there are
    `unknown` bytes, of a kind that nobody knows yet, the instruction count stands before them."""
    extra = struct.pack(">QQ", 0, disk_size)
    if unknown:
        extra += struct.pack(">q", -1) + bytes(range(1, unknown + 1))
    fixed = struct.pack(">QIHHIIQII", l1_table_offset, l1_size, len(identity), len(name), 0, 0, 0, 0, len(extra))
    entry = fixed + extra + identity.encode() + name.encode()
    return entry + bytes(-len(entry) % 8)


# ---- persistent bitmaps ----------------------------------------------------------------------------------
DIRTY_TRACKING = 1  # the only type of a bitmap


def bitmaps_bytes(count: int, directory_size: int, directory_offset: int) -> bytes:
    """The data of the header extension: how many bitmaps there are, and where their directory is."""
    return struct.pack(">IIQQ", count, 0, directory_size, directory_offset)


def bitmap_bytes(table_offset: int, table_entries: int, flags: int, granularity_bits: int, name: str) -> bytes:
    """One entry of the directory."""
    entry = struct.pack(">QIIBBHI", table_offset, table_entries, flags, DIRTY_TRACKING, granularity_bits, len(name), 0)
    entry += name.encode()
    return entry + bytes(-len(entry) % 8)
