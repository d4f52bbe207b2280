"""The slugs of spec/: unique, written down in spec/slugs.txt for good, each tried by a case and each case about one."""

import json
import re
import subprocess
import unittest
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
LEDGER = ROOT / "spec/slugs.txt"
CLAUSE = re.compile(r"^\*\*\[([^\]]+)\]\*\* ", re.MULTILINE)
LINE = re.compile(
    r"(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)  +(?P<version>\d+\.\d+\.\d+)"
    r"(?:  +level (?P<releveled_in>\d+\.\d+\.\d+): (?P<was>[a-z]+) to (?P<now>[a-z]+))?"
    r"(?:  +(?:withdrawn (?P<withdrawn_in>\d+\.\d+\.\d+): (?P<withdrawn>\S.*)|no case: (?P<no_case>\S.*)))?"
)


class Entry(NamedTuple):
    slug: str
    version: str
    releveled_in: str | None
    was: str | None
    now: str | None
    withdrawn_in: str | None
    withdrawn: str | None
    no_case: str | None


def read_ledger(text: str) -> list[Entry]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [
        Entry(**entry.groupdict()) if (entry := LINE.fullmatch(line)) else Entry(line, "", *[None] * 6)
        for line in lines
    ]


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def newest_version() -> tuple[int, ...]:
    """The version of CMakeLists.txt; while the changelog has changes that are in no release, the minor one after it."""
    cmake = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    major, minor, patch = numbers(re.search(r"\bVERSION (\d+\.\d+\.\d+)", cmake)[1])
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    unreleased = "\n## Unreleased\n" in changelog and f"\n## {major}.{minor}.{patch} " in changelog
    return (major, minor + 1, 0) if unreleased else (major, minor, patch)


class Ledger(unittest.TestCase):
    def setUp(self) -> None:
        self.clauses = CLAUSE.findall((ROOT / "spec/compressed-clusters.md").read_text(encoding="utf-8"))
        self.ledger = read_ledger(LEDGER.read_text(encoding="utf-8"))

    def test_each_line_has_its_form(self) -> None:
        self.assertEqual([], [entry.slug for entry in self.ledger if not entry.version])
        slugs = [entry.slug for entry in self.ledger]
        self.assertEqual(sorted(set(slugs)), slugs, "in alphabetical order, none twice")

    def test_no_line_is_of_a_version_that_is_not_yet(self) -> None:
        now = newest_version()
        for entry in self.ledger:
            with self.subTest(entry.slug):
                self.assertLessEqual(numbers(entry.version), now)
                if entry.releveled_in:
                    self.assertLess(numbers(entry.version), numbers(entry.releveled_in))
                    self.assertLessEqual(numbers(entry.releveled_in), now)
                if entry.withdrawn_in:
                    self.assertLess(numbers(entry.version), numbers(entry.withdrawn_in))
                    self.assertLessEqual(numbers(entry.withdrawn_in), now)

    def test_clauses_and_lines_are_the_same(self) -> None:
        in_force = [entry.slug for entry in self.ledger if not entry.withdrawn]
        self.assertEqual(sorted(self.clauses), in_force)

    def test_the_level_is_the_one_that_the_ledger_ends_with(self) -> None:
        text = (ROOT / "spec/compressed-clusters.md").read_text(encoding="utf-8")
        levels = dict(re.findall(r"^\*\*\[([a-z0-9-]+)\]\*\* \((\w+)\)", text, re.MULTILINE))
        for entry in self.ledger:
            if entry.releveled_in and not entry.withdrawn:
                with self.subTest(entry.slug):
                    self.assertEqual(entry.now, levels[entry.slug])
                    self.assertNotEqual(entry.was, entry.now)

    def test_the_text_says_its_version_and_what_changed(self) -> None:
        text = (ROOT / "spec/compressed-clusters.md").read_text(encoding="utf-8")
        version = re.search(r"^Version (\d+\.\d+\.\d+), \d{4}-\d\d-\d\d\b", text, re.MULTILINE)
        self.assertTrue(version, "no version, or no date")
        self.assertEqual(newest_version(), numbers(version[1]))
        rows = dict(re.findall(r"^\| (\d+\.\d+\.\d+) \| (.+) \|$", text, re.MULTILINE))
        for entry in self.ledger:
            for when in (entry.version, entry.releveled_in, entry.withdrawn_in):
                if when and when != min(rows, key=numbers):
                    with self.subTest(entry.slug):
                        self.assertIn(f"`{entry.slug}`", rows[when])

    def test_no_line_has_gone_away(self) -> None:
        log = subprocess.run(
            ["git", "log", "-p", "--format=", "--", "spec/slugs.txt"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if log.returncode:
            self.skipTest("not a git checkout: nothing to compare with")
        written = {line[1:].split()[0] for line in log.stdout.splitlines() if re.match(r"\+[a-z0-9]", line)}
        self.assertEqual(set(), written - {entry.slug for entry in self.ledger})


class Cases(unittest.TestCase):
    def setUp(self) -> None:
        self.clauses = CLAUSE.findall((ROOT / "spec/compressed-clusters.md").read_text(encoding="utf-8"))
        self.excused = {entry.slug for entry in read_ledger(LEDGER.read_text(encoding="utf-8")) if entry.no_case}
        documents = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("cases/*/*.json"))]
        self.cases = [document for document in documents if document.get("status") != "withdrawn"]
        self.assertTrue(self.cases)

    def test_every_clause_has_a_case(self) -> None:
        tried = {slug for case in self.cases for slug in case["clauses"]}
        self.assertEqual([], [slug for slug in self.clauses if slug not in tried | self.excused])

    def test_no_clause_is_excused_that_has_a_case(self) -> None:
        self.assertEqual(set(), self.excused & {slug for case in self.cases for slug in case["clauses"]})

    def test_every_case_has_a_clause(self) -> None:
        for case in self.cases:
            with self.subTest(case["id"]):
                self.assertTrue(case["clauses"])
                self.assertEqual([], [slug for slug in case["clauses"] if slug not in self.clauses])
                self.assertEqual(len(set(case["clauses"])), len(case["clauses"]))


if __name__ == "__main__":
    unittest.main()
