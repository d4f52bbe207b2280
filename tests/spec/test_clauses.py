"""spec/compressed-clusters.md: clauses in one form, each with its ground, references that lead somewhere, examples that
are right."""

import re
import subprocess
import sys
import unittest
from pathlib import Path

SPEC = Path(__file__).resolve().parents[2] / "spec"
sys.path[:0] = [str(SPEC), str(SPEC / "proofs")]

import console  # noqa: E402  (found by the line above)
import readings  # noqa: E402

TEXT = (SPEC / "compressed-clusters.md").read_text(encoding="utf-8")
PAGES = sorted(SPEC.glob("*.md"))
CLAUSE = re.compile(
    r"^\*\*\[([a-z0-9-]+)\]\*\* \((must|should|may|unspecified)\) (.+?)\n\n(> .+?)\n\n", re.MULTILINE | re.DOTALL
)
LEVELS = {slug: level for slug, level, _, _ in CLAUSE.findall(TEXT)}
STAGES = {"open", "header", "l1", "l2", "descriptor", "extent", "decompress", "length"}


def anchors(text: str) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


class Clauses(unittest.TestCase):
    def test_every_clause_is_read(self) -> None:
        begun = re.findall(r"^\*\*\[([^\]]+)\]\*\*", TEXT, re.MULTILINE)
        self.assertEqual(begun, list(LEVELS), "a clause that is not in the form, or a slug twice")
        self.assertGreater(len(begun), 40)

    def test_every_clause_has_its_ground(self) -> None:
        for slug, level, sentence, ground in CLAUSE.findall(TEXT):
            with self.subTest(slug):
                self.assertRegex(ground, r"\A> (Rests on: |Derived: )")
                quotations = re.findall(r'"([^"]+)"', " ".join(ground.replace("\n> ", " ").split()))
                if ground.startswith("> Rests on:"):
                    self.assertTrue(quotations, "rests on no quotation")
                for quotation in quotations:
                    self.assertLess(len(quotation), 170, "the document is under the GPL: short quotations")
                for stages in re.findall(r"\(stage: ([^)]+)\)", " ".join(sentence.split())):
                    self.assertLessEqual(set(stages.split(" or ")), STAGES)

    def test_references_lead_to_clauses(self) -> None:
        for page in PAGES:
            text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
            for slug in re.findall(r"\[([a-z0-9]+(?:-[a-z0-9]+)+)\](?!\()", text):
                with self.subTest(page=page.name, slug=slug):
                    self.assertIn(slug, LEVELS)

    def test_links_lead_to_headings(self) -> None:
        for page in PAGES:
            for name, anchor in re.findall(r"\]\(([\w-]+\.md)?(?:#([^)]+))?\)", page.read_text(encoding="utf-8")):
                with self.subTest(page=page.name, link=f"{name}#{anchor}"):
                    target = SPEC / (name or page.name)
                    self.assertTrue(target.exists())
                    if anchor:
                        self.assertIn(anchor, anchors(target.read_text(encoding="utf-8")))

    def test_every_unspecified_point_is_an_open_question(self) -> None:
        asked = (SPEC / "open-questions.md").read_text(encoding="utf-8")
        unspecified = [slug for slug, level in LEVELS.items() if level == "unspecified"]
        self.assertEqual([], [slug for slug in unspecified if f"[{slug}]" not in asked])


class Examples(unittest.TestCase):
    def test_fields_of_the_entries(self) -> None:
        rows = re.findall(r"^\| (\d+) \| (\d+) \| (0x[0-9a-f]{16}) \| (\d+) \| (\d+) \|$", TEXT, re.MULTILINE)
        self.assertGreaterEqual(len(rows), 6)
        for cluster_bits, x, entry, host_offset, n in rows:
            bits, value = int(cluster_bits), int(entry, 16)
            self.assertEqual(
                (int(x), int(host_offset), int(n)),
                (readings.x(bits), readings.host_offset(value, bits), readings.additional_sectors(value, bits)), entry)

    def test_extents_of_the_entries(self) -> None:
        rows = re.findall(
            r"^\| (\d+) \| (0x[0-9a-f]{16}) \| (\d+) \| (\d+) \| (?:.* = )?(\d+) \| \[(\d+), (\d+)\) \|$",
            TEXT,
            re.MULTILINE,
        )
        self.assertGreaterEqual(len(rows), 6)
        for cluster_bits, entry, r, n, available, begin, end in rows:
            extent = readings.extent(int(entry, 16), int(cluster_bits))
            self.assertEqual((int(begin), int(available)), extent, entry)
            self.assertEqual(int(end), sum(extent), entry)
            self.assertEqual(
                (int(r), int(n)),
                (int(begin) % 512, readings.additional_sectors(int(entry, 16), int(cluster_bits))),
                entry,
            )

    def test_generated_figures_are_those_of_the_model(self) -> None:
        model = console.BIN / "qcow2-model"
        if not model.exists():
            self.skipTest(f"{model} is not built")
        done = subprocess.run(
            [sys.executable, str(SPEC / "generate.py"), "--check", "--model", str(model)],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
