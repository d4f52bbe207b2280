"""Files that are no qcow2 image, or only part of one: the model exits 1 with one line, the rule and the place."""

import json
import os
import resource
import struct
import time
from collections.abc import Callable

from tests.system import image as small
from tests.system.image import CLUSTER_SIZE, FILE_LENGTH, L1_OFFSET, L2_OFFSETS, STREAM_OFFSETS, healthy, put, put_entry
from tests.system.support import SANITIZED, Completed, SystemTest

MEMORY_LIMIT_BYTES = 512 << 20
COMMANDS = (("read", "-"), ("map",), ("info",))


def limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))


class BadInput(SystemTest):
    def given(self, data: bytes) -> str:
        path = self.dir / "image.qcow2"
        path.write_bytes(data)
        return str(path)

    def call(self, command: tuple[str, ...], path: str) -> Completed:
        # The sanitizers reserve terabytes of addresses, so the limit is for the release build.
        limit: Callable[[], None] | None = None if SANITIZED else limit_memory
        return self.run_model(command[0], path, *command[1:], preexec_fn=limit)

    def refused(self, data: bytes, rule: str = "", commands: tuple = COMMANDS) -> None:
        path = self.given(data)
        for command in commands:
            with self.subTest(command=command[0], rule=rule):
                self.assert_refused(self.call(command, path), rule)

    def accepted(self, data: bytes) -> None:
        path = self.given(data)
        for command in COMMANDS:
            with self.subTest(command=command[0]):
                done = self.call(command, path)
                self.assertEqual((0, b""), (done.returncode, done.stderr))
                if command[0] == "read":
                    self.assertEqual(small.guest(), done.stdout)


class NoImage(BadInput):
    def test_the_image_before_the_damage_is_healthy(self) -> None:
        self.accepted(healthy())

    def test_files_of_other_kinds(self) -> None:
        short = (b"", b"\n", b"QFI")
        long = (b"no image at all\n" * 64, bytes(1 << 16), b"\x7fELF" + bytes(4096), b"QFI\xfb" * 1024)
        for data in short + long:
            self.refused(data)

    def test_an_old_qcow_image(self) -> None:
        self.refused(put(healthy(), "version", 1), "header-version")
        self.refused(put(healthy(), "version", 4), "header-version")

    def test_every_wrong_byte_of_the_magic(self) -> None:
        for byte in range(4):
            data = healthy()
            data[byte] ^= 0x20
            self.refused(data, "header-magic")


class CutFile(BadInput):
    def test_anywhere_in_the_header(self) -> None:
        for length in range(small.HEADER_LENGTH + 1):
            self.refused(healthy()[:length])

    def test_before_and_in_the_l1_table(self) -> None:
        end = L1_OFFSET + 8 * small.L1_SIZE
        for length in (CLUSTER_SIZE, CLUSTER_SIZE + 1, *range(L1_OFFSET - 2, end)):
            self.refused(healthy()[:length], "l1-in-file")

    def test_before_and_in_an_l2_table(self) -> None:
        reading = COMMANDS[:2]
        self.refused(healthy()[: L1_OFFSET + 8 * small.L1_SIZE], "l2-in-file", reading)
        for table in L2_OFFSETS:
            for length in around(table, table + CLUSTER_SIZE):
                self.refused(healthy()[:length], "l2-in-file", reading)

    def test_in_a_stream(self) -> None:
        """The last byte may hold no more than the end of the block, which a cluster that is complete does not need."""
        end = STREAM_OFFSETS[1] + len(small.deflate(small.COMPRESSED_DATA[1]))
        for length in range(STREAM_OFFSETS[1], end - 1):
            self.refused(healthy()[:length], "missing-bytes", (("read", "-"),))
        for length in (end - 1, end):
            self.accepted(healthy()[:length])


