"""modify: what each step does to an image, what is refused, and that nothing is lost whatever happens meanwhile."""

import errno
import json
import os
import struct
from pathlib import Path
from typing import Any

from tests.system import image as small
from tests.system.image import CLUSTER_SIZE, L2_ENTRIES, L2_OFFSETS, STREAM_OFFSETS, VIRTUAL_SIZE
from tests.system.support import BIN, Completed, SystemTest, absent, require_tool, run, tool

FAULTS = BIN / "fault-injection.so"
MOST = 1 << 61  # the size field of 512-byte clusters has one bit
SECOND = L2_ENTRIES * CLUSTER_SIZE  # the guest offset of the second stream


def write(offset: int, length: int, byte: int, kind: str = "write") -> dict[str, Any]:
    return {kind: {"offset": offset, "length": length, "byte": byte}}


def ranged(kind: str, offset: int, length: int) -> dict[str, Any]:
    return {kind: {"offset": offset, "length": length}}


class Modify(SystemTest):
    def given(self, data: bytes) -> Path:
        path = self.dir / "image.qcow2"
        path.write_bytes(data)
        return path

    def modify(self, path: Path, *steps: Any, options: tuple[object, ...] = (), **environment: str) -> Completed:
        return self.run_model("modify", path, "-", *options, stdin=None, input=json.dumps(steps).encode(),
                              env={**os.environ, **environment})

    def changed(self, data: bytes, *steps: Any) -> Path:
        """The image afterwards, which both checkers find clean."""
        path = self.given(data)
        done = self.modify(path, *steps)
        self.assertEqual((0, b"", b""), (done.returncode, done.stdout, done.stderr))
        self.assertEqual(0, self.run_model("check", "--deep", path).returncode)
        require_tool("qemu-img")
        self.assertEqual(0, run("qemu-img", "check", "-f", "qcow2", path).returncode)
        return path

    def guest(self, path: Path, *options: str) -> bytes:
        done = self.run_model("read", *options, path, "-")
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def kinds(self, path: Path) -> dict[int, str]:
        rows = self.model_json("map", "--clusters", path)
        assert isinstance(rows, dict)
        return {row["guest_offset"] // CLUSTER_SIZE: row["kind"] for row in rows["clusters"]}


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


class Chained(Modify):
    OVERLAID = (write(100, 1, 7), ranged("write_zeroes", CLUSTER_SIZE, CLUSTER_SIZE),
                write(SECOND, CLUSTER_SIZE, 8, "write_compressed"))

    def chain(self, base: bytes, form: str) -> Path:
        """An empty image over a file with these bytes."""
        require_tool("qemu-img")
        (self.dir / "base").write_bytes(base)
        path = self.dir / "image.qcow2"
        tool("qemu-img", "create", "-q", "-f", "qcow2", "-o", "cluster_size=512", "-b", self.dir / "base", "-F", form,
             path, str(VIRTUAL_SIZE))
        tool("qemu-img", "rebase", "-q", "-u", "-f", "qcow2", "-b", "base", "-F", form, path)
        return path

    def expected(self, base: bytes) -> bytes:
        disk = bytearray(base.ljust(VIRTUAL_SIZE, b"\0"))
        disk[100] = 7
        disk[CLUSTER_SIZE : 2 * CLUSTER_SIZE] = bytes(CLUSTER_SIZE)
        disk[SECOND : SECOND + CLUSTER_SIZE] = b"\10" * CLUSTER_SIZE
        return bytes(disk)


class Chains(Chained):
    """A commit changes the backing file too; a rebase, what the header names."""

    def test_a_commit_moves_everything_behind_and_the_image_reads_alike(self) -> None:
        short = b"short" * 100
        for form, base, disk in (("qcow2", bytes(small.healthy()), small.guest()), ("raw", short, short)):
            with self.subTest(form):
                path = self.chain(base, form)
                done = self.modify(path, *self.OVERLAID, {"commit": {}})
                self.assertEqual((0, b""), (done.returncode, done.stderr))
                self.assertEqual(self.expected(disk), self.guest(path))
                self.assertEqual({}, self.kinds(path))
                self.assertEqual(0, run("qemu-img", "check", "-f", "qcow2", path).returncode)
                behind = tool("qemu-img", "convert", "-f", form, "-O", "raw", self.dir / "base", self.dir / "seen")
                self.assertEqual(b"", behind)
                self.assertEqual(self.expected(disk), (self.dir / "seen").read_bytes())

    def test_between_commits_the_image_is_written_to(self) -> None:
        path = self.chain(bytes(small.healthy()), "qcow2")
        steps = (*self.OVERLAID, {"commit": {}}, write(100, 1, 9), {"commit": {}}, write(101, 1, 10))
        self.assertEqual(0, self.modify(path, *steps).returncode)
        self.assertEqual(b"\11\12", self.guest(path)[100:102])
        self.assertEqual(b"\11" + small.guest()[101:102], self.guest(self.dir / "base")[100:102])

    def test_other_places_leave_both_files_alone(self) -> None:
        path, places = self.chain(bytes(small.healthy()), "qcow2"), self.dir / "new"
        places.mkdir()
        before = path.read_bytes()
        done = self.modify(path, *self.OVERLAID, {"commit": {}},
                           options=("--out", places / "image.qcow2", "--backing-out", places / "base"))
        self.assertEqual((0, b""), (done.returncode, done.stderr))
        self.assertEqual((before, bytes(small.healthy())), (path.read_bytes(), (self.dir / "base").read_bytes()))
        self.assertEqual(self.expected(small.guest()), self.guest(places / "image.qcow2"))

    def test_places_that_would_lose_something(self) -> None:
        path = self.chain(bytes(small.healthy()), "qcow2")
        commit, new = {"commit": {}}, self.dir / "new"
        for steps, options in (((commit,), ("--out", new)), ((commit,), ("--backing-out", new)),
                               ((), ("--backing-out", new)), ((), ("--out", self.dir / "base")),
                               ((commit,), ("--out", new, "--backing-out", self.dir / "base"))):
            with self.subTest(options):
                self.assert_usage_error(self.modify(path, *steps, options=options))
                self.assertFalse(new.exists())
                self.assertEqual(bytes(small.healthy()), (self.dir / "base").read_bytes())

    def test_a_rebase_keeps_the_disk(self) -> None:
        for to, name in (({"backing_file": "other", "format": "raw"}, "other"), (None, "")):
            with self.subTest(name):
                path = self.chain(bytes(small.healthy()), "qcow2")
                (self.dir / "other").write_bytes(small.guest()[:CLUSTER_SIZE] + b"something else" * 1000)
                done = self.modify(path, *self.OVERLAID, {"rebase": to}, write(101, 1, 9))
                self.assertEqual((0, b""), (done.returncode, done.stderr))
                expected = bytearray(self.expected(small.guest()))
                expected[101] = 9
                self.assertEqual(expected, self.guest(path))
                info = self.model_json("info", path)
                assert isinstance(info, dict)
                self.assertEqual(name, info.get("backing_file", ""))
                self.assertEqual(0, run("qemu-img", "check", "-f", "qcow2", path).returncode)

    def test_a_snapshot_that_takes_nothing_from_the_backing_file_is_kept(self) -> None:
        for step in ({"commit": {}}, {"rebase": None}):
            with self.subTest(step):
                path = self.chain(bytes(small.healthy()), "qcow2")
                done = self.modify(path, write(0, VIRTUAL_SIZE, 7), {"snapshot_create": "whole"}, write(101, 1, 9),
                                   step)
                self.assertEqual((0, b""), (done.returncode, done.stderr))
                self.assertEqual(bytes([7]) * VIRTUAL_SIZE, self.guest(path, "--snapshot", "whole"))
                self.assertEqual(b"\7\t\7", bytes(self.guest(path)[100:103]))
                self.assertEqual(0, run("qemu-img", "check", "-f", "qcow2", path).returncode)

    def test_what_is_refused(self) -> None:
        path = self.chain(bytes(small.healthy()), "qcow2")
        before = path.read_bytes()
        for rule, *steps in (("modify-guest-bytes", {"snapshot_create": "a"}, {"commit": {}}),
                             ("modify-guest-bytes", {"snapshot_create": "a"}, {"rebase": None}),
                             ("backing-file-missing", {"rebase": {"backing_file": "nothing"}}),
                             ("backing-chain-cycle", {"rebase": {"backing_file": "image.qcow2"}}),
                             ("backing-file-missing", {"rebase": None}, {"commit": {}})):
            with self.subTest(steps):
                self.assert_refused(self.modify(path, *steps), rule, "")
                self.assertEqual(before, path.read_bytes())


class Faults(Chained):
    """Every call that writes fails once, or is the last that happens."""

    STEPS = (write(CLUSTER_SIZE, 20, 7), {"snapshot_create": "a"}, write(0, CLUSTER_SIZE, 8, "write_compressed"),
             {"resize": 4 * VIRTUAL_SIZE})

    def setUp(self) -> None:
        super().setUp()
        if not FAULTS.exists():
            absent(str(FAULTS))

    def struck(self, fault: str) -> int:
        """Strikes each call in turn, until there is none; how many there were."""
        before = bytes(small.healthy())
        path = self.changed(before, *self.STEPS)
        whole = path.read_bytes()
        for call in range(1, 300):
            self.given(before)
            done = self.modify(path, *self.STEPS, LD_PRELOAD=str(FAULTS), FAULT=fault, FAULT_AT=str(call))
            after = path.read_bytes()
            self.assertIn(after, (before, whole), f"call {call}")
            if done.returncode == 0:
                self.assertEqual(whole, after)
                return call - 1
            self.judge(done, fault, after == before)
            for name in os.listdir(self.dir):
                if name != path.name:
                    self.assertEqual(whole, (self.dir / name).read_bytes(), "a whole copy, unnamed")
                    os.remove(self.dir / name)
        self.fail("there is no end")

    def judge(self, done: Completed, fault: str, unchanged: bool) -> None:
        if fault == "kill":
            self.assertEqual(-9, done.returncode)
        else:
            self.assert_usage_error(done)
            self.assertTrue(unchanged)
            self.assertEqual(["image.qcow2"], os.listdir(self.dir))

    def test_killed_at_every_write(self) -> None:
        self.assertGreater(self.struck("kill"), 30)

    def test_a_full_disk_at_every_write(self) -> None:
        self.assertGreater(self.struck(str(errno.ENOSPC)), 30)

    def test_killed_at_every_write_of_a_commit(self) -> None:
        """Until the first file is put in place the disk is the old one, and from there on the new one."""
        for call in range(1, 400):
            path = self.chain(bytes(small.healthy()), "qcow2")
            done = self.modify(path, *self.OVERLAID, {"commit": {}}, LD_PRELOAD=str(FAULTS), FAULT="kill",
                               FAULT_AT=str(call))
            self.assertIn(self.guest(path), (small.guest(), self.expected(small.guest())), f"call {call}")
            if done.returncode == 0:
                self.assertGreater(call, 40)
                return
            self.assertEqual(-9, done.returncode)
        self.fail("there is no end")
