"""Prose that is read once: in all pages, cases and messages sentences are short, and well made after prose.py."""

import re
import tempfile
import unittest
from pathlib import Path

from tests.habits import prose
from tests.habits.tracked import ROOT, tracked

# Whose messages users read. The theorems of spec/ are a page of their own (erratum.md), and no message.
SAY = re.compile(
    r"(?:model|conform|command_line)/.+\.(?:cpp|hpp|js)|site/.+\.js"
    r"|(?:generators|scripts|site|implementations|spec|benchmarks|fuzz)/(?!proofs/).+\.py"
)


def pages() -> list[str]:
    return [name for name in tracked() if name.endswith(".md")]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def faults(page: str) -> list[str]:
    return [fault for paragraph in prose.paragraphs(page) for fault in prose.constructions(paragraph)]


class Sentences(unittest.TestCase):
    def test_of_all_pages_are_short(self) -> None:
        self.assertGreater(len(pages()), 60)
        for name in pages():
            with self.subTest(name):
                self.assertEqual([], [sentence for paragraph in prose.paragraphs(read(name))
                                      for sentence in prose.long_sentences(paragraph)])

    def test_of_all_pages_are_well_made(self) -> None:
        for name in pages():
            with self.subTest(name):
                self.assertEqual([], faults(read(name)))

    def test_of_the_cases_are_well_made(self) -> None:
        for path in sorted(Path(ROOT).glob("cases/*/*.json")):
            for key, text in prose.texts_of_case(path).items():
                with self.subTest(case=path.stem, key=key):
                    self.assertEqual([], prose.constructions(text))
                    self.assertEqual([], prose.long_sentences(text))

    def test_of_messages_are_well_made_and_short(self) -> None:
        names = [name for name in tracked() if SAY.fullmatch(name)]
        self.assertGreater(len(names), 200)
        said = 0
        for name in names:
            with self.subTest(name):
                for message in prose.messages(ROOT / name):
                    said += 1
                    for paragraph in re.split(r"\n\s*\n|\n(?=[#*|-])", message):
                        line = " ".join(paragraph.split())
                        self.assertEqual([], prose.constructions(line))
                        self.assertEqual([], prose.long_sentences(line))
        self.assertGreater(said, 1000)


class Constructions(unittest.TestCase):
    def test_each_finds_the_wrong_sentence_and_not_the_better_one(self) -> None:
        for name, (_, wrong, better) in prose.CONSTRUCTIONS.items():
            with self.subTest(name):
                self.assertTrue(any(fault.startswith(name) for fault in prose.constructions(wrong)), wrong)
                self.assertEqual([], prose.constructions(better))

    def test_code_tables_of_figures_and_quotations_are_no_prose(self) -> None:
        page = "A `behind` and \"a behind\".\n\n```\nbehind\n```\n\n    behind\n\n| behind |\n"
        self.assertEqual([], faults(page))

    def test_messages_are_found_in_every_language_and_comments_are_none(self) -> None:
        sources = {
            "one.cpp": '// "this is a comment"\nfail("{}: the image "\n     "leaves the file");  // or "not at all"\n',
            "two.py": '"""A docstring of five words."""\nraise Error(f"{name}: the image leaves the file")\n',
            "three.js": 'say(`${name}: the image ` + "leaves the file");\n',
        }
        with tempfile.TemporaryDirectory() as folder:
            for name, source in sources.items():
                with self.subTest(name):
                    path = Path(folder) / name
                    path.write_text(source, encoding="utf-8")
                    self.assertEqual(1, len(prose.messages(path)))
                    self.assertIn("the image leaves the file", prose.messages(path)[0])


if __name__ == "__main__":
    unittest.main()
