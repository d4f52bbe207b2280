"""What the tests of the built programs share: where these are, how to call them, what to do when a tool is absent.

The programs under test come from QCOW2_BIN (ctest sets it to that of its own build, sanitizers or not).
"""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("QCOW2_BIN", ROOT / "build/release/bin"))
MODEL = BIN / "qcow2-model"
CONFORM = BIN / "qcow2-conform"
SANITIZED = bool(os.environ.get("QCOW2_SANITIZED"))
CLUSTER_BITS = range(9, 22)
EXTENDED_L2_CLUSTER_BITS = range(14, 22)  # as QEMU has it: 32 subclusters of at least 512 bytes
TIMEOUT_SECONDS = 1500  # a busy machine is no hang

# An ordinary user's PATH ends before the folders where mke2fs is.
os.environ["PATH"] = f"{os.environ.get('PATH', '/usr/bin:/bin')}:/usr/sbin:/sbin"

Completed = subprocess.CompletedProcess


class SystemTest(unittest.TestCase):
    """A test with a directory of its own."""

    def setUp(self) -> None:
        self.dir = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="qcow2-conform-")))

    def run_model(self, *args: object, **kwargs: object) -> Completed:
        return run(MODEL, *args, **kwargs)

    def model_json(self, *args: object) -> object:
        done = self.run_model(*args, "--json")
        self.assertEqual(0, done.returncode, done.stderr)
        return json.loads(done.stdout)

    def assert_one_line(self, done: Completed) -> str:
        """The one line on standard error, without its newline."""
        text = done.stderr.decode()
        self.assertRegex(text, r"\A[^\n]+\n\Z", f"not exactly one line: {text!r}")
        return text[:-1]

    def assert_refused(self, done: Completed, rule: str = "", where: str = "") -> None:
        """Exit 1, and one line that names a rule (the given one) and the place."""
        self.assertEqual(1, done.returncode, f"{done.args}: {done.stderr!r}")
        line = self.assert_one_line(done)
        self.assertRegex(line, rule or r"\b[a-z0-9]+(-[a-z0-9]+)+\b")
        self.assertRegex(line, where or r"\d")

    def assert_usage_error(self, done: Completed) -> None:
        """Exit 2, and one line."""
        self.assertEqual(2, done.returncode, f"{done.args}: {done.stderr!r}")
        self.assert_one_line(done)


def run(*args: object, **kwargs: object) -> Completed:
    """Runs a program to its end, its output captured; a hang is an error, a signal a negative exit status."""
    kwargs.setdefault("stdin", subprocess.DEVNULL)
    kwargs.setdefault("stdout", subprocess.PIPE)
    kwargs.setdefault("timeout", TIMEOUT_SECONDS)
    words = [str(arg) for arg in args]
    return subprocess.run(words, stderr=subprocess.PIPE, check=False, **kwargs)


def tool(name: str, *args: object) -> bytes:
    """The standard output of a tool that must succeed."""
    done = run(name, *args)
    if done.returncode != 0:
        raise AssertionError(f"{name} {args}: exit {done.returncode}: {done.stderr.decode()}")
    return done.stdout


def tool_json(name: str, *args: object) -> object:
    return json.loads(tool(name, *args))


def absent(what: str) -> None:
    """A tool or file that is not there: a skip that is counted, a failure where CI must have it."""
    if os.environ.get("CI") == "true":
        raise AssertionError(f"{what} is absent, and CI=true")
    raise unittest.SkipTest(f"{what} is absent")


def require_tool(name: str) -> None:
    if shutil.which(name) is None:
        absent(name)
