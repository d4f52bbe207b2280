"""check --repair: what it mends, what it leaves alone, and that nothing is lost whatever happens meanwhile."""

import errno
import os
import struct
import subprocess
from pathlib import Path

from tests.system import image as small
from tests.system.image import CLUSTER_SIZE, COMPRESSED, COPIED, FILE_LENGTH, L1_OFFSET, L2_OFFSETS, STREAM_OFFSETS
from tests.system.support import BIN, Completed, SystemTest, absent, require_tool, run

FAULTS = BIN / "fault-injection.so"
LEAST = [COMPRESSED | offset for offset in STREAM_OFFSETS]
MOST = 1 << 61  # the size field of 512-byte clusters has one bit
ENTRIES = [(L2_OFFSETS[0], 1), (L2_OFFSETS[1], 0)]


def entry(data: bytes, table: int, index: int) -> int:
    return struct.unpack_from(">Q", data, table + 8 * index)[0]


class Repair(SystemTest):
    def given(self, data: bytes) -> Path:
        path = self.dir / "image.qcow2"
        path.write_bytes(data)
        return path

    def damaged(self) -> bytearray:
        """Both size fields say too much, a refcount is too low, another too high, and a copied flag is clear."""
        data = small.healthy()
        for (table, index), least in zip(ENTRIES, LEAST):
            small.put_entry(data, table, index, least | MOST)
        struct.pack_into(">H", data, 2 * CLUSTER_SIZE + 2 * 5, 0)
        struct.pack_into(">H", data, 2 * CLUSTER_SIZE + 2 * 20, 3)
        return small.put_entry(data, L1_OFFSET, 0, L2_OFFSETS[0])

    def repair(self, path: Path, **environment: str) -> Completed:
        return self.run_model("check", "--repair", path, env={**os.environ, **environment})

    def mended(self, data: bytes) -> bytes:
        """The repaired file; the disk is as it was, and QEMU finds it clean too."""
        path = self.given(data)
        done = self.repair(path)
        self.assertEqual((0, b""), (done.returncode, done.stderr), done.stdout)
        self.assertEqual(small.guest(), self.run_model("read", path, "-").stdout)
        self.assertEqual(0, self.run_model("check", "--deep", path).returncode)
        require_tool("qemu-img")
        self.assertEqual(0, run("qemu-img", "check", "-f", "qcow2", path).returncode)
        self.assertEqual([path.name], os.listdir(self.dir))
        return path.read_bytes()

    def refused(self, data: bytes, rule: str) -> None:
        path = self.given(data)
        done = self.repair(path)
        self.assertEqual(1, done.returncode, done.stdout)
        self.assertIn("not repaired: ", self.assert_one_line(done))
        self.assertIn(rule, done.stderr.decode())
        self.assertEqual((bytes(data), [path.name]), (path.read_bytes(), os.listdir(self.dir)))


class Mends(Repair):
    def test_everything_at_once(self) -> None:
        self.assertEqual(bytes(small.healthy()), self.mended(self.damaged()))

    def test_a_field_that_is_too_small(self) -> None:
        """The stream crosses into a second sector that the field does not cover: the cluster cannot be read."""
        data = small.healthy()
        stream = small.deflate(small.COMPRESSED_DATA[1])
        offset = STREAM_OFFSETS[1] + CLUSTER_SIZE - len(stream) // 2
        data += bytes(CLUSTER_SIZE)
        data[STREAM_OFFSETS[1] : STREAM_OFFSETS[1] + CLUSTER_SIZE] = bytes(CLUSTER_SIZE)
        data[offset : offset + len(stream)] = stream
        small.put_entry(data, *ENTRIES[1], COMPRESSED | offset)
        self.assertEqual(1, self.run_model("read", self.given(data), "-").returncode)
        mended = self.mended(data)
        self.assertEqual(COMPRESSED | 1 << 61 | offset, entry(mended, *ENTRIES[1]))
        self.assertEqual((1, 1), struct.unpack_from(">HH", mended, 2 * CLUSTER_SIZE + 2 * 8))

    def test_a_refcount_table_that_cannot_be_followed_is_made_anew(self) -> None:
        for value in (0, 2 * CLUSTER_SIZE + 8, 1 << 40, L1_OFFSET):
            with self.subTest(value):
                mended = self.mended(small.put_entry(small.healthy(), 1 * CLUSTER_SIZE, 0, value))
                self.assertEqual(FILE_LENGTH + 2 * CLUSTER_SIZE, len(mended))

    def test_the_dirty_and_the_corrupt_bit(self) -> None:
        data = small.put(self.damaged(), "incompatible_features", 3)
        self.assertEqual(bytes(small.healthy()), self.mended(data))

    def test_without_refcounts_of_the_same_width_as_elsewhere(self) -> None:
        for order in range(7):
            data = small.put(small.healthy(), "refcount_order", order)
            data[2 * CLUSTER_SIZE : 3 * CLUSTER_SIZE] = bytes(CLUSTER_SIZE)
            with self.subTest(order):
                self.mended(data)

    def test_a_healthy_image_is_not_touched(self) -> None:
        path = self.given(small.healthy())
        before = path.stat()
        self.assertIn(b"nothing to repair", self.repair(path).stdout)
        self.assertEqual((before.st_ino, before.st_mtime_ns), (path.stat().st_ino, path.stat().st_mtime_ns))

    def test_a_link_stays_a_link(self) -> None:
        path = self.given(self.damaged())
        link = self.dir / "link.qcow2"
        link.symlink_to(path.name)
        path.chmod(0o640)
        self.assertEqual(0, self.repair(link).returncode)
        self.assertTrue(link.is_symlink())
        self.assertEqual((bytes(small.healthy()), 0o640), (path.read_bytes(), path.stat().st_mode & 0o777))

    def test_a_sparse_image_stays_sparse(self) -> None:
        path = self.given(self.damaged())
        os.truncate(path, 1 << 36)
        self.assertEqual(0, self.repair(path).returncode)
        self.assertEqual(1 << 36, path.stat().st_size)
        self.assertLess(path.stat().st_blocks * 512, 1 << 20)


