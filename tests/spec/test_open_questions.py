"""spec/open-questions.md: each question has its measurement and a proposed sentence, and the measurements are still
what they were."""

import re
import unittest
from pathlib import Path

from tests.spec.every_block import run_every_block

PAGE = Path(__file__).resolve().parents[2] / "spec/open-questions.md"


class OpenQuestions(unittest.TestCase):
    def test_every_question_is_measured_and_has_a_proposal(self) -> None:
        questions = re.split(r"^## (?=\d)", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
        self.assertEqual(list(range(1, len(questions) + 1)), [int(question.split()[0]) for question in questions])
        for question in questions:
            with self.subTest(question.splitlines()[0]):
                self.assertIn("```console", question)
                self.assertIn("\n> **Proposed.** ", question)

    def test_programs_still_do_what_was_measured(self) -> None:
        run_every_block(self, PAGE)


if __name__ == "__main__":
    unittest.main()
