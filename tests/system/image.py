"""A small healthy qcow2 image, laid out by hand, for tests that damage it: every field and table has a name.

Host clusters: 0 header, 1 refcount table, 2 refcount block, 3 L1 table, 4 the first L2 table, 5 a standard cluster,
6 a compressed stream, 7 the second L2 table, 8 its compressed stream. Guest clusters: 0 standard, 1 compressed, the
first of the second L2 table compressed, all others unallocated. So whatever stands before a cut is whole.
"""

import struct
import zlib

CLUSTER_BITS = 9
CLUSTER_SIZE = 1 << CLUSTER_BITS
L2_ENTRIES = CLUSTER_SIZE // 8
VIRTUAL_SIZE = 2 * L2_ENTRIES * CLUSTER_SIZE

HEADER_LENGTH = 104
FIELDS = {
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
}

L1_OFFSET, L1_SIZE = 3 * CLUSTER_SIZE, 2
L2_OFFSETS = (4 * CLUSTER_SIZE, 7 * CLUSTER_SIZE)
STANDARD_OFFSET = 5 * CLUSTER_SIZE
STREAM_OFFSETS = (6 * CLUSTER_SIZE, 8 * CLUSTER_SIZE)
FILE_LENGTH = 9 * CLUSTER_SIZE

STANDARD_DATA = bytes(i % 251 for i in range(CLUSTER_SIZE))
COMPRESSED_DATA = (b"one and one " * 43)[:CLUSTER_SIZE], (b"two and two " * 43)[:CLUSTER_SIZE]

COPIED = 1 << 63
COMPRESSED = 1 << 62


def deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, -12)
    return stream.compress(data) + stream.flush()


def put(image: bytearray, field: str, value: int) -> bytearray:
    """Sets a header field."""
    offset, form = FIELDS[field]
    struct.pack_into(form, image, offset, value)
    return image


def put_entry(image: bytearray, table_offset: int, index: int, entry: int) -> bytearray:
    """Sets an entry of an L1 or L2 table."""
    struct.pack_into(">Q", image, table_offset + 8 * index, entry)
    return image


def healthy() -> bytearray:
    image = bytearray(FILE_LENGTH)
    for field, value in {
        "magic": 0x514649FB,
        "version": 3,
        "cluster_bits": CLUSTER_BITS,
        "size": VIRTUAL_SIZE,
        "l1_size": L1_SIZE,
        "l1_table_offset": L1_OFFSET,
        "refcount_table_offset": 1 * CLUSTER_SIZE,
        "refcount_table_clusters": 1,
        "refcount_order": 4,
        "header_length": HEADER_LENGTH,
    }.items():
        put(image, field, value)
    put_entry(image, 1 * CLUSTER_SIZE, 0, 2 * CLUSTER_SIZE)
    for cluster in range(FILE_LENGTH // CLUSTER_SIZE):
        struct.pack_into(">H", image, 2 * CLUSTER_SIZE + 2 * cluster, 1)
    for index, l2_offset in enumerate(L2_OFFSETS):
        put_entry(image, L1_OFFSET, index, COPIED | l2_offset)
    put_entry(image, L2_OFFSETS[0], 0, COPIED | STANDARD_OFFSET)
    put_entry(image, L2_OFFSETS[0], 1, COMPRESSED | STREAM_OFFSETS[0])
    put_entry(image, L2_OFFSETS[1], 0, COMPRESSED | STREAM_OFFSETS[1])
    image[STANDARD_OFFSET : STANDARD_OFFSET + CLUSTER_SIZE] = STANDARD_DATA
    for offset, data in zip(STREAM_OFFSETS, COMPRESSED_DATA):
        stream = deflate(data)
        image[offset : offset + len(stream)] = stream
    return image


def guest() -> bytes:
    """What the healthy image holds."""
    disk = bytearray(VIRTUAL_SIZE)
    for cluster, data in ((0, STANDARD_DATA), (1, COMPRESSED_DATA[0]), (L2_ENTRIES, COMPRESSED_DATA[1])):
        disk[cluster * CLUSTER_SIZE : (cluster + 1) * CLUSTER_SIZE] = data
    return bytes(disk)
