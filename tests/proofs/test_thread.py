"""spec/thread.md: each claim has a verdict, and what it says is what the commands print."""

import re
import unittest
from pathlib import Path

from tests.spec.every_block import run_every_block

SPEC = Path(__file__).resolve().parents[2] / "spec"
CLAIM = re.compile(r"^### (T\d\d) (.+?)(?:, (commit message|#\d+)| in #\d+| as quoted in #\d+): (.+)$", re.MULTILINE)
VERDICT = re.compile(r"(?:true|false|true only if .+?|not settled here)(?:, by measurement)?(?:, withdrawn in #\d+)?")


class Thread(unittest.TestCase):
    def setUp(self) -> None:
        self.text = (SPEC / "thread.md").read_text(encoding="utf-8")
        self.claims = {
            claim[1]: (claim[4], body)
            for claim, body in zip(
                CLAIM.finditer(self.text), re.split(r"^### T.*\n", self.text, flags=re.MULTILINE)[1:]
            )
        }

    def test_every_claim_is_quoted_judged_and_settled(self) -> None:
        headings = re.findall(r"^### (T\d\d)", self.text, re.MULTILINE)
        self.assertEqual([f"T{number:02}" for number in range(1, len(headings) + 1)], headings)
        self.assertEqual(headings, list(self.claims), "a heading that cannot be read")
        self.assertGreater(len(headings), 40)
        for name, (verdict, body) in self.claims.items():
            with self.subTest(name):
                self.assertRegex(verdict, rf"\A(?:{VERDICT.pattern})\Z")
                self.assertRegex(body, r'\A\n> "', "no quotation")
                if verdict.startswith("not settled here"):
                    self.assertIn("would settle", body)
                elif ", by measurement" in verdict:  # of times, which no block can print
                    self.assertIn("](../docs/performance.md#servers)", body)
                else:
                    self.assertIn("```console", body)

    def test_the_commands_print_what_the_page_says(self) -> None:
        run_every_block(self, SPEC / "thread.md")


if __name__ == "__main__":
    unittest.main()
