"""Which lines each of QEMU's own tests runs: a second build of the tools, which counts (gcov).

A test that never runs the statement with the change runs as if there were none, so that it need not be tried. Nothing
is known of a test that fails on this build, or that ends a program before it has written its counts. What was counted
is kept in WORK.
"""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Mapping, Optional

from tests.qemu_mutants.c_text import Token, functions_of
from tests.qemu_mutants.catalogue import Change
from tests.qemu_mutants.deadline import Deadline
from tests.qemu_mutants.own_tests import OwnTests
from tests.qemu_mutants.tree import Tree

# Without optimization: a statement that is joined with others would not be counted.
OPTIONS = ("--enable-gcov", "--extra-cflags=-O0")
COUNTING_SECONDS = 1800.0  # for a test; without optimization the longest takes five times as long
ENDS_PROGRAMS = re.compile(r"\b(abort|sigraise|kill)\b")

Counts = dict[int, bool]  # of each line with code, whether it ran


def counts_of(report: Mapping[str, list[dict[str, object]]], file: str) -> Counts:
    """Of `file` itself, from gcov's report, which has the headers too."""
    lines = [line for one in report["files"] if str(one["file"]).endswith(f"/{file}") for line in one["lines"]]
    return {line["line_number"]: line["count"] > 0 for line in lines}


class Counter:
    """What the programs of one build have counted there since it was last taken."""

    def __init__(self, build: Path, files: Iterable[str]) -> None:
        self._objects = build / "libblock.fa.p"
        self._files = sorted(files)

    def take(self) -> dict[str, Counts]:
        """By file; one of which nothing ran is not there. The count begins anew."""
        paths = {file: self._objects / f"block_{file}.gcda" for file in self._files}
        counts = {file: counts_of(self._report(path), file) for file, path in paths.items() if path.exists()}
        for path in self._objects.parent.rglob("*.gcda"):
            path.unlink()
        return counts

    @staticmethod
    def _report(path: Path) -> dict[str, list[dict[str, object]]]:
        done = subprocess.run(["gcov", "--json-format", "--stdout", path.name], cwd=path.parent, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        report: dict[str, list[dict[str, object]]] = json.loads(done.stdout)
        return report


def counted(own: OwnTests, programs: Path, counter: Counter, number: str,
            deadline: Deadline) -> Optional[dict[str, Counts]]:
    """What the test runs; None where nothing is known. One test at a time: the counts are those of all programs."""
    counter.take()
    if ENDS_PROGRAMS.search(own.text(number)) or not own.passes(programs, number, deadline, COUNTING_SECONDS):
        return None
    return counter.take()


def statement(tokens: tuple[Token, ...], begin: int, end: int) -> tuple[int, int]:
    """Where the statement begins and ends, in characters, that holds [begin, end); that of a case label is the whole
    body, for the label says when others run."""
    first = next(index for index, token in enumerate(tokens) if token.end > begin)
    last = max(first, *(index for index, token in enumerate(tokens) if token.begin < end))
    while first > 0 and tokens[first - 1].text not in (";", "{", "}"):
        first -= 1
    while last + 1 < len(tokens) and tokens[last].text not in (";", "{", "}"):
        last += 1
    labels = [index for index in range(first, last) if tokens[index].text == "case"]
    if labels and begin < next(token.end for token in tokens[labels[-1]:] if token.text == ":"):
        return tokens[0].begin, tokens[-1].end
    return tokens[first].begin, tokens[last].end


def lines_of(change: Change, text: str) -> range:
    """The lines of the change's statement in `text`."""
    name = change.name.split(":")[1]
    tokens = next(function.tokens for function in functions_of(text) if function.name == name)
    begin, end = statement(tokens, change.edit.begin, change.edit.end)
    return range(1 + text.count("\n", 0, begin), 2 + text.count("\n", 0, end - 1))


@dataclass(frozen=True)
class Reach:
    """`tests`: of each of which something is known, by file, what ran."""

    tests: Mapping[str, Mapping[str, Counts]]

    def that_may_notice(self, numbers: Iterable[str], change: Change, text: str) -> list[str]:
        """Of these tests those that run the statement of the change in `text`, or may do so."""
        lines = lines_of(change, text)
        return [number for number in numbers if self._may_run(number, change.file, lines)]

    def _may_run(self, number: str, file: str, lines: range) -> bool:
        if number not in self.tests:
            return True
        counts = self.tests[number].get(file)
        if counts is None:
            return False
        ran = [counts[line] for line in lines if line in counts]
        return any(ran) or not ran


def reach_of(tree: Tree, own: OwnTests, numbers: Iterable[str], kept: Path, deadline: Deadline) -> Reach:
    """Of these tests; from the file `kept`, or counted and put there."""
    if not kept.exists():
        build = tree.counting(OPTIONS)
        counter = Counter(build, tree.texts)
        known = {number: counted(own, build, counter, number, deadline) for number in numbers}
        kept.write_text(json.dumps({number: files for number, files in known.items() if files is not None}))
    by_test = json.loads(kept.read_text())
    return Reach({number: {file: {int(line): ran for line, ran in counts.items()} for file, counts in files.items()}
                  for number, files in by_test.items()})
