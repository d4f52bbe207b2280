#!/usr/bin/python3
"""The spec's own reader: written from spec/compressed-clusters.md and from nothing else, in the order of that text.

    qcow2_spec_reader.py IMAGE OUT [--offset N] [--length N]

delivers the bytes of the virtual disk to OUT ("-": standard output). Exit 0: delivered; 1: refused, with one line on
standard error that begins with the slug of the clause; 2: usage, or an error of input or output. The slugs in brackets
stand above the lines that do what the clause says.
"""

import argparse
import contextlib
import ctypes
import functools
import os
import shutil
import stat
import struct
import sys
import tempfile
import zlib

OFFSET = 0x00FFFFFFFFFFFE00                             # bits 9 to 55, in place
DIRTY, CORRUPT, EXTERNAL, COMPRESSION, EXTENDED = (1 << bit for bit in range(5))
BACKING_FORMAT, EXTERNAL_NAME = 0xE2792ACA, 0x44415441  # header extensions
CHAIN, WORK, PIECE = 200, 1 << 35, 1 << 12              # [resource-bounds] files; bytes of work; what a piece costs


# 1 Conventions

class Refused(Exception):
    """Ends the reading; the clause that refuses, and what it refuses."""

    def __init__(self, clause, what):
        super().__init__(f"{clause}: {what}")
        self.clause = clause


def require(condition, clause, what):
    if not condition:
        raise Refused(clause, what)


class File:
    """A regular file. As a disk it is a raw one: its bytes are the guest's."""

    held = 0  # the size of all files

    def __init__(self, path):
        self.path = path
        self.fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        status = os.fstat(self.fd)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"no regular file: {path!r}")
        self.size, self.identity = status.st_size, (status.st_dev, status.st_ino)
        File.held += self.size

    def read(self, offset, count):
        """The bytes of [offset, offset + count) that the file has."""
        count = min(count, self.size - offset)
        return os.pread(self.fd, count, offset) if count > 0 else b""

    def pieces(self, start, end):
        for at in range(start, end, 1 << 20):
            stop = min(end, at + (1 << 20))
            yield at, stop, self.read(at, stop - at)


