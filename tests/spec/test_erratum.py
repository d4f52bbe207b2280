"""spec/erratum.md: each program of the table "in the wild" has its mutant, and the case named tells that one apart."""

import json
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "spec/erratum.md").read_text(encoding="utf-8")
KILLS = set("dafrui!")  # a cell of the kill matrix that counts; "." and "~" do not


def table() -> list[list[str]]:
    """The rows of the table, as cells: who, revision, where, what it computes, on what it fails, mutant."""
    part = PAGE[PAGE.index("<!-- wild -->"):PAGE.index("<!-- end wild -->")]
    rows = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows[1:]]


def in_code(cell: str) -> str:
    found = re.findall(r"`([a-z0-9-]+)`", cell)
    return found[-1] if found else ""


class InTheWild(unittest.TestCase):
    def setUp(self) -> None:
        self.rows = table()
        self.assertGreater(len(self.rows), 10)
        parts = sorted((ROOT / "tests/mutants/parts").glob("*.json"))
        self.mutants = {
            mutant["name"] for path in parts for mutant in json.loads(path.read_text(encoding="utf-8"))["mutants"]
        }
        self.cases = {path.stem for path in ROOT.glob("cases/*/*.json")}

    def test_each_mistake_is_a_mutant_and_fails_on_a_case(self) -> None:
        for who, _, _, _, fails_on, mutant in self.rows:
            with self.subTest(who):
                if not mutant:
                    self.assertEqual("none", fails_on, "a mistake without a mutant")
                    continue
                self.assertIn(in_code(mutant), self.mutants)
                self.assertIn(in_code(fails_on), self.cases)

    def test_the_case_tells_the_mutant_from_the_model(self) -> None:
        matrix = json.loads((ROOT / "docs/kill-matrix.json").read_text(encoding="utf-8"))
        columns = {case["id"]: column for column, case in enumerate(matrix["cases"])}
        cells = {mutant["name"]: mutant["cells"] for mutant in matrix["mutants"]}
        tried = 0
        for who, _, _, _, fails_on, mutant in self.rows:
            # A mutant or case newer than the matrix is tried when the matrix is made anew.
            if in_code(mutant) not in cells or in_code(fails_on) not in columns:
                continue
            tried += 1
            with self.subTest(who):
                self.assertIn(cells[in_code(mutant)][columns[in_code(fails_on)]], KILLS)
        self.assertGreater(tried, 8)


if __name__ == "__main__":
    unittest.main()
