"""Every implementation that ships, tried for real where it is installed; and what the adapters make of bad ends."""

import json
import shutil
import subprocess
import time
from pathlib import Path

from tests.system.support import CONFORM, ROOT, SystemTest, absent, require_tool, run

IMPLEMENTATIONS = ROOT / "implementations"
PLAIN = ("all-good", "bad-magic")
NOT_OF_RUN = {"7z", "nbdkit", "systemd-import"}  # ./run does not install them; tried where they are


class Judged(SystemTest):
    """A plain image is read right, and a file that is no qcow2 is refused; that needs the canaries to be right too."""

    def judge(self, name: str) -> None:
        cases = [word for case in PLAIN for word in ("--case", case)]
        done = run(CONFORM, "run", "--impl", name, *cases, "--jobs", 1, "--out", self.dir)
        lines = [json.loads(line) for line in (self.dir / "results.jsonl").read_text().splitlines()]
        (implementation,) = lines[0]["implementations"]
        if implementation.get("absent"):
            absent(f"{name}: {implementation['absent']}")
        reads = {line["case"]: line["status"] for line in lines if line.get("op") == "read"}
        self.assertEqual(dict.fromkeys(PLAIN, "pass"), reads, (done.stdout + done.stderr).decode())
        self.assertTrue(implementation["version"], "no version")


def add_judgement(name: str) -> None:
    setattr(Judged, f"test_{name.replace('-', '_')}", lambda self: self.judge(name))


for file in sorted(IMPLEMENTATIONS.glob("*.json")):
    described = json.loads(file.read_text())
    reads = file.name != "schema.json" and "read" in described.get("operations", ["read"])
    if reads and (file.stem not in NOT_OF_RUN or all(map(shutil.which, described.get("needs", [])))):
        add_judgement(file.stem)


class QemuNbdAdapter(SystemTest):
    """A daemon or a copier that dies is no refusal, and nothing is left behind."""

    def setUp(self) -> None:
        super().setUp()
        for name in ("qemu-nbd", "nbdcopy", "qemu-img"):
            require_tool(name)
        self.image = self.dir / "image.qcow2"
        run("qemu-img", "create", "-q", "-f", "qcow2", self.image, "1M")

    def script(self, name: str, text: str) -> Path:
        file = self.dir / name
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
        return file

    def read(self, qemu_nbd: object = "qemu-nbd", nbdcopy: object = "nbdcopy") -> int:
        adapter = IMPLEMENTATIONS / "qemu-nbd/read.sh"
        return run(adapter, qemu_nbd, nbdcopy, self.image, self.dir / "out").returncode

    def assert_nothing_left(self) -> None:
        self.assertEqual([], list(self.dir.glob("nbd.*")))
        time.sleep(0.05)
        self.assertNotEqual(0, run("pgrep", "-f", f"qemu-nbd.*{self.dir}").returncode, "a daemon is left")

    def test_right(self) -> None:
        self.assertEqual(0, self.read())
        self.assertEqual(bytes(1 << 20), (self.dir / "out").read_bytes())
        self.assert_nothing_left()

    def test_refused(self) -> None:
        self.image.write_bytes(b"nothing of the kind")
        self.assertEqual(1, self.read())
        self.assert_nothing_left()

    def test_the_daemon_dies_before_it_listens(self) -> None:
        self.assertEqual(128 + 11, self.read(qemu_nbd=self.script("dies", "kill -SEGV $$")))

    def test_the_copier_dies(self) -> None:
        self.assertEqual(128 + 11, self.read(nbdcopy=self.script("dies", "kill -SEGV $$")))
        self.assert_nothing_left()

    def test_the_copier_fails(self) -> None:
        self.assertEqual(1, self.read(nbdcopy="false"))
        self.assert_nothing_left()

    def test_it_is_told_to_end(self) -> None:
        hang = self.script("hang", "exec sleep 60")
        adapter = [
            str(IMPLEMENTATIONS / "qemu-nbd/read.sh"),
            str(hang),
            "nbdcopy",
            str(self.image),
            str(self.dir / "out"),
        ]
        with subprocess.Popen(adapter) as process:
            time.sleep(0.2)
            process.terminate()
            self.assertEqual(143, process.wait(timeout=10))
        self.assertEqual([], list(self.dir.glob("nbd.*")))
