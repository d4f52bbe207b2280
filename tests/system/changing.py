"""Images that steps change, for the tests of modify."""

import json
import os
from pathlib import Path
from typing import Any

from tests.system.image import CLUSTER_SIZE, L2_ENTRIES, VIRTUAL_SIZE
from tests.system.support import Completed, SystemTest, require_tool, run, tool

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
