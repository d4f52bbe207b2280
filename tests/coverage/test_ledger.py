"""The ledger of what is not covered: it misses nothing, and keeps nothing that is no longer so."""

import tempfile
import unittest
from pathlib import Path
from typing import Any

from tests.coverage.ledger import files_of, judge, table

TEXT = """int f(int a) {
  if (a > 0) return 1;
  g();
  h();
  assert(a == 0);
  return a;
}
"""


def line(number: int, count: int, *branches: int) -> dict[str, Any]:
    return {"line_number": number, "count": count, "branches": [{"count": taken} for taken in branches]}


class Ledger(unittest.TestCase):
    def judge(self, places: list[dict[str, str]], *lines: dict[str, Any]) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "f.cpp").write_text(TEXT)
            self.files = list(files_of({"files": [{"file": "f.cpp", "lines": list(lines)}]}, Path(folder)))
        self.groups = [{"reason": "so it is", "places": places}]
        faults, self.excepted = judge(self.files, self.groups)
        return faults

    def test_what_is_reached_is_no_fault(self) -> None:
        self.assertEqual([], self.judge([], line(1, 3), line(2, 3, 1, 2)))

    def test_an_unreached_line_and_branch_are_faults(self) -> None:
        faults = self.judge([], line(2, 3, 0, 3), line(3, 0))
        self.assertEqual(["f.cpp:2: 1 branches are never reached: if (a > 0) return 1;",
                          "f.cpp:3: the line is never reached: g();"], faults)

    def test_branches_of_calls_and_assertions_are_not_looked_at(self) -> None:
        self.assertEqual([], self.judge([], line(3, 3, 0, 3), line(5, 3, 0, 3)))

    def test_an_exception_names_a_line_or_a_stretch(self) -> None:
        unreached = (line(2, 3, 0, 3), line(3, 0), line(4, 0))
        self.assertEqual([], self.judge([{"file": "f.cpp", "text": "if (a > 0) return 1;"},
                                         {"file": "f.cpp", "from": "g();", "to": "h();"}], *unreached))
        self.assertEqual({"f.cpp": 3}, self.excepted)
        self.assertIn("| f.cpp | 3 | 1 | 2 | 1 | 3 |", table(self.files, self.excepted, self.groups))
        self.assertEqual(
            1, len(self.judge([{"file": "f.cpp", "from": "if (a > 0) return 1;", "to": "g();"}], *unreached))
        )

    def test_an_exception_that_is_reached_or_gone_is_a_fault(self) -> None:
        for place in (
            {"file": "f.cpp", "text": "g();"},
            {"file": "f.cpp", "text": "no such line"},
            {"file": "gone.cpp", "text": "g();"},
            {"file": "f.cpp", "from": "g();", "to": "no such line"},
        ):
            with self.subTest(place=place):
                self.assertIn("is reached or gone", self.judge([place], line(3, 1))[0])
