"""QEMU's own tests of the same tree that write compressed clusters, as far as the tools alone can run them.

A test of qemu-iotests is asked for by its number; those that want an emulator or the storage daemon fail on the
unchanged build already, and do not count. A mutant is killed by the first that fails, and no other is begun then.
"""

import os
import queue
import re
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Optional, Sequence

from tests.qemu_mutants.deadline import Deadline, running

TEST_SECONDS = 300.0  # a test takes seconds; one that takes longer than this hangs, and has not passed
COMPRESSES = re.compile(r"convert[^\n]* -c\b|\bwrite[^\n]* -c\b|\bcompress")
# In the place of the emulator and the storage daemon, which are not built.
STAND_IN = "#!/bin/sh\n[ \"$*\" = '-machine help' ]\n"
PASSED = re.compile(r"^Passed all 1 iotests$", re.MULTILINE)


class OwnTests:
    """`jobs` tests at once, each in a folder of its own under `scratch`."""

    def __init__(self, source: Path, build: Path, scratch: Path, jobs: int = 1) -> None:
        self._source, self._check = source / "tests/qemu-iotests", build / "tests/qemu-iotests/check"
        self._stand_in = scratch / "not-built"
        self._stand_in.write_text(STAND_IN)
        self._stand_in.chmod(0o755)
        self._jobs = jobs
        self._folders: queue.Queue[Path] = queue.Queue()
        for number in range(jobs):
            folder = scratch / f"iotests-{number + 1}"
            folder.mkdir()
            self._folders.put(folder)

    def candidates(self) -> list[str]:
        """The numbers of the tests that write compressed clusters, by their text."""
        return sorted(file.name for file in self._source.iterdir()
                      if re.fullmatch(r"\d{3}", file.name) and COMPRESSES.search(self.text(file.name)))

    def text(self, number: str) -> str:
        return (self._source / number).read_text(errors="replace")

    def passing(self, programs: Path, deadline: Deadline) -> list[str]:
        """Of the candidates those that pass on these programs, the quickest first."""
        def seconds(number: str) -> Optional[float]:
            start = time.monotonic()
            return time.monotonic() - start if self.passes(programs, number, deadline) else None

        with ThreadPoolExecutor(self._jobs) as pool:
            numbers = self.candidates()
            taken = {number: took for number, took in zip(numbers, pool.map(seconds, numbers)) if took is not None}
        return sorted(taken, key=lambda number: taken[number])

    def passes(self, programs: Path, number: str, deadline: Deadline, seconds: float = TEST_SECONDS) -> bool:
        """Whether the test passes on these programs in time; one that is not run has not passed."""
        folder = self._folders.get()
        try:
            return self._passes(programs, number, min(deadline.left(), seconds), folder, deadline)
        finally:
            self._folders.put(folder)

    def _passes(self, programs: Path, number: str, seconds: float, folder: Path, deadline: Deadline) -> bool:
        environment = {**os.environ, "QEMU_PROG": str(self._stand_in), "TEST_DIR": str(folder),
                       "SOCK_DIR": str(folder), "QEMU_IMG_PROG": str(programs / "qemu-img"),
                       "QEMU_IO_PROG": str(programs / "qemu-io"), "QEMU_NBD_PROG": str(programs / "qemu-nbd"),
                       "QSD_PROG": str(self._stand_in)}
        log = folder.with_suffix(".log")
        words = ["sh", "-c", 'exec >"$1" 2>&1; shift; exec "$@"', "sh", str(log), str(self._check), "-qcow2", number]
        with running(words, self._check.parent, environment) as check:
            try:
                check.wait(seconds)
            except subprocess.TimeoutExpired:
                deadline.left()  # raises where it was the mutant's time that was up, not the test's
        return check.returncode == 0 and PASSED.search(log.read_text(errors="replace")) is not None

    def first_failure(self, programs: Path, numbers: Sequence[str], deadline: Deadline) -> Optional[str]:
        """The number of a test that does not pass; none is begun after one has failed."""
        failed = threading.Event()

        def fails(number: str) -> bool:
            if failed.is_set() or self.passes(programs, number, deadline):
                return False
            failed.set()
            return True

        with ThreadPoolExecutor(self._jobs) as pool:
            return next((number for number, does in zip(numbers, list(pool.map(fails, numbers))) if does), None)
