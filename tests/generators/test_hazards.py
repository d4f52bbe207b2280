"""The hazard table: whole, true to the cases that it names, and the page that is made of it up to date."""

import re
import unittest
from pathlib import Path
from typing import Any

from generators.case.case import Case, load_json
from generators.case.errors import CaseError
from generators.cli import HAZARDS, HAZARDS_PAGE, Project
from generators.hazards import fields, hazards_page, lint_hazards
from generators.reach import reach
from tests.generators.hazard_columns import asks
from tests.generators.project import ROOT

PROJECT = Project(str(ROOT))
OPERATIONS = {"reading": "read", "ranges": "read-range", "checking": "check", "writing": "write", "changing": "modify"}
WIDTH = re.compile(r"2\^(\d+)")


def table(field: Any = "[l2-walk] says so.", **more: Any) -> dict[str, Any]:
    row = {"name": "a row", "fields": {"one": ["plain"], "two": field}, **more}
    part = {"title": "A part", "about": "About it.", "columns": ["one", "two"], "rows": [row] * 10}
    return {"schema": 1, "parts": [part]}


class Lint(unittest.TestCase):
    cases = [Case("cases/range/plain.json", "range", b"", {"id": "plain"}),
             Case("cases/range/gone.json", "range", b"", {"id": "gone", "status": "withdrawn"})]

    def assert_refused(self, message: str, hazards: dict[str, Any]) -> None:
        with self.assertRaisesRegex(CaseError, message):
            lint_hazards(hazards, self.cases, {"l2-walk"})

    def test_a_whole_table_passes(self) -> None:
        lint_hazards(table(["plain"]), self.cases, {"l2-walk"})

    def test_an_empty_field(self) -> None:
        for empty in ([], ""):
            self.assert_refused("A part, a row, two: the field has neither a case nor a reason", table(empty))
        self.assert_refused("neither a case nor a reason", table(fields={"one": ["plain"]}))

    def test_a_case_that_is_not_there_or_not_in_force(self) -> None:
        for name in ("strange", "gone"):
            self.assert_refused(f"there is no case '{name}', or it is withdrawn", table([name]))

    def test_a_reason_that_rests_on_nothing(self) -> None:
        self.assert_refused("a reason cites a clause in brackets, or begins with 'Limit: '", table("Not needed."))
        self.assert_refused("the spec has no clause 'strange'", table("[strange] says so."))

    def test_a_reason_for_too_many_fields(self) -> None:
        self.assert_refused("10 of 20 fields have the reason", table("Limit: there is no such machine."))

    def test_a_column_that_the_part_does_not_have(self) -> None:
        self.assert_refused("the part has no column 'three'", table(fields={"one": ["plain"], "three": ["plain"]}))


class Table(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.cases, clauses = PROJECT.linted()
        cls.slugs = {clause["slug"] for clause in clauses}
        cls.by_id = {case.id: case for case in cls.cases}
        cls.reached: dict[str, dict[str, dict[str, set[int]]]] = {}
        cls.hazards = load_json(PROJECT.path(HAZARDS), HAZARDS)

    def test_it_is_whole(self) -> None:
        lint_hazards(self.hazards, self.cases, self.slugs)
        self.assertGreater(sum(1 for _ in fields(self.hazards)), 500)

    def test_the_page_is_made_of_it(self) -> None:
        page = Path(PROJECT.path(HAZARDS_PAGE)).read_text(encoding="ascii")
        self.assertEqual(hazards_page(self.hazards, self.cases), page, "run 'python3 -m generators hazards'")

    def test_cases_reach_the_widths_for_which_they_are_named(self) -> None:
        held = 0
        for row in self.hazards["parts"][0]["rows"]:
            quantity, _, kind = row["name"].rpartition(", ")
            for column, field in row["fields"].items():
                width = WIDTH.fullmatch(column)
                if not width or not isinstance(field, list):
                    continue
                largest = [max(self.values_of(name, OPERATIONS[kind], quantity), default=0) for name in field]
                limit = 1 << int(width[1])
                # Some are there for what is just below.
                self.assertGreaterEqual(max(largest), limit, f"{row['name']}, {column}")
                self.assertGreaterEqual(min(largest), limit // 2, f"{row['name']}, {column}")
                held += len(field)
        self.assertGreater(held, 200)

    def values_of(self, name: str, op: str, quantity: str) -> set[int]:
        if name not in self.reached:
            self.reached[name] = reach(self.by_id[name])
        return self.reached[name][op][quantity]

    def test_cases_are_what_their_row_and_column_say(self) -> None:
        held = 0
        for part in self.hazards["parts"]:
            for row in part["rows"]:
                for column, field in row["fields"].items():
                    asked = asks(part["title"], row["name"], column)
                    for name in field if isinstance(field, list) else []:
                        with self.subTest(part["title"], row=row["name"], column=column, case=name):
                            self.assertTrue(all(holds(self.by_id[name]) for holds in asked))
                        held += len(asked)
        self.assertGreater(held, 200)


if __name__ == "__main__":
    unittest.main()
