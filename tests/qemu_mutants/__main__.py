"""Mutants of QEMU's own qcow2 code, judged by this suite and by QEMU's own tests. scripts/qemu-mutants calls this.

    python3 -m tests.qemu_mutants [--work DIR] run [--count N] [--only NAME]… [--suite-alone] [--shard I/N] …
    python3 -m tests.qemu_mutants [--work DIR] show NAME        the change, as a diff
    python3 -m tests.qemu_mutants page [RESULTS…]               docs/qemu-mutants.md from the results

A verdict that is in the results is not asked for again, but with --only. Each judge is stopped at its first kill.
"""

import argparse
import difflib
import hashlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Callable, Optional

from tests.qemu_mutants import reach, suite, summary
from tests.qemu_mutants.catalogue import SCOPE, SEED, Change, catalogue
from tests.qemu_mutants.deadline import Deadline, OutOfTime
from tests.qemu_mutants.ledger import KILLED, LIVED, NOT_RUN, OUT_OF_TIME, Header, Ledger, Line, Outcome, merged
from tests.qemu_mutants.own_tests import OwnTests
from tests.qemu_mutants.tree import Tree

ROOT = suite.ROOT
RESULTS = ROOT / "docs/qemu-mutants.jsonl"
PAGE = ROOT / "docs/qemu-mutants.md"
FILES = {file for files in SCOPE.values() for file in files}
OWN_TESTS_SECONDS = 4 * 3600.0
# QEMU's own tests write some megabytes again and again.
IN_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def chosen(changes: list[Change], count: int, only: list[str], shard: str) -> list[Change]:
    """The first `count`, or those named; of these the shard's. SystemExit for a name that there is not."""
    if only:
        by_name = {change.name: change for change in changes}
        if unknown := [name for name in only if name not in by_name]:
            raise SystemExit(f"qemu-mutants: no such mutant: {', '.join(unknown)}")
        return [by_name[name] for name in only]
    number, _, of = shard.partition("/")
    if not (number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise SystemExit(f"qemu-mutants: --shard is I/N with I from 1 to N, not {shard}")
    return changes[:count][int(number) - 1::int(of)]


class Run:
    """A tree, its two judges, and the ledger of what they have said."""

    def __init__(self, options: argparse.Namespace, scratch: Path) -> None:
        self.seconds: float = options.seconds
        self.tree = Tree(options.work, FILES, options.jobs)
        self.tree.make()
        self.own = OwnTests(self.tree.source, self.tree.build, scratch, options.jobs)
        self.reach = reach.Reach({})
        self.ledger = Ledger(options.results)
        self.ledger.begin(Header(self.tree.version(), self.tree.digest(), SEED))
        self.cases = hashlib.sha256((ROOT / "cases/lock.json").read_bytes()).hexdigest()[:16]

    def learn_own_tests(self) -> None:
        """Those that pass on the unchanged build, others count against no mutant; and what they reach."""
        deadline = Deadline(OWN_TESTS_SECONDS)
        if self.ledger.own_tests is None:
            self.ledger.add_own_tests(tuple(self.own.passing(self.tree.unchanged, deadline)))
        kept = self.tree.build.with_name(f"reach-{self.tree.digest()}.json")
        self.reach = reach.reach_of(self.tree, self.own, self.ledger.own_tests or (), kept, deadline)

    def judge(self, change: Change, before: Optional[Line], with_own: bool) -> Line:
        """What is known before is taken over; what is not is asked for."""
        with self.tree.changed(change) as compiles:
            if not compiles:
                return Line(change.name, change.area, False)
            with self.tree.programs() as programs:
                suite_says, own_says = (before.suite, before.own) if before else (None, None)
                if suite_says is None or not suite_says.is_known():
                    suite_says = self.within(lambda deadline: self.by_suite(programs, deadline))
                if with_own and (own_says is None or not own_says.is_known()):
                    own_says = self.within(lambda deadline: self.by_own(change, programs, deadline))
                cases = before.cases if before and suite_says is before.suite else self.cases
                return Line(change.name, change.area, True, suite_says, own_says or Outcome(NOT_RUN), cases)

    def by_suite(self, programs: Path, deadline: Deadline) -> Outcome:
        failing = set(self.ledger.failing)
        try:
            failure, quick = suite.first_kill(programs, self.tree.unchanged, failing, deadline)
        finally:
            self.ledger.add_failing(failing)
        return Outcome(KILLED, str(failure), quick) if failure else Outcome(LIVED)

    def by_own(self, change: Change, programs: Path, deadline: Deadline) -> Outcome:
        numbers = self.reach.that_may_notice(self.ledger.own_tests or (), change, self.tree.texts[change.file])
        number = self.own.first_failure(programs, numbers, deadline)
        return Outcome(KILLED, number) if number else Outcome(LIVED)

    def within(self, judge: Callable[[Deadline], Outcome]) -> Outcome:
        try:
            return judge(Deadline(self.seconds))
        except OutOfTime:
            return Outcome(OUT_OF_TIME)


def run(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="qemu-mutants-", dir=IN_MEMORY) as scratch:
        return run_in(options, Path(scratch))


def run_in(options: argparse.Namespace, scratch: Path) -> int:
    this = Run(options, scratch)
    if not options.suite_alone:
        this.learn_own_tests()
    for change in chosen(catalogue(this.tree.texts, SCOPE), options.count, options.only, options.shard):
        before = this.ledger.lines.get(change.name) if not options.only else None
        if before and (before.has_suite() if options.suite_alone else before.has_both()):
            continue
        line = this.judge(change, before, not options.suite_alone)
        this.ledger.add(line)
        print(f"{line.name}: {said(line)}", flush=True)
    return 0


def said(line: Line) -> str:
    if not line.compiles:
        return "does not compile"
    return "; ".join(f"{who} {outcome.verdict}{' by ' + outcome.by if outcome.by else ''}"
                     for who, outcome in (("suite:", line.suite), ("own tests:", line.own)) if outcome)


def show(options: argparse.Namespace) -> int:
    tree = Tree(options.work, FILES, options.jobs)
    change, = chosen(catalogue(tree.texts, SCOPE), 0, [options.name], "1/1")
    before, after = tree.texts[change.file], change.edit.applied(tree.texts[change.file])
    diff = difflib.unified_diff(before.splitlines(True), after.splitlines(True), change.file, "mutant", n=8)
    sys.stdout.writelines(diff)
    return 0


def page(options: argparse.Namespace) -> int:
    results = merged(options.results_files or [RESULTS])
    arguments = summary.load_arguments()
    for fault in (found := summary.faults(results.lines, arguments)):
        print(fault, file=sys.stderr)
    PAGE.write_text(summary.with_results(PAGE.read_text(), summary.results(results, options.count, arguments)))
    return 1 if found else 0


def main(words: Optional[list[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/qemu-mutants")
    parser.add_argument("--work", type=Path, default=ROOT / "build/qemu-mutants", help="source, build, scratch files")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how much at once")
    commands = parser.add_subparsers(required=True)
    runs = commands.add_parser("run", help="run the mutants that have no result yet")
    runs.add_argument("--count", type=int, default=200, help="how many, in the fixed order")
    runs.add_argument("--only", action="append", default=[], metavar="NAME", help="these alone, again if need be")
    runs.add_argument("--suite-alone", action="store_true", help="QEMU's own tests another time")
    runs.add_argument("--shard", default="1/1", metavar="I/N", help="of N machines, the part of the I-th")
    runs.add_argument("--results", type=Path, default=RESULTS, help="one line a mutant; a shard wants its own")
    runs.add_argument("--seconds", type=float, default=1800.0, help="for a mutant, of each of the two judges")
    runs.set_defaults(command=run)
    shows = commands.add_parser("show", help="print the change of a mutant")
    shows.add_argument("name")
    shows.set_defaults(command=show)
    pages = commands.add_parser("page", help="make docs/qemu-mutants.md")
    pages.add_argument("results_files", nargs="*", type=Path, metavar="RESULTS")
    pages.add_argument("--count", type=int, default=200, help="how many are wanted")
    pages.set_defaults(command=page)
    options = parser.parse_args(words)
    return int(options.command(options))


if __name__ == "__main__":
    sys.exit(main())
