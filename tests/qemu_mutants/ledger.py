"""What is known of each mutant, a line each; an interrupted run goes on where its file ends.

The first line is the header {type, qemu, source, seed}: the package's version, the digest of the texts that changes are
named in, and the seed of their order. Of the unchanged build, a line {type: "own-tests", numbers} has those of QEMU's
own tests that pass, and lines {type: "failing", operations} those of this suite that fail. A mutant's line is {type,
name, area, compiles, suite, own, cases}, where suite and own are {verdict, by, quick}; verdict is killed, lived,
out-of-time or not-run. A later line of the same name holds.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Optional

KILLED, LIVED, OUT_OF_TIME, NOT_RUN = "killed", "lived", "out-of-time", "not-run"


@dataclass(frozen=True)
class Header:
    qemu: str
    source: str
    seed: int


@dataclass(frozen=True)
class Outcome:
    """`by` says what killed first; `quick` whether it is a case of `run --quick`."""

    verdict: str
    by: str = ""
    quick: bool = False

    def is_known(self) -> bool:
        return self.verdict in (KILLED, LIVED)


@dataclass(frozen=True)
class Line:
    """`cases` is the digest of cases/lock.json that the suite's verdict rests on; without `compiles` there are none."""

    name: str
    area: str
    compiles: bool
    suite: Optional[Outcome] = None
    own: Optional[Outcome] = None
    cases: str = ""

    def has_both(self) -> bool:
        """Nothing is left to be run."""
        return not self.compiles or all(one is not None and one.is_known() for one in (self.suite, self.own))

    def has_suite(self) -> bool:
        """This suite's verdict is there."""
        return not self.compiles or (self.suite is not None and self.suite.is_known())

    def killed_by(self) -> tuple[bool, bool]:
        """By the suite, by QEMU's own tests."""
        suite, own = (one is not None and one.verdict == KILLED for one in (self.suite, self.own))
        return suite, own


class Ledger:
    """A file of lines; nothing is kept in memory that is not in the file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.header: Optional[Header] = None
        self.own_tests: Optional[tuple[str, ...]] = None
        self.failing: set[str] = set()
        self.lines: dict[str, Line] = {}
        self.first: dict[str, Line] = {}
        if file.exists():
            self._load()

    def begin(self, header: Header) -> None:
        """Writes the header of a new file. SystemExit where the file is another source's."""
        if self.header is None:
            self._append({"type": "header", **asdict(header)})
            self.header = header
        elif (self.header.qemu, self.header.source) != (header.qemu, header.source):
            raise SystemExit(f"qemu-mutants: {self.file} is of QEMU {self.header.qemu}, this is {header.qemu}")

    def add_own_tests(self, numbers: tuple[str, ...]) -> None:
        self._append({"type": "own-tests", "numbers": numbers})
        self.own_tests = numbers

    def add_failing(self, operations: set[str]) -> None:
        """Nothing is written where all of them are there."""
        if new := operations - self.failing:
            self._append({"type": "failing", "operations": sorted(new)})
            self.failing |= new

    def add(self, line: Line) -> None:
        self._append({"type": "mutant", **asdict(line)})
        self._keep(line)

    def _keep(self, line: Line) -> None:
        self.lines[line.name] = line
        if line.has_suite():
            self.first.setdefault(line.name, line)

    def _append(self, document: dict[str, Any]) -> None:
        with self.file.open("a") as stream:
            stream.write(json.dumps(document) + "\n")

    def _load(self) -> None:
        for text in self.file.read_text().splitlines():
            document = json.loads(text)
            kind = document.pop("type")
            if kind == "header":
                self.header = Header(**document)
            elif kind == "own-tests":
                self.own_tests = tuple(document["numbers"])
            elif kind == "failing":
                self.failing.update(document["operations"])
            else:
                for key in ("suite", "own"):
                    document[key] = Outcome(**document[key]) if document[key] else None
                self._keep(Line(**document))


@dataclass(frozen=True)
class Results:
    """What is known of one source; `own_tests` may be none yet. `first` has the first verdict of this suite on each
    mutant, which no case had been written for."""

    header: Header
    own_tests: tuple[str, ...]
    lines: dict[str, Line]
    first: dict[str, Line]


def merged(files: list[Path]) -> Results:
    """Of shards of one run; SystemExit where they are of different sources, or there is none."""
    ledgers = [Ledger(file) for file in files]
    headers = {(one.header.qemu, one.header.source) for one in ledgers if one.header}
    if len(headers) != 1 or any(one.header is None for one in ledgers):
        raise SystemExit("qemu-mutants: the results are not of one source: " + ", ".join(map(str, files)))
    header = ledgers[0].header
    assert header is not None
    own_tests = next((ledger.own_tests for ledger in ledgers if ledger.own_tests), ())
    return Results(header, own_tests, {name: line for ledger in ledgers for name, line in ledger.lines.items()},
                   {name: line for ledger in ledgers for name, line in ledger.first.items()})
