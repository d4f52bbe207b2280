"""What `qcow2-model read` does with its output: whole or not at all, ranges, standard output, pipes."""

import os
import stat
import threading

from tests.system import image as small
from tests.system.image import CLUSTER_SIZE, STREAM_OFFSETS, VIRTUAL_SIZE, guest, healthy
from tests.system.support import SystemTest


class Output(SystemTest):
    def setUp(self) -> None:
        super().setUp()
        self.image = self.dir / "image.qcow2"
        self.image.write_bytes(healthy())
        self.broken = self.dir / "broken.qcow2"
        self.broken.write_bytes(healthy()[: STREAM_OFFSETS[1] + 3])
        self.out = self.dir / "out"

    def read(self, *args: object, **kwargs: object):
        return self.run_model("read", *args, **kwargs)

    def assert_read(self, expected: bytes, *args: object) -> None:
        done = self.read(self.image, "-", *args)
        self.assertEqual((0, b""), (done.returncode, done.stderr))
        self.assertEqual(expected, done.stdout)


class Destination(Output):
    def test_a_new_file(self) -> None:
        self.assertEqual(0, self.read(self.image, self.out).returncode)
        self.assertEqual(guest(), self.out.read_bytes())

    def test_an_existing_file_is_replaced(self) -> None:
        self.out.write_bytes(b"longer than the disk" * VIRTUAL_SIZE)
        self.assertEqual(0, self.read(self.image, self.out).returncode)
        self.assertEqual(guest(), self.out.read_bytes())

    def test_an_existing_file_is_untouched_on_failure(self) -> None:
        self.out.write_bytes(b"precious")
        before = self.out.stat()
        for args in ((self.broken, self.out), (self.image, self.out, "--offset", VIRTUAL_SIZE + 1, "--length", 1)):
            self.assert_refused(self.read(*args))
        after = self.out.stat()
        self.assertEqual(b"precious", self.out.read_bytes())
        self.assertEqual((before.st_ino, before.st_mtime_ns), (after.st_ino, after.st_mtime_ns))

    def test_a_failure_leaves_no_file_behind(self) -> None:
        before = sorted(os.listdir(self.dir))
        self.assert_refused(self.read(self.broken, self.out))
        self.assertEqual(before, sorted(os.listdir(self.dir)))

    def test_standard_output(self) -> None:
        self.assert_read(guest())

    def test_a_named_pipe_stays_a_pipe(self) -> None:
        os.mkfifo(self.out)
        received: list[bytes] = []
        reader = threading.Thread(target=lambda: received.append(self.out.read_bytes()))
        reader.start()
        self.assertEqual(0, self.read(self.image, self.out).returncode)
        reader.join()
        self.assertEqual([guest()], received)
        self.assertTrue(stat.S_ISFIFO(self.out.stat().st_mode))

    def test_a_device(self) -> None:
        self.assertEqual(0, self.read(self.image, "/dev/null").returncode)
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))


class UnwritableDestination(Output):
    def test_no_such_directory(self) -> None:
        self.assert_usage_error(self.read(self.image, self.dir / "absent" / "out"))

    def test_a_directory(self) -> None:
        self.assert_usage_error(self.read(self.image, self.dir))

    def test_a_full_device(self) -> None:
        self.assert_usage_error(self.read(self.image, "/dev/full"))

    def test_a_full_standard_output(self) -> None:
        with open("/dev/full", "wb") as full:
            self.assert_usage_error(self.read(self.image, "-", stdout=full))

    def test_json_on_a_full_standard_output(self) -> None:
        with open("/dev/full", "wb") as full:
            self.assert_usage_error(self.run_model("map", self.image, "--json", stdout=full))


class Range(Output):
    def test_within_and_across_clusters(self) -> None:
        disk = guest()
        inside = ((0, 1), (1, 510), (511, 2), (CLUSTER_SIZE - 1, CLUSTER_SIZE + 2))
        for offset, length in (*inside, (0, VIRTUAL_SIZE), (VIRTUAL_SIZE - 1, 1)):
            with self.subTest(offset=offset, length=length):
                self.assert_read(disk[offset : offset + length], "--offset", offset, "--length", length)

    def test_no_bytes_at_all(self) -> None:
        for offset in (0, 5, VIRTUAL_SIZE):
            self.assert_read(b"", "--offset", offset, "--length", 0)

    def test_a_range_that_avoids_the_damage(self) -> None:
        offset = small.L2_ENTRIES * CLUSTER_SIZE  # where the broken stream's cluster begins
        done = self.read(self.broken, "-", "--offset", 0, "--length", offset)
        self.assertEqual((0, guest()[:offset]), (done.returncode, done.stdout))

    def test_past_the_end(self) -> None:
        largest = (1 << 64) - 1
        for offset, length in (
            (VIRTUAL_SIZE, 1), (0, VIRTUAL_SIZE + 1), (VIRTUAL_SIZE - 1, 2), (1, largest), (largest, 1)
        ):
            with self.subTest(offset=offset, length=length):
                done = self.read(self.image, "-", "--offset", offset, "--length", length)
                self.assert_refused(done, "range-past-end")


class Jobs(Output):
    def test_any_number_gives_the_same_bytes(self) -> None:
        for jobs in (1, 2, 16):
            self.assert_read(guest(), "--jobs", jobs)
