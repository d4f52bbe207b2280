"""QEMU's own tests of the same tree that write compressed clusters, as far as the tools alone can run them.

A test of qemu-iotests is asked for by its number; those that want an emulator or the storage daemon fail on the
unchanged build already, and do not count. A mutant is killed by the first that fails.
"""

import os
import re
import subprocess
from pathlib import Path
from typing import Iterable, Optional

from tests.qemu_mutants.deadline import Deadline, running

TEST_SECONDS = 300.0  # a test takes seconds; one that takes longer than this hangs, and has not passed
COMPRESSES = re.compile(r"convert[^\n]* -c\b|\bwrite[^\n]* -c\b|\bcompress")
# In the place of the emulator and the storage daemon, which are not built.
STAND_IN = "#!/bin/sh\n[ \"$*\" = '-machine help' ]\n"
PASSED = re.compile(r"^Passed all 1 iotests$", re.MULTILINE)


class OwnTests:
    def __init__(self, source: Path, build: Path, work: Path) -> None:
        self._source, self._check = source / "tests/qemu-iotests", build / "tests/qemu-iotests/check"
        self._scratch = work / "iotests"
        self._stand_in = work / "not-built"
        self._stand_in.write_text(STAND_IN)
        self._stand_in.chmod(0o755)
        self._scratch.mkdir(exist_ok=True)

    def candidates(self) -> list[str]:
        """The numbers of the tests that write compressed clusters, by their text."""
        return sorted(file.name for file in self._source.iterdir()
                      if re.fullmatch(r"\d{3}", file.name) and COMPRESSES.search(file.read_text(errors="replace")))

    def passes(self, programs: Path, number: str, deadline: Deadline) -> bool:
        """Whether the test passes on these programs; one that is not run has not passed."""
        environment = {**os.environ, "QEMU_PROG": str(self._stand_in), "TEST_DIR": str(self._scratch),
                       "QEMU_IMG_PROG": str(programs / "qemu-img"), "QEMU_IO_PROG": str(programs / "qemu-io"),
                       "QEMU_NBD_PROG": str(programs / "qemu-nbd"), "QSD_PROG": str(self._stand_in)}
        log = self._scratch.with_suffix(".log")
        words = ["sh", "-c", 'exec >"$1" 2>&1; shift; exec "$@"', "sh", str(log), str(self._check), "-qcow2", number]
        with running(words, self._check.parent, environment) as check:
            try:
                check.wait(min(deadline.left(), TEST_SECONDS))
            except subprocess.TimeoutExpired:
                deadline.left()  # raises where it was the mutant's time that was up, not the test's
        return check.returncode == 0 and PASSED.search(log.read_text(errors="replace")) is not None

    def first_failure(self, programs: Path, numbers: Iterable[str], deadline: Deadline) -> Optional[str]:
        """The number of the first of these tests that does not pass."""
        return next((number for number in numbers if not self.passes(programs, number, deadline)), None)
