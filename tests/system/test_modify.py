"""modify: what each step does to an image, and what is refused."""

import json
import os
import struct
from typing import Any

from tests.system import image as small
from tests.system.changing import SECOND, Modify, ranged, write
from tests.system.image import CLUSTER_SIZE, L2_OFFSETS, STREAM_OFFSETS, VIRTUAL_SIZE
from tests.system.support import require_tool, tool

MOST = 1 << 61  # the size field of 512-byte clusters has one bit


class Steps(Modify):
    def test_writes_beside_what_is_there(self) -> None:
        path = self.changed(small.healthy(), write(CLUSTER_SIZE + 10, 20, 7), write(SECOND + 100, 1, 8))
        expected = bytearray(small.guest())
        expected[CLUSTER_SIZE + 10 : CLUSTER_SIZE + 30] = b"\7" * 20
        expected[SECOND + 100] = 8
        self.assertEqual(expected, self.guest(path))

    def test_the_bytes_of_a_file(self) -> None:
        (self.dir / "bytes").write_bytes(b"from a file")
        path = self.changed(small.healthy(), {"write": {"offset": 5, "file": str(self.dir / "bytes")}})
        self.assertEqual(b"from a file", self.guest(path)[5:16])
        longer = {"write_compressed": {"offset": 0, "length": CLUSTER_SIZE, "file": str(self.dir / "bytes")}}
        path = self.changed(small.healthy(), longer)
        self.assertEqual(b"from a file".ljust(CLUSTER_SIZE, b"\0"), self.guest(path)[:CLUSTER_SIZE])

    def test_a_compressed_write_and_one_that_does_not_become_shorter(self) -> None:
        (self.dir / "noise").write_bytes(os.urandom(CLUSTER_SIZE))
        noise = {"write_compressed": {"offset": 3 * CLUSTER_SIZE, "file": str(self.dir / "noise")}}
        path = self.changed(small.healthy(), write(0, CLUSTER_SIZE, 7, "write_compressed"), noise)
        self.assertEqual(("compressed", "standard"), (self.kinds(path)[0], self.kinds(path)[3]))
        self.assertEqual((self.dir / "noise").read_bytes(), self.guest(path)[3 * CLUSTER_SIZE :][:CLUSTER_SIZE])

    def test_streams_are_packed(self) -> None:
        path = self.changed(small.healthy(), write(8 * CLUSTER_SIZE, 4 * CLUSTER_SIZE, 7, "write_compressed"))
        rows = self.model_json("map", "--clusters", path)
        assert isinstance(rows, dict)
        places = {row["host_offset"] // CLUSTER_SIZE for row in rows["clusters"]
                  if row["guest_offset"] in range(8 * CLUSTER_SIZE, 12 * CLUSTER_SIZE)}
        self.assertEqual(1, len(places), rows)

    def test_zeros_and_discards(self) -> None:
        path = self.changed(small.healthy(), ranged("write_zeroes", 100, 2 * CLUSTER_SIZE - 100),
                            ranged("discard", SECOND, CLUSTER_SIZE))
        self.assertEqual(small.guest()[:100] + bytes(VIRTUAL_SIZE - 100), self.guest(path))

    def test_what_a_shorter_disk_lost_does_not_come_back(self) -> None:
        path = self.changed(small.healthy(), {"resize": CLUSTER_SIZE + 50}, {"resize": 8 * VIRTUAL_SIZE})
        kept = small.guest()[: CLUSTER_SIZE + 50]
        self.assertEqual(kept + bytes(8 * VIRTUAL_SIZE - len(kept)), self.guest(path))

    def test_a_flush_and_no_step_at_all(self) -> None:
        self.assertEqual(small.guest(), self.guest(self.changed(small.healthy(), {"flush": {}})))
        self.assertEqual(small.guest(), self.guest(self.changed(small.healthy())))

    def test_snapshots_keep_what_they_have(self) -> None:
        path = self.changed(small.healthy(), {"snapshot_create": "one"}, write(0, SECOND + CLUSTER_SIZE, 7),
                            {"snapshot_create": {"name": "two"}}, ranged("discard", 0, VIRTUAL_SIZE))
        self.assertEqual(small.guest(), self.guest(path, "--snapshot", "one"))
        written = SECOND + CLUSTER_SIZE
        self.assertEqual(bytes([7]) * written, self.guest(path, "--snapshot", "2")[:written])
        self.assertEqual(bytes(VIRTUAL_SIZE), self.guest(path))
        self.changed(path.read_bytes(), {"snapshot_apply": "one"}, {"snapshot_delete": "one"},
                     {"snapshot_delete": "two"})
        self.assertEqual(small.guest(), self.guest(path))

    def test_out_leaves_the_image_alone(self) -> None:
        path, new = self.given(small.healthy()), self.dir / "new.qcow2"
        self.assertEqual(0, self.modify(path, write(0, 1, 7), options=("--out", new)).returncode)
        self.assertEqual(bytes(small.healthy()), path.read_bytes())
        self.assertEqual(b"\7" + small.guest()[1:], self.guest(new))