class LeavesAlone(Repair):
    def test_a_stream_that_does_not_end_in_its_extent(self) -> None:
        data = self.damaged()
        at = STREAM_OFFSETS[0]
        data[at : at + 3] = b"\xff\xff\xff"  # a block type that there is not
        path = self.given(data)
        done = self.repair(path)
        self.assertEqual(1, done.returncode)
        self.assertIn(b"deflate-invalid", done.stdout)
        self.assertEqual(LEAST[0] | MOST, entry(path.read_bytes(), *ENTRIES[0]))
        self.assertEqual(LEAST[1], entry(path.read_bytes(), *ENTRIES[1]))

    def test_what_makes_the_references_uncertain(self) -> None:
        for rule, value in (("l2-in-file", COPIED | 1 << 40), ("reserved-bits", COPIED | L2_OFFSETS[1] | 1)):
            with self.subTest(rule):
                self.refused(small.put_entry(self.damaged(), L1_OFFSET, 1, value), rule)

    def test_unknown_autoclear_features(self) -> None:
        self.refused(small.put(self.damaged(), "autoclear_features", 4), "autoclear")

    def test_more_references_than_the_width_can_say(self) -> None:
        data = small.put(self.damaged(), "refcount_order", 0)
        self.refused(small.put_entry(data, L2_OFFSETS[0], 2, COMPRESSED | STREAM_OFFSETS[0] + 100), "refcount-width")

    def test_an_image_that_qemu_has_open(self) -> None:
        require_tool("qemu-io")
        path = self.given(small.healthy())
        with subprocess.Popen(["qemu-io", "-f", "qcow2", path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as qemu:
            assert qemu.stdin is not None and qemu.stdout is not None
            qemu.stdin.write(b"read 0 512\n")
            qemu.stdin.flush()
            qemu.stdout.readline()
            done = self.repair(path)
            qemu.stdin.close()
        self.assert_usage_error(done)
        self.assertIn(b"in use", done.stderr)


class Faults(Repair):
    """Every call that writes fails once, or is the last that happens."""

    def setUp(self) -> None:
        super().setUp()
        if not FAULTS.exists():
            absent(str(FAULTS))

    def struck(self, fault: str) -> int:
        """Strikes each call in turn, until there is none; how many there were."""
        for call in range(1, 100):
            path = self.given(self.damaged())
            done = self.repair(path, LD_PRELOAD=str(FAULTS), FAULT=fault, FAULT_AT=str(call))
            after = path.read_bytes()
            self.assertIn(after, (bytes(self.damaged()), bytes(small.healthy())), f"call {call}")
            if done.returncode == 0:
                self.assertEqual(bytes(small.healthy()), after)
                return call - 1
            self.judge(done, fault)
            for name in os.listdir(self.dir):
                if name != path.name:
                    self.assertEqual(bytes(small.healthy()), (self.dir / name).read_bytes(), "a whole copy, unnamed")
                    os.remove(self.dir / name)
        self.fail("there is no end")

    def judge(self, done: Completed, fault: str) -> None:
        if fault == "kill":
            self.assertEqual(-9, done.returncode)
        else:
            self.assert_usage_error(done)
            self.assertEqual(bytes(self.damaged()), (self.dir / "image.qcow2").read_bytes())
            self.assertEqual(["image.qcow2"], os.listdir(self.dir))

    def test_killed_at_every_write(self) -> None:
        self.assertGreater(self.struck("kill"), 8)

    def test_a_full_disk_at_every_write(self) -> None:
        self.assertGreater(self.struck(str(errno.ENOSPC)), 8)