class Image:
    """A qcow2 image; `chain` holds the files above it."""

    # 2 Header

    def __init__(self, file, chain=()):
        self.file = file
        head = file.read(0, 105)
        # [header-magic] [header-version] [header-fields-in-file]: a header that the file does not hold has no values
        require(head[:4] == b"QFI\xfb", "header-magic", f"the file begins with {head[:4]!r}")
        require(len(head) >= 72, "header-fields-in-file", f"the file has {file.size} bytes")
        (self.version, backing_offset, backing_size, self.cluster_bits, self.size, crypt_method, l1_size,
         self.l1_offset) = struct.unpack(">IQIIQIIQ", head[4:48])
        require(self.version in (2, 3), "header-version", f"version {self.version}")
        # [header-v2]
        features, refcount_order, header_length = 0, 4, 72
        if self.version == 3:
            require(len(head) >= 104, "header-fields-in-file", f"the file has {file.size} bytes")
            features, refcount_order, header_length = struct.unpack(">Q16xII", head[72:104])
        # [header-cluster-bits] [header-cluster-bits-large]
        require(self.cluster_bits >= 9, "header-cluster-bits", f"cluster_bits {self.cluster_bits}")
        require(self.cluster_bits <= 21, "header-cluster-bits-large", f"cluster_bits {self.cluster_bits}")
        self.cluster_size = 1 << self.cluster_bits
        if self.version == 3:
            require(104 <= header_length <= min(self.cluster_size, file.size),
                    "header-length", f"header_length {header_length}")
            require(header_length % 8 == 0, "header-length-multiple", f"header_length {header_length}")
        # [header-incompatible-features] [dirty-bit] [corrupt-bit] [header-encryption] [header-refcount-order]
        unknown = features & ~(DIRTY | CORRUPT | EXTERNAL | COMPRESSION | EXTENDED)
        require(not unknown, "header-incompatible-features", f"unknown bits {unknown:#x}")
        require(crypt_method == 0, "header-encryption", f"crypt_method {crypt_method}")
        require(refcount_order <= 6, "header-refcount-order", f"refcount_order {refcount_order}")
        # [compression-type] [compression-type-agrees]
        compression_type = head[104] if header_length > 104 else 0
        require(bool(features & COMPRESSION) == (compression_type != 0), "compression-type-agrees",
                f"incompatible bit 3 and compression_type {compression_type} disagree")
        require(compression_type in (0, 1), "compression-type", f"unknown compression_type {compression_type}")
        self.decode = (inflate, unzstd)[compression_type]
        # [header-extensions] [header-extensions-fit]
        first = file.read(0, self.cluster_size)
        at, end = header_length, min(self.cluster_size, backing_offset or self.cluster_size)
        extensions = {}
        while at < end:
            require(at + 8 <= min(end, len(first)), "header-extensions-end", f"no room for an extension at {at}")
            kind, length = struct.unpack_from(">II", first, at)
            if kind == 0:
                break
            require(at + 8 + length <= min(end, len(first)), "header-extensions-fit",
                    f"extension {kind:#010x} at {at} has {length} bytes")
            extensions[kind] = first[at + 8:at + 8 + length]
            at += 8 + (length + 7) // 8 * 8
        # [external-data-file-missing]: opened when it is needed
        self.external, self.external_name = bool(features & EXTERNAL), extensions.get(EXTERNAL_NAME, b"")
        # [backing-file] [backing-file-name-length] [backing-file-in-first-cluster]
        require(not backing_offset or backing_size <= 1023, "backing-file-name-length", f"{backing_size} bytes")
        require(not backing_offset or backing_offset + backing_size <= len(first), "backing-file-in-first-cluster",
                f"a name of {backing_size} bytes at {backing_offset}")

        # 3 From a guest offset to an L2 entry: [extended-l2-entry] [extended-l2-cluster-bits] [virtual-size-any]
        self.extended = bool(features & EXTENDED)
        require(not self.extended or self.cluster_bits >= 14, "extended-l2-cluster-bits",
                f"cluster_bits {self.cluster_bits}")
        self.entry_size = 16 if self.extended else 8
        self.table_span = self.cluster_size * (self.cluster_size // self.entry_size)
        # [l1-table-aligned] [l1-table] [l1-in-file]
        require(self.l1_offset % self.cluster_size == 0, "l1-table-aligned", f"l1_table_offset {self.l1_offset:#x}")
        require(l1_size * self.table_span >= self.size, "l1-table", f"{l1_size} entries for {self.size} bytes")
        require(not l1_size or self.l1_offset + l1_size * 8 <= file.size, "l1-in-file",
                f"{l1_size} entries at {self.l1_offset:#x}")

        # [backing-file]: a circle concerns the image, any other fault the reads that need the backing file
        self.backing = None
        if backing_offset:
            name = first[backing_offset:backing_offset + backing_size]
            try:
                self.backing = self.open_backing(name, extensions.get(BACKING_FORMAT), (*chain, file.identity))
            except Refused as fault:
                if fault.clause == "backing-chain-cycle":
                    raise
                self.backing = fault

    def open_backing(self, name, form, chain):
        # [backing-format-absent] [backing-format] [backing-chain-cycle] [resource-bounds]
        require(form is not None, "backing-format-absent", "no format is named for the backing file")
        require(form in (b"raw", b"qcow2"), "backing-format", f"unknown format {form!r}")
        file = self.beside(name, "backing-file")
        require(file.identity not in chain, "backing-chain-cycle", f"{name!r} is in the chain already")
        require(len(chain) < CHAIN, "resource-bounds", f"a chain of more than {CHAIN} files")
        return file if form == b"raw" else Image(file, chain)

    def beside(self, name, clause):
        """The file with a plain name in the directory of this image."""
        require(name and not set(name) & set(b"/\0"), clause, f"no plain file name: {name!r}")
        try:
            return File(os.path.join(os.path.dirname(self.file.path), name))
        except OSError as error:
            raise Refused(clause, str(error)) from None

    def pieces(self, start, end):
        """The disk's bytes [start, end) in order, as (start, stop, data): zeros follow where data is shorter."""
        # [beyond-virtual-size]: no other entry is looked at; [snapshot-tables]: and no other table
        while start < end:
            table = self.l2_table(start // self.table_span)
            unit = self.cluster_size if table else self.table_span
            stop = min(end, (start // unit + 1) * unit)
            yield from self.cluster(table, start, stop) if table else self.unallocated(start, stop)
            start = stop

    @functools.lru_cache(maxsize=16)
    def l2_table(self, l1_index):
        # [l2-walk] [l2-table] [l2-in-file] [reserved-bits-read]
        l1_entry, = struct.unpack(">Q", self.file.read(self.l1_offset + l1_index * 8, 8))
        l2_offset = l1_entry & OFFSET
        if l2_offset == 0:
            return None
        require(l2_offset % self.cluster_size == 0, "l2-table", f"L1 entry {l1_index}: {l1_entry:#018x}")
        require(l2_offset + self.cluster_size <= self.file.size, "l2-in-file", f"L1 entry {l1_index}: {l1_entry:#018x}")
        return self.file.read(l2_offset, self.cluster_size)

    # 4 Entries that are not compressed

    def cluster(self, table, start, stop):
        """A guest cluster, or the part of it in [start, stop)."""
        where = start % self.table_span // self.cluster_size * self.entry_size
        entry, = struct.unpack_from(">Q", table, where)
        inside = start % self.cluster_size
        # [compressed-flag]: tested before anything else; [last-cluster-partial]: the stream is decoded whole
        if entry >> 62 & 1:
            yield start, stop, self.compressed(entry)[inside:inside + stop - start]
        elif self.extended:
            yield from self.subclusters(entry, *struct.unpack_from(">Q", table, where + 8), start, stop)
        # [zero-cluster] [zero-cluster-v2]
        elif entry & 1:
            require(self.version == 3, "zero-cluster-v2", f"entry {entry:#018x}")
            yield start, stop, b""
        # [unallocated-cluster] [standard-cluster]
        elif (host_offset := self.host_offset(entry, start)) is None:
            yield from self.unallocated(start, stop)
        else:
            yield start, stop, self.data_file.read(host_offset + inside, stop - start)  # [standard-past-end]: zeros

    def host_offset(self, entry, guest_offset):
        """The host cluster of a standard entry, None where it has none."""
        # [standard-cluster] [unallocated-cluster] [external-data-file-standard]
        host_offset = entry & OFFSET
        require(host_offset % self.cluster_size == 0, "standard-cluster", f"entry {entry:#018x}")
        if host_offset == 0 and not (self.external and entry >> 63):
            return None
        require(not self.external or host_offset == guest_offset // self.cluster_size * self.cluster_size,
                "external-data-file-standard", f"entry {entry:#018x} at guest offset {guest_offset:#x}")
        return host_offset

    def unallocated(self, start, stop):
        # [unallocated-cluster]: from the backing file, and behind its end zeros
        if isinstance(self.backing, Refused):
            raise self.backing
        if self.backing:
            middle = max(start, min(stop, self.backing.size))
            yield from self.backing.pieces(start, middle)
            start = middle
        if start < stop:
            yield start, stop, b""

    # 5 The descriptor

    def compressed(self, entry):
        # [external-data-file] [offset-field] [size-field] [offset-any-byte] [offset-above-bit-55]; neither bit 63 nor
        # the bitmap is looked at: [copied-flag-read] [extended-l2-bitmap-read]
        require(not self.external, "external-data-file", f"compressed entry {entry:#018x}")
        x = 62 - (self.cluster_bits - 8)
        host_offset = entry & (1 << x) - 1
        additional_sectors = entry >> x & (1 << self.cluster_bits - 8) - 1
        require(host_offset < 1 << 56, "offset-above-bit-55", f"entry {entry:#018x}")
        return self.stream(host_offset, additional_sectors)

    # 6 Size: the extent

    @functools.lru_cache(maxsize=16)  # [cache-whole-entry]
    def stream(self, host_offset, additional_sectors):
        # [sectors-beyond-first] [extent] [extent-whole] [extent-past-end-of-file] [buffer-per-cluster]: what the file
        # has of the extent, wherever it lies and whoever shares it
        available_bytes = (additional_sectors + 1) * 512 - host_offset % 512
        data = self.file.read(host_offset, available_bytes)
        # [missing-bytes] [outside-extent] [incomplete-refused]
        lacking = "outside-extent" if len(data) == available_bytes else "missing-bytes"
        where = f"stream at {host_offset:#x}, {len(data)} bytes of {available_bytes}"
        cluster, fault = self.decode(data, self.cluster_size)
        require(len(cluster) == self.cluster_size and not fault, fault or lacking, where)
        return cluster

    # 9 Extended L2 entries, snapshots, external data

    def subclusters(self, entry, bitmap, start, stop):
        # [extended-l2-subclusters] [extended-l2-alloc-and-zero] [extended-l2-alloc-without-offset]
        require(not bitmap & bitmap >> 32, "extended-l2-alloc-and-zero", f"bitmap {bitmap:#018x}")
        host_offset = self.host_offset(entry, start)
        require(host_offset is not None or not bitmap & 0xFFFFFFFF, "extended-l2-alloc-without-offset",
                f"bitmap {bitmap:#018x}")
        unit = self.cluster_size // 32
        while start < stop:
            inside = start % self.cluster_size
            i, middle = inside // unit, min(stop, (start // unit + 1) * unit)
            if bitmap >> 32 + i & 1:
                yield start, middle, b""
            elif bitmap >> i & 1:
                yield start, middle, self.data_file.read(host_offset + inside, middle - start)
            else:
                yield from self.unallocated(start, middle)
            start = middle

    @functools.cached_property
    def data_file(self):
        # [external-data-file-standard] [external-data-file-missing]
        return self.beside(self.external_name, "external-data-file-missing") if self.external else self.file


# 7 The stream. A decoder gives what it can of a cluster, and a clause when that one refuses the stream.

def inflate(data, cluster_size):
    # [deflate-raw] [deflate-blocks] [deflate-distance] are zlib's wbits -15. It gets its input in smaller and smaller
    # steps up to what it cannot decode, so that what stands behind the cluster does no harm: [stops-at-cluster]
    # [deflate-after-final] [deflate-no-final] [deflate-over-long] [deflate-lookahead]
    decoder, cluster, at, step = zlib.decompressobj(wbits=-15), bytearray(), 0, len(data)
    while step and at < len(data) and len(cluster) < cluster_size and not decoder.eof:
        trial = decoder.copy()
        try:
            cluster += trial.decompress(data[at:at + step], cluster_size - len(cluster))
            decoder, at = trial, at + step
        except zlib.error:
            step //= 2
    if len(cluster) == cluster_size:
        return cluster, None
    # [incomplete-refused] [deflate-invalid]
    return cluster, "incomplete-refused" if decoder.eof else "deflate-invalid" if at < len(data) else None


class Buffer(ctypes.Structure):
    """libzstd's ZSTD_inBuffer and ZSTD_outBuffer."""
    _fields_ = [("bytes", ctypes.c_void_p), ("size", ctypes.c_size_t), ("pos", ctypes.c_size_t)]


@functools.cache
def libzstd():
    try:
        library = ctypes.CDLL("libzstd.so.1")
    except OSError as error:
        raise Refused("compression-type", f"zstd cannot be decoded here: {error}") from None
    library.ZSTD_createDCtx.restype = ctypes.c_void_p
    library.ZSTD_DCtx_reset.argtypes = ctypes.c_void_p, ctypes.c_int
    library.ZSTD_decompressStream.argtypes = ctypes.c_void_p, ctypes.POINTER(Buffer), ctypes.POINTER(Buffer)
    library.ZSTD_decompressStream.restype = ctypes.c_size_t
    library.ZSTD_isError.argtypes = ctypes.c_size_t,
    return library, library.ZSTD_createDCtx()


def unzstd(data, cluster_size):
    # One byte of room behind the cluster shows a frame that gives more: [zstd-over-long]
    room = ctypes.create_string_buffer(cluster_size + 1)
    source = Buffer(ctypes.cast(data, ctypes.c_void_p), len(data), 0)
    target = Buffer(ctypes.addressof(room), cluster_size + 1, 0)
    library, decoder = libzstd()
    library.ZSTD_DCtx_reset(decoder, 1)
    lacking, before = 0, None
    # [zstd-frames] [zstd-after-frame]: frame by frame up to the end of that which completes the cluster
    while (lacking or target.pos < cluster_size) and target.pos <= cluster_size:
        # [zstd-invalid] [zstd-skippable]: libzstd reads older formats too
        magic = data[source.pos:source.pos + 4]
        if not lacking and len(magic) == 4 and magic != b"\x28\xb5\x2f\xfd":
            if magic[0] >> 4 != 5 or magic[1:] != b"\x2a\x4d\x18":
                return b"", "zstd-invalid"
        # [zstd-checksum-cut]: no step forward, the input is at its end
        if before == (source.pos, target.pos):
            return room.raw[:target.pos], "zstd-checksum-cut" if target.pos == cluster_size else None
        before = source.pos, target.pos
        # [zstd-invalid] [zstd-checksum] [zstd-dictionary] [zstd-window]
        lacking = library.ZSTD_decompressStream(decoder, target, source)
        if library.ZSTD_isError(lacking):
            return b"", "zstd-invalid"
    return room.raw[:cluster_size], None


# 10 Ranges

def read(image, offset, length, spool):
    # [range-past-end] [range-empty] [range-equals-whole] [range-apart-from-broken] [resource-bounds]
    require(offset + length <= image.size, "range-past-end", f"[{offset}, {offset + length}) of {image.size} bytes")
    require(length < 1 << 63, "resource-bounds", f"{length} bytes")
    work = 0
    for start, stop, data in image.pieces(offset, offset + length):
        work += PIECE + len(data)
        # An entry has 8 bytes, so this never refuses a disk of as many pieces as its files can have entries for.
        require(work <= WORK + File.held // 8 * PIECE, "resource-bounds", f"too much before guest offset {start:#x}")
        if data.count(0) < len(data):
            spool.seek(start - offset)
            spool.write(data)
    spool.truncate(length)
    spool.seek(0)


def deliver(image, offset, length, out):
    """Nothing comes into the hands of the caller before all of it has been read."""
    path = os.path.realpath(out)
    if out == "-" or os.path.exists(path) and not os.path.isfile(path):
        with tempfile.TemporaryFile() as spool:
            read(image, offset, length, spool)
            with open(1 if out == "-" else path, "wb", closefd=out != "-") as target:
                shutil.copyfileobj(spool, target, 1 << 20)
        return
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(path), delete=False) as spool:
        try:
            read(image, offset, length, spool)
            umask = os.umask(0)
            os.umask(umask)
            os.fchmod(spool.fileno(), 0o666 & ~umask)
            spool.flush()
            os.replace(spool.name, path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(spool.name)


def main():
    parser = argparse.ArgumentParser(description="Read a qcow2 image by spec/compressed-clusters.md alone.")
    parser.add_argument("image")
    parser.add_argument("out", help="- is standard output")
    parser.add_argument("--offset", type=int, default=0, metavar="N")
    parser.add_argument("--length", type=int, metavar="N", help="up to the end of the disk, if not given")
    wish = parser.parse_args()
    if wish.offset < 0 or wish.length is not None and wish.length < 0:
        parser.error("offset and length are not negative")
    try:
        image = Image(File(os.fsencode(wish.image)))
        length = max(0, image.size - wish.offset) if wish.length is None else wish.length
        deliver(image, wish.offset, length, wish.out)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except (OSError, MemoryError) as error:
        print(f"{parser.prog}: {error or 'no memory'}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
