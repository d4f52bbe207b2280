"""modify: nothing is lost, whatever happens meanwhile."""

import errno
import os

from tests.system import image as small
from tests.system.changing import Chained, write
from tests.system.image import CLUSTER_SIZE, VIRTUAL_SIZE
from tests.system.support import BIN, Completed, absent

FAULTS = BIN / "fault-injection.so"


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
