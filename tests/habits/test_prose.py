"""Prose that is read once: short sentences in README and how-to pages, and none of the constructions of prose.py."""

import re
import unittest
from pathlib import Path

from tests.habits import prose
from tests.habits.tracked import ROOT, tracked

HOW_TO = re.compile(
    r"README\.md|CONTRIBUTING\.md|docs/.+\.md|cases/(?:README|INTERPRETING)\.md|spec/proposal/README\.md"
)


def pages() -> list[str]:
    return [name for name in tracked() if name.endswith(".md")]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def faults(page: str) -> list[str]:
    return [fault for paragraph in prose.paragraphs(page) for fault in prose.constructions(paragraph)]


class Sentences(unittest.TestCase):
    def test_of_the_how_to_pages_are_short(self) -> None:
        names = [name for name in pages() if HOW_TO.fullmatch(name)]
        self.assertGreater(len(names), 8)
        for name in names:
            with self.subTest(name):
                long = [sentence for paragraph in prose.paragraphs(read(name))
                        for sentence in prose.sentences(paragraph) if prose.words(sentence) > prose.WORDS_MAX]
                self.assertEqual([], long)

    def test_of_all_pages_are_well_made(self) -> None:
        for name in pages():
            with self.subTest(name):
                self.assertEqual([], faults(read(name)))

    def test_of_the_cases_are_well_made(self) -> None:
        for path in sorted(Path(ROOT).glob("cases/*/*.json")):
            for key, text in prose.texts_of_case(path).items():
                with self.subTest(case=path.stem, key=key):
                    self.assertEqual([], prose.constructions(text))


class Constructions(unittest.TestCase):
    def test_each_finds_the_wrong_sentence_and_not_the_better_one(self) -> None:
        for name, (_, wrong, better) in prose.CONSTRUCTIONS.items():
            with self.subTest(name):
                self.assertTrue(any(fault.startswith(name) for fault in prose.constructions(wrong)), wrong)
                self.assertEqual([], prose.constructions(better))

    def test_code_tables_of_figures_and_quotations_are_no_prose(self) -> None:
        page = "A `behind` and \"a behind\".\n\n```\nbehind\n```\n\n    behind\n\n| behind |\n"
        self.assertEqual([], faults(page))


if __name__ == "__main__":
    unittest.main()