class Careful(Modify):
    def test_a_raised_field_takes_nothing_of_its_neighbour(self) -> None:
        """The first stream's field reaches into the next host cluster, which is counted for its neighbour alone."""
        data = small.put_entry(small.healthy(), L2_OFFSETS[0], 1, small.COMPRESSED | MOST | STREAM_OFFSETS[0])
        path = self.changed(data, write(CLUSTER_SIZE, CLUSTER_SIZE, 7), write(9 * CLUSTER_SIZE, 4 * CLUSTER_SIZE, 8),
                            write(20 * CLUSTER_SIZE, CLUSTER_SIZE, 9, "write_compressed"))
        self.assertEqual(small.guest()[SECOND:], self.guest(path)[SECOND:])

    def test_refcounts_of_a_dirty_image_are_counted_anew(self) -> None:
        data = small.put(small.healthy(), "incompatible_features", 1)
        struct.pack_into(">9H", data, 2 * CLUSTER_SIZE, *[0] * 9)
        path = self.changed(data, write(9 * CLUSTER_SIZE, 4 * CLUSTER_SIZE, 8))
        expected = bytearray(small.guest())
        expected[9 * CLUSTER_SIZE : 13 * CLUSTER_SIZE] = b"\10" * (4 * CLUSTER_SIZE)
        self.assertEqual(expected, self.guest(path))

    def test_unknown_autoclear_bits_are_cleared_and_the_rest_of_the_header_stays(self) -> None:
        data = small.put(small.put(small.healthy(), "autoclear_features", 4), "compatible_features", 0xFF00)
        after = self.changed(data, write(0, 1, 7)).read_bytes()
        self.assertEqual((0xFF00, 0), struct.unpack_from(">QQ", after, 80))
        self.assertEqual(bytes(data[:80]), after[:80])
        self.assertEqual(bytes(data[96:CLUSTER_SIZE]), after[96:CLUSTER_SIZE])

    def test_bitmaps_that_follow_writes_are_marked(self) -> None:
        require_tool("qemu-img")
        path = self.dir / "image.qcow2"
        tool("qemu-img", "create", "-q", "-f", "qcow2", path, "1M")
        for name, flag in (("follows", "--enable"), ("stands", "--disable")):
            tool("qemu-img", "bitmap", "--add", flag, path, name)
        self.changed(path.read_bytes(), write(0, 1, 7))
        bitmaps = json.loads(tool("qemu-img", "info", "--output=json", path))["format-specific"]["data"]["bitmaps"]
        self.assertEqual({"follows": ["in-use", "auto"], "stands": []},
                         {bitmap["name"]: bitmap["flags"] for bitmap in bitmaps})

    def test_a_count_past_the_end_of_the_file_is_no_leak_once_the_file_is_longer(self) -> None:
        data = small.healthy()
        struct.pack_into(">H", data, 2 * CLUSTER_SIZE + 2 * 20, 3)
        self.changed(data, write(0, VIRTUAL_SIZE, 7))

    def test_leaks_stay(self) -> None:
        data = small.healthy() + bytes(12 * CLUSTER_SIZE)
        struct.pack_into(">H", data, 2 * CLUSTER_SIZE + 2 * 20, 3)
        path = self.given(data)
        self.assertEqual(0, self.modify(path, write(0, VIRTUAL_SIZE, 7)).returncode)
        self.assertEqual(3, self.run_model("check", path).returncode)


