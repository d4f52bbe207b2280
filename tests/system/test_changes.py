"""fuzz/changes.py: a few sequences of steps from fixed seeds, by the model and by QEMU."""

import subprocess
import sys

from tests.system.support import MODEL, ROOT, SystemTest, require_tool

SEQUENCES = 20


class Changes(SystemTest):
    def test_model_and_qemu_leave_the_same_disks(self) -> None:
        require_tool("qemu-img")
        require_tool("qemu-io")
        done = subprocess.run([sys.executable, ROOT / "fuzz/changes.py", "--sequences", str(SEQUENCES), "--seed", "1",
                               "--model", MODEL, "--keep", self.dir / "kept"], capture_output=True, text=True,
                              check=False, cwd=ROOT)
        self.assertEqual((0, ""), (done.returncode, done.stderr), done.stdout)
        self.assertRegex(done.stdout, rf"(?m)^ *{SEQUENCES} sequences$")
        for kind in ("write", "write_compressed", "write_zeroes", "discard", "resize", "snapshot_create",
                     "snapshot_delete", "snapshot_apply", "commit", "rebase"):
            self.assertRegex(done.stdout, rf"(?m)^ *[1-9]\d* step {kind}$")
