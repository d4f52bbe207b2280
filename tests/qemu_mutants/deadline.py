"""A point in time by which something must be over, and the end of a group of processes that is not."""

import os
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator


class OutOfTime(Exception):
    """The mutant's time is up; nothing is known of it."""


class Deadline:
    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds; OutOfTime where none are left."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return left


@contextmanager
def running(words: list[str], folder: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a process group of its own, whose whole group is ended when the caller is done with it."""
    with subprocess.Popen(words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, start_new_session=True) as program:
        try:
            yield program
        finally:
            if program.poll() is None:
                # The runner ends what it has started; others are given no choice.
                os.killpg(program.pid, signal.SIGTERM)
                try:
                    program.wait(20)
                except subprocess.TimeoutExpired:
                    pass
            try:
                os.killpg(program.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
