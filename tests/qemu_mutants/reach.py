"""Which functions each of QEMU's own tests runs: a second build of the tools, which counts (gcov).

A change in a function that a test never runs cannot be noticed by it, so that the test need not be tried. Nothing is
known of a test that fails on this build, or that ends a program before it has written its counts.
"""

import json
import re
import subprocess
from pathlib import Path
from typing import Iterable, Mapping, Optional

from tests.qemu_mutants.deadline import Deadline
from tests.qemu_mutants.own_tests import OwnTests
from tests.qemu_mutants.tree import Tree

Functions = frozenset[str]  # each is FILE:FUNCTION
# Without optimization: a function that is inlined into another would not be counted.
COUNTING = ("--enable-gcov", "--extra-cflags=-O0")
ENDS_PROGRAMS = re.compile(r"\b(abort|sigraise|kill)\b")


class Counts:
    """The counts that the programs of one build have left there since they were last taken."""

    def __init__(self, build: Path, files: Iterable[str]) -> None:
        self._objects = build / "libblock.fa.p"
        self._files = sorted(files)

    def take(self) -> Functions:
        """The functions that ran; what is counted begins anew."""
        counts = {file: self._objects / f"block_{file}.gcda" for file in self._files}
        there = {file: path for file, path in counts.items() if path.exists()}
        functions = frozenset(f"{file}:{name}" for file, path in there.items() for name in self._run(path))
        for path in self._objects.parent.rglob("*.gcda"):
            path.unlink()
        return functions

    @staticmethod
    def _run(path: Path) -> list[str]:
        done = subprocess.run(["gcov", "--json-format", "--stdout", path.name], cwd=path.parent, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return functions_run(json.loads(done.stdout))


def functions_run(report: Mapping[str, list[dict[str, list[dict[str, object]]]]]) -> list[str]:
    """The names of those that gcov's report has as executed."""
    return [str(function["name"]) for file in report["files"] for function in file["functions"]
            if function["execution_count"]]


def reach_of(own: OwnTests, programs: Path, counts: Counts, number: str, deadline: Deadline) -> Optional[Functions]:
    """What the test runs; None where nothing is known. One test at a time: the counts are those of all programs."""
    counts.take()
    if ENDS_PROGRAMS.search(own.text(number)) or not own.passes(programs, number, deadline):
        return None
    return counts.take()


def reaches(tree: Tree, own: OwnTests, numbers: Iterable[str], wanted: Functions,
            deadline: Deadline) -> dict[str, list[str]]:
    """Of each test of which something is known, the `wanted` functions that it runs."""
    build = tree.counting(COUNTING)
    counts = Counts(build, tree.texts)
    known = {number: reach_of(own, build, counts, number, deadline) for number in numbers}
    return {number: sorted(functions & wanted) for number, functions in known.items() if functions is not None}
