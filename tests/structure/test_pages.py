"""The pages that people read: links lead somewhere, figures are those of docs/results.md, the front page is short."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "examples").glob("*.md")]
README = (ROOT / "README.md").read_text()


def anchors(page: Path) -> set[str]:
    """Of its headings, as forges make them."""
    headings = re.findall(r"(?m)^#+ +(.*)$", page.read_text())
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


class Pages(unittest.TestCase):
    def test_every_link_leads_somewhere(self) -> None:
        for page in PAGES:
            for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
                if "://" in target:
                    continue
                name, _, anchor = target.partition("#")
                file = page.parent / name if name else page
                with self.subTest(page=page.name, target=target):
                    self.assertTrue(file.exists())
                    if anchor and file.suffix == ".md" and "spec" not in file.parts:
                        self.assertIn(anchor, anchors(file))

    def test_the_front_page_is_short(self) -> None:
        self.assertLess(len(README.splitlines()), 120)

    def test_the_front_page_has_the_figures_of_the_results(self) -> None:
        results = (ROOT / "docs/results.md").read_text()
        rows = re.findall(r"(?m)^(\| [\w-]+ \| .*\d \|)$", README)
        self.assertGreater(len(rows), 3)
        for row in rows:
            self.assertTrue(row in results, row)
        mutants = re.search(r"(\d+) mutants: (\d+) killed, 1 equivalent, 0 living", results)
        self.assertIsNotNone(mutants, "'all but one' is no longer true")
        self.assertTrue(f"all but one of {mutants[1]} such mutants" in " ".join(README.split()), mutants[0])

    def test_every_page_of_docs_is_named_by_another(self) -> None:
        text = "".join(page.read_text() for page in PAGES)
        for page in (ROOT / "docs").glob("*.md"):
            self.assertTrue(re.search(rf"\]\((docs/)?{re.escape(page.name)}", text), page.name)


if __name__ == "__main__":
    unittest.main()
