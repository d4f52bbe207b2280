"""qcow2-model check counts what persistent bitmaps hold, in images that QEMU makes, and finds their damage.

Bitmaps hold no compressed clusters, and the corpus has none; but a checker that does not count them calls their host
clusters leaked.
"""

import json
import struct
from typing import Callable

from tests.system.support import SystemTest, require_tool, run

BITMAPS_EXTENSION = 0x23852875
AUTOCLEAR_FEATURES = 88


class Bitmaps(SystemTest):
    def setUp(self) -> None:
        super().setUp()
        require_tool("qemu-img")
        require_tool("qemu-io")
        path = self.dir / "image.qcow2"
        for command in (("qemu-img", "create", "-q", "-f", "qcow2", path, "1M"),
                        ("qemu-img", "bitmap", "--add", path, "one"), ("qemu-img", "bitmap", "--add", path, "two"),
                        ("qemu-io", "-f", "qcow2", "-c", "write 0 64k", path)):
            self.assertEqual(0, run(*command).returncode)
        self.sound = path.read_bytes()
        self.extension = self._extension()
        self.directory, = struct.unpack_from(">Q", self.sound, self.extension + 8 + 16)
        self.table, = struct.unpack_from(">Q", self.sound, self.directory)

    def _extension(self) -> int:
        at, = struct.unpack_from(">I", self.sound, 100)
        while True:
            kind, length = struct.unpack_from(">II", self.sound, at)
            if kind == BITMAPS_EXTENSION:
                return at
            self.assertNotEqual(0, kind, "QEMU has stored no bitmaps")
            at += 8 + (length + 7) // 8 * 8

    def check(self, change: Callable[[bytearray], None] = lambda image: None) -> tuple[int, dict]:
        image = bytearray(self.sound)
        change(image)
        path = self.dir / "changed.qcow2"
        path.write_bytes(image)
        done = self.run_model("check", "--json", path)
        return done.returncode, json.loads(done.stdout)

    def assert_corrupt(self, change: Callable[[bytearray], None], what: str) -> None:
        status, found = self.check(change)
        self.assertEqual(1, status)
        self.assertIn(what, " ".join(violation["detail"] for violation in found["violations"]))

    def test_host_clusters_of_bitmaps_are_counted(self) -> None:
        status, found = self.check()
        self.assertEqual((0, 0, 0), (status, found["corruptions"], found["leaks"]))

    def test_bitmaps_that_the_header_disowns_are_leaked(self) -> None:
        status, found = self.check(lambda image: struct.pack_into(">Q", image, AUTOCLEAR_FEATURES, 0))
        self.assertEqual(3, status)
        self.assertGreaterEqual(found["leaks"], 4)  # the directory, two tables, a bitmap

    def test_an_extension_that_is_too_short(self) -> None:
        self.assert_corrupt(
            lambda image: struct.pack_into(">I", image, self.extension + 4, 16),
            "the bitmaps extension has 16 bytes, not 24"
        )

    def test_a_second_extension(self) -> None:
        """Either may be the one that holds: nothing that the other names is free."""
        def append(image: bytearray) -> None:
            at = self.extension
            while struct.unpack_from(">I", image, at)[0] != 0:
                at += 8 + (struct.unpack_from(">I", image, at + 4)[0] + 7) // 8 * 8
            image[at : at + 32] = struct.pack(">II", BITMAPS_EXTENSION, 24) + bytes(24)
        self.assert_corrupt(append, "more than one bitmaps extension")
        path = self.dir / "changed.qcow2"
        before = path.read_bytes()
        self.assertEqual(1, self.run_model("check", "--repair", path).returncode)
        self.assertEqual(before, path.read_bytes())

    def test_more_bitmaps_than_there_may_be(self) -> None:
        self.assert_corrupt(lambda image: struct.pack_into(">I", image, self.extension + 8, 65536), "65536 bitmaps")

    def test_a_directory_that_is_not_there(self) -> None:
        for offset in (self.directory + 512, 1 << 40):
            with self.subTest(offset=offset):
                self.assert_corrupt(lambda image: struct.pack_into(">Q", image, self.extension + 24, offset),
                                    "the bitmap directory is not aligned to a cluster, or not wholly in the file")

    def test_a_directory_that_ends_too_early(self) -> None:
        self.assert_corrupt(
            lambda image: struct.pack_into(">Q", image, self.extension + 16, 24),
            "bitmap 0 reaches past the end of the bitmap directory"
        )

    def test_a_table_that_is_not_there(self) -> None:
        self.assert_corrupt(lambda image: struct.pack_into(">Q", image, self.directory, 1 << 40),
                            "a bitmap table is not aligned to a cluster, or not wholly in the file")

    def test_a_bitmap_that_is_not_there(self) -> None:
        self.assert_corrupt(lambda image: struct.pack_into(">Q", image, self.table, 1 << 40),
                            "a bitmap's cluster is not aligned, or starts past the end of the file")

    def test_a_table_too_short_for_the_disk(self) -> None:
        self.assert_corrupt(lambda image: struct.pack_into(">I", image, self.directory + 8, 0),
                            "a bitmap table has 0 entries, but the disk needs 1")

    def test_a_stale_bitmap_may_be_of_another_disk(self) -> None:
        def change(image: bytearray) -> None:
            struct.pack_into(">II", image, self.directory + 8, 0, 1)  # no table, and the flag "in use"

        status, found = self.check(change)
        self.assertEqual((3, 0), (status, found["corruptions"]), found)

    def test_fields_that_the_document_rules_out(self) -> None:
        for place, form, value, what in (
            (self.extension + 12, ">I", 1, "the reserved field"),
            (self.directory + 12, ">I", 8, "reserved flags 0x8"),
            (self.directory + 16, ">B", 2, "a bitmap has the unknown type 2"),
            (self.directory + 17, ">B", 64, "granularity_bits 64"),
            (self.directory + 18, ">H", 0, "a bitmap has no name"),
            (self.table, ">Q", 1 << 56, "reserved bits"),
            (self.table, ">Q", 2, "reserved bits"),
        ):
            with self.subTest(what):
                self.assert_corrupt(lambda image: struct.pack_into(form, image, place, value), what)
