"""check --repair must not free what a damaged pointer may own, nor make readable what was refused."""

import json
import struct
from pathlib import Path

from tests.system import image as small
from tests.system.image import CLUSTER_SIZE, COPIED, L1_OFFSET, L2_OFFSETS, put, put_entry
from tests.system.support import SystemTest, require_tool, run

INPUTS = Path(__file__).parent / "inputs"
REFCOUNT_TABLE, REFCOUNT_BLOCK = 1 * CLUSTER_SIZE, 2 * CLUSTER_SIZE


class Refusals(SystemTest):
    def given(self, data: bytes) -> Path:
        path = self.dir / "image.qcow2"
        path.write_bytes(data)
        return path

    def repair(self, path: Path, *options: str) -> tuple[int, dict]:
        done = self.run_model("check", "--repair", "--json", *options, path)
        return done.returncode, json.loads(done.stdout)

    def assert_not_repaired(self, data: bytes, rule: str) -> None:
        path = self.given(data)
        for _ in range(2):
            status, found = self.repair(path)
            self.assertEqual((1, rule), (status, found["not_repaired"]["rule"]))
            self.assertEqual(bytes(data), path.read_bytes())


class LostTables(Refusals):
    """A table that nothing names looks like a leak, and so does all that it names."""

    def test_an_l1_entry_that_names_no_table(self) -> None:
        for entry in (COPIED, 1 << 62, 1 << 56, 1):
            with self.subTest(hex(entry)):
                data = put_entry(small.healthy(), L1_OFFSET, 0, entry)
                self.assertEqual(1, self.run_model("check", self.given(data)).returncode)
                self.assert_not_repaired(data, "reserved-bits" if entry != COPIED else "l2-table")

    def test_an_l2_entry_that_has_lost_its_offset(self) -> None:
        for entry in (COPIED, COPIED | 1):
            with self.subTest(hex(entry)):
                data = put_entry(small.healthy(), L2_OFFSETS[0], 0, entry)
                self.assertEqual(1, self.run_model("check", self.given(data)).returncode)
                self.assert_not_repaired(data, "unallocated-cluster")

    def test_an_l2_table_lost_without_a_trace_stays(self) -> None:
        """The refcounts of the table and of what it names are not lowered; what is too low is raised all the same."""
        data = put_entry(small.healthy(), L1_OFFSET, 0, 0)
        struct.pack_into(">H", data, REFCOUNT_BLOCK + 2 * 8, 0)  # of the other table's stream
        path = self.given(data)
        status, found = self.repair(path)
        self.assertEqual((3, 3, 1), (status, found["repair"]["leaks_kept"], found["repair"]["refcounts"]))
        mended = path.read_bytes()
        self.assertEqual((1,) * 9, struct.unpack_from(">9H", mended, REFCOUNT_BLOCK))
        self.assertEqual((3, 0), (self.repair(path)[0], self.repair(path)[1]["repair"]["refcounts"]))
        self.assertEqual(mended, path.read_bytes())

    def test_a_leak_that_is_no_table_is_freed(self) -> None:
        data = put_entry(small.healthy(), L2_OFFSETS[0], 0, 0)
        path = self.given(data)
        status, found = self.repair(path)
        self.assertEqual((0, 0, 1), (status, found["repair"]["leaks_kept"], found["repair"]["refcounts"]))

    def test_lost_refcounts_and_a_lost_table(self) -> None:
        data = put_entry(put_entry(small.healthy(), L1_OFFSET, 0, 0), REFCOUNT_TABLE, 0, 0)
        self.assert_not_repaired(data, "check-refcounts")

    def test_a_refcount_table_that_the_header_has_lost_owns_no_data(self) -> None:
        path = self.given(put(small.healthy(), "refcount_table_offset", 1 << 40))
        self.assertEqual(0, self.repair(path)[0])
        self.assertEqual(small.guest(), self.run_model("read", path, "-").stdout)

    def test_the_l1_table_of_a_snapshot_that_qemu_made(self) -> None:
        """The header forgets its snapshots: their tables and clusters look like leaks."""
        require_tool("qemu-img")
        require_tool("qemu-io")
        path = self.dir / "image.qcow2"
        for command in (("qemu-img", "create", "-q", "-f", "qcow2", path, "1M"),
                        ("qemu-io", "-f", "qcow2", "-c", "write -P 1 0 128k", path),
                        ("qemu-img", "snapshot", "-c", "one", path),
                        ("qemu-io", "-f", "qcow2", "-c", "write -P 2 0 64k", path)):
            self.assertEqual(0, run(*command).returncode)
        self.assertEqual(0, self.run_model("check", path).returncode)
        data = put(bytearray(path.read_bytes()), "nb_snapshots", 0)
        status, found = self.repair(self.given(data))
        self.assertEqual(3, status)
        self.assertGreater(found["repair"]["leaks_kept"], 2)


