"""spec/registers.md: each entry in the fixed form, about clauses and cases that there are, and still so."""

import re
import unittest
from pathlib import Path

from tests.spec.every_block import run_every_block

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "spec/registers.md"
FORM = re.compile(
    r"### (?P<name>[PR]\d+) .+\n\n"
    r"- Clause: (?P<clause>.+)\n"
    r"- Written by QEMU: (?:no|yes).*\n"
    r"- Last version affected: \d+\.\d+\.\d+.*\n"
    r"- Case: (?P<cases>.+)\n\n"
)


class Registers(unittest.TestCase):
    def setUp(self) -> None:
        text = PAGE.read_text(encoding="utf-8")
        self.entries = [FORM.match(entry) or entry for entry in re.split(r"(?m)^(?=### )", text)[1:]]

    def test_each_entry_is_in_the_form(self) -> None:
        self.assertEqual([], [entry.splitlines()[0] for entry in self.entries if isinstance(entry, str)])
        names = [entry["name"] for entry in self.entries]
        for letter in "PR":
            of_one = [name for name in names if name[0] == letter]
            self.assertEqual([f"{letter}{number}" for number in range(1, len(of_one) + 1)], of_one)
            self.assertTrue(of_one)

    def test_clauses_and_cases_are_there(self) -> None:
        clauses = (ROOT / "spec/compressed-clusters.md").read_text(encoding="utf-8")
        cases = {path.stem for path in ROOT.glob("cases/*/*.json")}
        for entry in self.entries:
            with self.subTest(entry["name"]):
                for slug in re.findall(r"\[([a-z0-9-]+)\]", entry["clause"]):
                    self.assertIn(f"**[{slug}]**", clauses)
                named = re.findall(r"`([a-z0-9-]+)`", entry["cases"])
                self.assertTrue(named)
                self.assertLessEqual(set(named), cases)

    def test_qemu_still_does_it(self) -> None:
        run_every_block(self, PAGE)


if __name__ == "__main__":
    unittest.main()
