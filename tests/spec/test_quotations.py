"""What spec/ quotes of the published document is in it, word for word.

QCOW2_RST names a copy of QEMU's docs/interop/qcow2.rst (or .txt). Without it these tests are not there,
and ./test says so."""

import os
import re
import unittest
from pathlib import Path

from tests.spec.optional import only_with

SPEC = Path(__file__).resolve().parents[2] / "spec"
CLAUSE = re.compile(r"^\*\*\[([a-z0-9-]+)\]\*\* .+?\n\n((?:> [^\n]*\n)+)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"<!-- quotation: (before|after) -->\n```text\n(.+?)\n```", re.DOTALL)
QUOTED_WITH_LEAVE_OUT = re.compile(r"\s*\[?…\]?\s*")


def plain(text: str) -> str:
    """Without line breaks, marks of the format and capitals, which differ between the .txt and the .rst."""
    return " ".join(re.sub(r"``|::|[`\"\\]", "", text).split()).casefold()


def quotations(ground: str) -> list[str]:
    """The quoted words of a ground, but those of RFC 8878."""
    words = " ".join(ground.replace("\n> ", " ").split())
    found = []
    for sentence in re.split(r"(?<=[.;)]) ", words):
        if "RFC 8878" in sentence:
            continue
        found += re.findall(r'"([^"]+)"', sentence)
    return found


@only_with("QCOW2_RST")
class Quotations(unittest.TestCase):
    def setUp(self) -> None:
        self.document = plain(Path(os.environ["QCOW2_RST"]).read_text(encoding="utf-8"))

    def assert_quoted(self, quotation: str) -> None:
        for part in QUOTED_WITH_LEAVE_OUT.split(quotation):
            self.assertIn(plain(part).rstrip("."), self.document)

    def test_of_the_clauses(self) -> None:
        text = (SPEC / "compressed-clusters.md").read_text(encoding="utf-8")
        tried = 0
        for slug, ground in CLAUSE.findall(text):
            for quotation in quotations(ground):
                tried += 1
                with self.subTest(slug):
                    self.assert_quoted(quotation)
        self.assertGreater(tried, 80)

    def test_of_the_errata(self) -> None:
        blocks = BLOCK.findall((SPEC / "erratum.md").read_text(encoding="utf-8"))
        self.assertEqual(["before", "after"], [when for when, _ in blocks])
        for when, block in blocks:
            for paragraph in re.split(r"\n\s*\n", block)[1:]:
                with self.subTest(when):
                    if when == "before":
                        self.assertNotIn(plain(paragraph), self.document)
                    elif not paragraph.lstrip().startswith("Bit"):  # a later sentence follows in this one
                        self.assertIn(plain(paragraph), self.document)

    def test_of_the_open_questions(self) -> None:
        text = (SPEC / "open-questions.md").read_text(encoding="utf-8")
        for number, said in re.findall(r'^## (\d+) .+?\n\n(.+?)```', text, re.MULTILINE | re.DOTALL):
            for quotation in re.findall(r'"([^"]+)"', " ".join(said.split())):
                with self.subTest(question=number):
                    if quotation not in ("Decompression stops", "12345678", "This is always 0"):
                        self.assert_quoted(quotation)


if __name__ == "__main__":
    unittest.main()