def around(offset: int, end: int) -> tuple[int, ...]:
    """Lengths that cut a table, at its borders and inside."""
    return (*range(offset, offset + 10), (offset + end) // 2, *range(end - 10, end))


class Claims(BadInput):
    """Fields that claim what cannot be; none may cost time or memory."""

    def test_giant_l1_table(self) -> None:
        self.refused(put(healthy(), "l1_size", 0xFFFFFFFF), "l1-in-file")
        self.refused(put(healthy(), "l1_size", FILE_LENGTH // 8), "l1-in-file")

    def test_l1_table_past_the_end(self) -> None:
        for offset in (FILE_LENGTH, 1 << 40, (1 << 64) - CLUSTER_SIZE):
            self.refused(put(healthy(), "l1_table_offset", offset), "l1-")

    def test_unaligned_l1_table(self) -> None:
        self.refused(put(healthy(), "l1_table_offset", L1_OFFSET + 8), "l1-table-aligned")

    def test_l1_table_too_small_for_the_disk(self) -> None:
        for size in (small.VIRTUAL_SIZE + 1, 1 << 40, (1 << 63) - CLUSTER_SIZE, (1 << 64) - 1):
            self.refused(put(healthy(), "size", size), "l1-table")

    def test_l2_table_past_the_end(self) -> None:
        for offset in (FILE_LENGTH, FILE_LENGTH + CLUSTER_SIZE, 1 << 40, (1 << 56) - CLUSTER_SIZE):
            self.refused(put_entry(healthy(), L1_OFFSET, 1, offset), "l2-in-file", COMMANDS[:2])

    def test_cluster_bits_out_of_range(self) -> None:
        for bits in (0, 1, 8, 22, 31, 32, 63, 64, 0xFFFFFFFF):
            self.refused(put(healthy(), "cluster_bits", bits), "header-cluster-bits")

    def test_header_length(self) -> None:
        for length in (0, 72, 103, 105, CLUSTER_SIZE + 8, 0xFFFFFFF8, 0xFFFFFFFF):
            self.refused(put(healthy(), "header_length", length), "header-length")

    def test_giant_header_extension(self) -> None:
        for length in (CLUSTER_SIZE, 0x7FFFFFFF, 0xFFFFFFFF):
            data = healthy()
            struct.pack_into(">II", data, small.HEADER_LENGTH, 0x6803F857, length)
            self.refused(data, "header-extensions-fit")

    def test_giant_backing_file_name(self) -> None:
        for length in (1024, 0xFFFFFFFF):
            data = put(put(healthy(), "backing_file_offset", small.HEADER_LENGTH + 8), "backing_file_size", length)
            self.refused(data, "backing-file-name-length")

    def test_encryption(self) -> None:
        for method in (1, 2, 3, 0xFFFFFFFF):
            path = self.given(put(healthy(), "crypt_method", method))
            for command in (("read", "-"), ("map",)):
                self.assert_refused(self.call(command, path), "header-encryption")
            self.assertEqual(0, self.call(("info",), path).returncode)  # what needs no key is told

    def test_refcount_order(self) -> None:
        for order in (7, 0xFFFFFFFF):
            self.refused(put(healthy(), "refcount_order", order), "header-refcount-order")

    def test_what_reading_does_not_need_costs_nothing(self) -> None:
        """Whether the model minds these is its own affair; it must answer at once, and never by a signal."""
        for field in ("refcount_table_clusters", "nb_snapshots", "refcount_table_offset", "snapshots_offset"):
            path = self.given(put(healthy(), field, 0xFFFFFFFF))
            for command in COMMANDS:
                with self.subTest(field=field, command=command[0]):
                    self.assertIn(self.call(command, path).returncode, (0, 1))


class Holes(BadInput):
    """Tables in the holes of a giant sparse file: time and memory follow the bytes that there are."""

    LENGTH = 1 << 43
    HOLE = 1 << 30

    def checked(self, data: bytes) -> dict:
        """What check answers within the time and memory of any bad input, and that map answers too."""
        path = self.given(data)
        os.truncate(path, self.LENGTH)
        started = time.monotonic()
        for command in (("map",), ("map", "--clusters"), ("read", "-", "--length", "4096")):
            self.assertIn(self.call(command, path).returncode, (0, 1))
        done = self.call(("check", "--json"), path)
        self.assertLess(time.monotonic() - started, 20 if SANITIZED else 4)
        self.assertIn(done.returncode, (0, 1, 3))
        return json.loads(done.stdout)

    def test_an_l1_table(self) -> None:
        image = put(put(healthy(), "l1_size", 0xFFFFFFFF), "l1_table_offset", self.HOLE)
        table_clusters = -(-8 * 0xFFFFFFFF // CLUSTER_SIZE)
        found = self.checked(put(image, "size", 0xFFFFFFFF * small.L2_ENTRIES * CLUSTER_SIZE))
        self.assertEqual(table_clusters, found["host_clusters"]["ghost"])
        self.assertEqual(table_clusters, found["corruptions"])

    def test_an_l2_table(self) -> None:
        image = healthy()
        for index in range(small.L1_SIZE):
            put_entry(image, L1_OFFSET, index, self.HOLE + CLUSTER_SIZE * index)
        self.assertEqual(2, self.checked(image)["host_clusters"]["ghost"])

    def test_a_refcount_table(self) -> None:
        image = put(put(healthy(), "refcount_table_offset", self.HOLE), "refcount_table_clusters", 0xFFFFFFFF)
        found = self.checked(image)
        self.assertEqual(0xFFFFFFFF + FILE_LENGTH // CLUSTER_SIZE - 2, found["host_clusters"]["ghost"])

    def test_a_refcount_block_that_every_entry_names(self) -> None:
        image = healthy()
        for index in range(CLUSTER_SIZE // 8):
            put_entry(image, 1 * CLUSTER_SIZE, index, 2 * CLUSTER_SIZE)
        self.assertEqual(0, self.checked(image)["leaks"])

    def test_a_snapshot_table(self) -> None:
        image = put(put(healthy(), "nb_snapshots", 65536), "snapshots_offset", self.HOLE)
        self.assertEqual(65536 * 40 // CLUSTER_SIZE, self.checked(image)["host_clusters"]["ghost"])
        self.assertEqual(1, self.checked(put(image, "nb_snapshots", 65537))["corruptions"])

    def test_snapshots_that_share_an_l1_table(self) -> None:
        """As many names for one table as an image can have."""
        image = healthy()
        snapshot = struct.pack(">QIHHIIQIII", L1_OFFSET, small.L1_SIZE, 0, 0, 0, 0, 0, 0, 0, 0)[:40]
        table = snapshot * 65536
        put(put(image, "nb_snapshots", 65536), "snapshots_offset", FILE_LENGTH)
        found = self.checked(bytes(image) + table)
        self.assertIn("refcount 1 but 65537 references", [one["detail"].partition("has ")[2]
                                                          for one in found["violations"]])


class FeatureBits(BadInput):
    def test_unknown_incompatible_bits(self) -> None:
        for bit in range(5, 64):
            self.refused(put(healthy(), "incompatible_features", 1 << bit), "header-incompatible-features")

    def test_compatible_and_autoclear_bits_forbid_nothing(self) -> None:
        for field in ("compatible_features", "autoclear_features"):
            for bit in (1, 5, 31, 63):  # bit 0 of both is known: lazy refcounts, bitmaps
                self.accepted(put(healthy(), field, 1 << bit))

    def test_dirty_and_corrupt_bits_forbid_no_reading(self) -> None:
        for bits in (1, 2, 3):
            self.accepted(put(healthy(), "incompatible_features", bits))

    def test_compression_type_bit_without_its_field(self) -> None:
        self.refused(put(healthy(), "incompatible_features", 1 << 3), "compression-type")

    def test_data_file_bit_without_a_data_file(self) -> None:
        self.refused(put(healthy(), "incompatible_features", 1 << 2), "external-data-file", COMMANDS[:2])


class BrokenEntries(BadInput):
    def test_a_refusal_names_the_entry(self) -> None:
        path = self.given(put_entry(healthy(), L2_OFFSETS[1], 3, small.COMPRESSED | 1 << 60))
        done = self.call(("read", "-"), path)
        self.assert_refused(done, "offset-above-bit-55", r"l1_index.{0,3}1\b.*l2_index.{0,3}3\b")

    def test_an_entry_that_points_at_the_header(self) -> None:
        path = self.given(put_entry(healthy(), L2_OFFSETS[0], 2, small.COMPRESSED))
        self.assert_refused(self.call(("read", "-"), path), "deflate-invalid")

    def test_a_table_that_points_at_itself(self) -> None:
        path = self.given(put_entry(healthy(), L1_OFFSET, 1, small.COPIED | L1_OFFSET))
        self.assertIn(self.call(("read", "-"), path).returncode, (0, 1))
