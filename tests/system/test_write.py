"""write: what QEMU makes of the images, how large they are, and that they do not depend on the number of threads."""

import errno
import os
import random
from pathlib import Path

from tests.system.support import BIN, CLUSTER_BITS, SystemTest, absent, require_tool, tool

FAULTS = BIN / "fault-injection.so"
REFCOUNT_BITS = (1, 2, 4, 8, 16, 32, 64)
COMPRESSIONS = {"deflate": "zlib", "zstd": "zstd"}  # ours, and what qemu-img calls it


def mixed_disk(length: int) -> bytes:
    """Text, noise, zeros and repeats, in stretches that no cluster size divides."""
    chance = random.Random(length)
    words = [bytes(chance.choices(b"abcdefghij ", k=chance.randint(2, 9))) for _ in range(300)]
    disk = bytearray()
    while len(disk) < length:
        stretch = chance.randint(1000, 200_000)
        kind = chance.randrange(5)
        if kind < 2:
            disk += b" ".join(chance.choices(words, k=stretch // 6))
        else:
            disk += (chance.randbytes(stretch), bytes(stretch), b"12345678" * (stretch // 8))[kind - 2]
    return bytes(disk[:length])


class Write(SystemTest):
    def disk(self, length: int) -> Path:
        path = self.dir / "disk.raw"
        path.write_bytes(mixed_disk(length))
        return path

    def written(self, raw: Path, *options: object, name: str = "written.qcow2") -> Path:
        image = self.dir / name
        done = self.run_model("write", raw, image, *options)
        self.assertEqual((0, b"", b""), (done.returncode, done.stdout, done.stderr))
        return image


class Qemu(Write):
    def setUp(self) -> None:
        super().setUp()
        require_tool("qemu-img")

    def judge(self, raw: Path, *options: object) -> None:
        with self.subTest(options):
            image = self.written(raw, *options)
            tool("qemu-img", "check", "-f", "qcow2", image)
            tool("qemu-img", "compare", "-f", "raw", "-F", "qcow2", raw, image)
            self.assertEqual(0, self.run_model("check", "--deep", image).returncode)
            self.assertIn(b"nothing to repair", self.run_model("check", "--repair", image).stdout)

    def test_every_cluster_size_and_refcount_width(self) -> None:
        raw = self.disk(1000 * 512)
        for bits in CLUSTER_BITS:
            for refcount_bits in REFCOUNT_BITS:
                for compression in COMPRESSIONS:
                    self.judge(raw, "--cluster-bits", bits, "--refcount-bits", refcount_bits, "--compression",
                               compression)

    def test_disks_that_are_small_empty_or_end_within_a_sector(self) -> None:
        for length in (0, 1, 511, 512, 513, 65536, 65537):
            raw = self.disk(length)
            with self.subTest(length):
                image = self.written(raw)
                tool("qemu-img", "check", "-f", "qcow2", image)
                self.assertEqual(raw.read_bytes(), self.run_model("read", image, "-").stdout)


class Sizes(Write):
    def setUp(self) -> None:
        super().setUp()
        require_tool("qemu-img")

    def test_no_file_is_larger_than_qemu_imgs_by_more_than_a_hundredth(self) -> None:
        raw = self.disk(16 << 20)
        theirs = self.dir / "theirs.qcow2"
        for bits in CLUSTER_BITS:
            for compression, name in COMPRESSIONS.items():
                options = f"cluster_size={1 << bits},compression_type={name}"
                tool("qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", "-o", options, raw, theirs)
                ours = self.written(raw, "--cluster-bits", bits, "--compression", compression)
                with self.subTest(options):
                    self.assertLessEqual(ours.stat().st_size, 1.01 * theirs.stat().st_size)


class Threads(Write):
    def test_their_number_does_not_change_the_file(self) -> None:
        raw = self.disk(3_000_001)
        for bits in (9, 16, 21):
            for compression in COMPRESSIONS:
                options = ("--cluster-bits", bits, "--compression", compression)
                files = [self.written(raw, *options, "--jobs", jobs).read_bytes() for jobs in (1, 2, 7, 64)]
                with self.subTest(options):
                    self.assertEqual(1, len(set(files)))


class Faults(Write):
    """A full disk, whenever it comes: one line, exit 2, and nothing under the name of the new file."""

    def setUp(self) -> None:
        super().setUp()
        if not FAULTS.exists():
            absent(str(FAULTS))

    def struck(self, *command: object, out: Path) -> None:
        """Strikes each call that changes a file in turn, until there is none; beside a file that was there before."""
        for call in range(1, 3000):
            out.write_bytes(b"as before")
            environment = {**os.environ, "LD_PRELOAD": str(FAULTS), "FAULT": str(errno.ENOSPC), "FAULT_AT": str(call)}
            files = sorted(os.listdir(self.dir))
            done = self.run_model(*command, env=environment)
            self.assertEqual(files, sorted(os.listdir(self.dir)))
            if done.returncode == 0:
                self.assertGreater(call, 4)
                return
            self.assert_usage_error(done)
            self.assertEqual(b"as before", out.read_bytes())
        self.fail("there is no end")

    def test_in_writing_an_image(self) -> None:
        out = self.dir / "out.qcow2"
        self.struck("write", self.disk(200_000), out, "--cluster-bits", 14, "--jobs", 3, out=out)

    def test_in_reading_one(self) -> None:
        image = self.written(self.disk(2_000_000))
        out = self.dir / "out.raw"
        self.struck("read", image, out, "--jobs", 3, out=out)

    def test_a_place_where_nothing_can_be_written(self) -> None:
        raw = self.disk(1000)
        for out in ("/dev/full", "/proc/out.qcow2", self.dir / "none" / "out.qcow2", self.dir):
            with self.subTest(out):
                self.assert_usage_error(self.run_model("write", raw, out))