class BrokenStreams(Refusals):
    """Bytes that the file does not have are no part of a stream, and must not become one."""

    def test_a_stream_that_the_end_of_the_file_cuts(self) -> None:
        self.assert_not_repaired((INPUTS / "cut-stream.qcow2").read_bytes(), "missing-bytes")

    def test_a_field_that_a_longer_file_would_let_grow(self) -> None:
        self.assert_not_repaired((INPUTS / "second-repair-raises-a-field.qcow2").read_bytes(), "outside-extent")

    def test_a_file_that_need_not_grow_is_repaired_around_it(self) -> None:
        """Its refcount is mended; the stream is as broken as before."""
        data = small.healthy()[: small.STREAM_OFFSETS[1] + 5]
        struct.pack_into(">H", data, REFCOUNT_BLOCK + 2 * 5, 7)
        path = self.given(data)
        status, found = self.repair(path)
        self.assertEqual((1, 1), (status, found["corruptions"]))
        self.assertEqual((1,) * 9, struct.unpack_from(">9H", path.read_bytes(), REFCOUNT_BLOCK))
        self.assert_refused(self.run_model("read", path, "-"), "missing-bytes")


class Overlaps(Refusals):
    def test_the_snapshot_table_on_the_l1_table(self) -> None:
        data = (INPUTS / "overlapping-tables.qcow2").read_bytes()
        path = self.given(data)
        self.assertEqual(1, self.repair(path)[0])
        self.assertEqual(data, path.read_bytes())

    def test_an_l2_table_on_the_l1_table(self) -> None:
        self.assert_not_repaired(put_entry(small.healthy(), L1_OFFSET, 1, COPIED | L1_OFFSET), "check-metadata-overlap")


class Marks(Refusals):
    def test_bit_63_of_a_compressed_entry_is_cleared(self) -> None:
        entry = small.COMPRESSED | small.STREAM_OFFSETS[0]
        path = self.given(put_entry(small.healthy(), L2_OFFSETS[0], 1, COPIED | entry))
        status, found = self.repair(path)
        self.assertEqual((0, 1), (status, found["repair"]["copied_flags"]))
        self.assertEqual(bytes(small.healthy()), path.read_bytes())

    def test_the_dirty_bit_goes_and_the_corrupt_bit_stays_while_a_stream_is_broken(self) -> None:
        data = put(small.healthy(), "incompatible_features", 3)
        data[small.STREAM_OFFSETS[0] : small.STREAM_OFFSETS[0] + 3] = b"\xff\xff\xff"
        path = self.given(data)
        status, found = self.repair(path)
        self.assertEqual((1, True, False),
                         (status, found["repair"]["dirty_bit_cleared"], found["repair"]["corrupt_bit_cleared"]))
        self.assertEqual((2,), struct.unpack_from(">Q", path.read_bytes(), 72))


class Telling(Refusals):
    def test_a_dry_run_changes_nothing(self) -> None:
        data = put_entry(small.healthy(), L1_OFFSET, 0, L2_OFFSETS[0])
        path = self.given(data)
        status, found = self.repair(path, "--dry-run")
        self.assertEqual((1, True, 1), (status, found["repair"]["dry_run"], found["repair"]["copied_flags"]))
        self.assertEqual(bytes(data), path.read_bytes())

    def test_every_change_is_named(self) -> None:
        data = put_entry(small.healthy(), L1_OFFSET, 0, L2_OFFSETS[0])
        struct.pack_into(">H", data, REFCOUNT_BLOCK + 2 * 5, 0)
        found = self.repair(self.given(data))[1]
        changes = [(one["kind"], one["where"]["host_offset"], one["before"], one["after"])
                   for one in found["repair"]["changes"]]
        self.assertEqual([("refcount", small.STANDARD_OFFSET, 0, 1), ("bit 63", L1_OFFSET, 0, 1)], changes)

    def test_what_cannot_be_repaired_is_counted(self) -> None:
        data = small.healthy()
        data[small.STREAM_OFFSETS[0] : small.STREAM_OFFSETS[0] + 3] = b"\xff\xff\xff"
        done = self.run_model("check", "--repair", self.given(data))
        self.assertEqual(1, done.returncode)
        self.assertIn(b"nothing was repaired\n1 corruptions cannot be repaired\n", done.stdout)
