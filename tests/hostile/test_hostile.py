"""Hostile readers: a run on them ends in time, leaves no process and no file, and all its reports are well-formed.

Each is tried as we are, by root without name spaces, and by an ordinary user.
"""

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path

from tests.hostile.support import AS_NOBODY, WITHOUT_NAME_SPACES, HostileTest
from tests.system.support import ROOT

# What becomes of the case; nothing: it depends on what holds the reader.
ANSWERS = {
    "hops-groups": "pass",
    "chain-of-sessions": "pass",
    "forks-on": "pass",
    "folders-nobody-enters": "pass",
    "deep-folders": "pass",
    "floods": "resource",
    "multiplies": "resource",
    "locks-its-folder": None,
    "output-is-a-link": None,
    "output-is-a-second-name": None,
    "output-is-a-pipe": None,
    "paints": None,
    "speaks-no-utf-8": None,
}
HANGS = ("ignores-sigterm", "slow-child", "closes-its-output", "stops-its-parent",
         "kills-its-parent")
ADAPTERS = ("long-name", "painted-name", "painted-version", "painted-key", "deep", "closes-and-hangs", "answers")
SECONDS_MAX = 300  # on a busy machine


class Hostile(HostileTest):
    def try_reader(self, name: str, seconds: float) -> set[str]:
        ran = self.run_reader(name, seconds)
        self.assert_nothing_left()
        self.assert_well_formed(ran)
        self.assertLess(ran.seconds, SECONDS_MAX)
        return ran.statuses()

    def test_readers_that_answer(self) -> None:
        for name, status in ANSWERS.items():
            with self.subTest(name):
                statuses = self.try_reader(name, 20)
                if status:
                    self.assertEqual({status}, statuses)

    def test_readers_that_hang(self) -> None:
        for name in HANGS:
            with self.subTest(name):
                self.assertLessEqual(self.try_reader(name, 1), {"timeout", "crash", "pass"})

    def test_adapters(self) -> None:
        for fault in ADAPTERS:
            with self.subTest(fault):
                ran = self.run_on("--adapter", f"{self.readers / 'adapter'} {fault}", "--timeout", "1.5")
                self.assert_nothing_left()
                self.assert_well_formed(ran)

    def test_what_a_reader_is_called(self) -> None:
        ran = self.run_on("--read-cmd", "false {image} {out}", "--name", "\x1b[31m" + "n" * 60000)
        self.assertEqual(2, ran.status)
        self.assert_well_formed(self.run_described(name="n" * 60000, status=2))

    def test_what_a_version_is_called(self) -> None:
        ran = self.run_described(version_command=[str(self.readers / "paints"), "-"])
        self.assert_well_formed(ran)

    def run_described(self, status: int | None = None, **more: object) -> object:
        file = self.dir / "reader.json"
        read = {"command": [str(self.readers / "paints"), "{image}", "{out}"], "accept_exit": [0], "reject_exit": [1]}
        reader = {"schema": 1, "name": "reader", "features": [], "operations": {"read": read}}
        file.write_text(json.dumps(reader | more))
        file.chmod(0o644)
        ran = self.run_on("--impl", str(file))
        if status is not None:
            self.assertEqual(status, ran.status, ran.said)
            ran.status = 1
        return ran

    def test_a_killed_run_leaves_no_process_and_the_next_one_no_folder(self) -> None:
        for name in ("slow-child", "chain-of-sessions"):
            with self.subTest(name):
                run = subprocess.Popen(self.command("--read-cmd", f"{self.readers / name} {{image}} {{out}}"),
                                       env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                self.wait_for(lambda: len(self.processes()) > 3)
                run.kill()
                run.wait()
                self.wait_for(lambda: not self.processes())
                self.run_on("--read-cmd", "false {image} {out}")
                self.assert_nothing_left()

    def test_ctrl_c_ends_all(self) -> None:
        run = subprocess.Popen(self.command("--read-cmd", f"{self.readers / 'ignores-sigterm'} {{image}} {{out}}"),
                               env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_for(lambda: len(self.processes()) > 3)
        run.send_signal(signal.SIGINT)
        self.assertEqual(-signal.SIGINT, run.wait(SECONDS_MAX))
        self.assert_nothing_left()

    def wait_for(self, condition: object) -> None:
        deadline = time.monotonic() + SECONDS_MAX
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def holds(self, what: str) -> bool:
        return what in json.loads((self.out / "summary.json").read_text())["confinement"]

    def test_the_corpus_is_not_seen(self) -> None:
        for name in ("hands-out-the-expected", "looks-around"):
            with self.subTest(name):
                ran = self.run_reader(name)
                self.assert_well_formed(ran)
                if self.holds("corpus hidden"):
                    self.assertNotEqual(0, ran.status, ran.said)

    def test_a_changed_corpus_is_noticed(self) -> None:
        before = (self.corpus / "guest/least-size-field.raw").read_bytes()
        ran = self.run_reader("writes-into-the-corpus")
        after = (self.corpus / "guest/least-size-field.raw").read_bytes()
        self.assert_well_formed(ran)
        if self.holds("corpus hidden"):
            self.assertEqual(before, after)
            self.assertEqual(0, ran.status, ran.said)
        else:
            self.assertNotEqual(before, after)
            self.assertEqual(5, ran.status, ran.said)

    def test_an_output_that_is_a_link_is_none(self) -> None:
        for name in ("output-is-a-link", "output-is-a-second-name"):
            with self.subTest(name):
                ran = self.run_on("--read-cmd", f"{self.readers / name} {{image}} {{out}}")
                self.assertNotIn("pass", ran.statuses())


class WithoutNameSpaces(Hostile):
    prefix = WITHOUT_NAME_SPACES

    def test_it_says_so(self) -> None:
        ran = self.run_on("--read-cmd", "false {image} {out}")
        self.assertIn("not: network (no name space: Operation not permitted)", " ".join(ran.said.split()))


class AsNobody(Hostile):
    prefix = AS_NOBODY

    def programs(self) -> tuple[Path, Path, Path]:
        """An installation, for the checkout may be for its owner alone."""
        *programs, readers = super().programs()
        (self.dir / "bin").mkdir()
        conform, model = (Path(shutil.copy(program, self.dir / "bin")) for program in programs)
        shutil.copytree(ROOT / "implementations", self.dir / "share/qcow2-conform/implementations")
        return conform, model, shutil.copytree(readers, self.dir / "readers")