class Refusals(Modify):
    def refused(self, data: bytes, rule: str, *steps: Any) -> None:
        path = self.given(data)
        self.assert_refused(self.modify(path, write(0, 1, 9), *steps), rule, "")
        self.assertEqual((bytes(data), ["image.qcow2"]), (path.read_bytes(), os.listdir(self.dir)))

    def test_what_leaves_the_disk(self) -> None:
        for step in (write(VIRTUAL_SIZE - 1, 2, 1), ranged("discard", 1 << 63, 1 << 63),
                     ranged("write_zeroes", 1, VIRTUAL_SIZE)):
            with self.subTest(step):
                self.refused(small.healthy(), "range-past-end", step)

    def test_parts_of_clusters_are_not_compressed(self) -> None:
        for offset, length in ((1, CLUSTER_SIZE - 1), (0, 1), (VIRTUAL_SIZE - 10, 10)):
            with self.subTest(offset):
                self.refused(small.healthy(), "writer-whole-cluster", write(offset, length, 1, "write_compressed"))

    def test_snapshots_that_are_not_there_or_there_already(self) -> None:
        for step in ({"snapshot_delete": "none"}, {"snapshot_apply": "none"}, {"snapshot_create": ""}):
            self.refused(small.healthy(), "snapshot-tables", step)
        self.refused(small.healthy(), "snapshot-tables", {"snapshot_create": "a"}, {"snapshot_create": "a"})

    def test_more_references_than_the_width_can_say(self) -> None:
        data = small.put(small.healthy(), "refcount_order", 0)
        data[2 * CLUSTER_SIZE : 3 * CLUSTER_SIZE] = b"\xff\x01".ljust(CLUSTER_SIZE, b"\0")
        self.refused(data, "refcount-width", {"snapshot_create": "a"})

    def test_an_image_that_is_marked_corrupt(self) -> None:
        self.refused(small.put(small.healthy(), "incompatible_features", 2), "modify-corrupt-bit")

    def test_a_part_of_a_cluster_that_cannot_be_read(self) -> None:
        data = small.healthy()
        data[STREAM_OFFSETS[0]] = 0xFF
        self.refused(data, "deflate-invalid", write(CLUSTER_SIZE, 1, 1))
        self.changed(data, write(CLUSTER_SIZE, CLUSTER_SIZE, 1))

    def test_a_disk_that_no_l1_table_reaches(self) -> None:
        self.refused(small.healthy(), "l1-table", {"resize": 1 << 62})

    def test_what_is_no_list_of_steps(self) -> None:
        path = self.given(small.healthy())
        for steps in ({"write": 1}, [1], [{}], [{"write": {}, "flush": {}}], [{"boil": {}}], [write(0, 1, 256)],
                      [{"write": {"offset": 0, "length": "many", "byte": 1}}], [{"resize": -1}],
                      [{"write": {"offset": 0, "file": "/nowhere"}}]):
            with self.subTest(steps):
                done = self.run_model("modify", path, "-", stdin=None, input=json.dumps(steps).encode())
                self.assert_usage_error(done)
        self.assert_usage_error(self.run_model("modify", path, self.dir / "no-steps"))
        self.assert_usage_error(self.run_model("modify", path, path))
