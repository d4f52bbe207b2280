"""site/build from outside: what it makes of documents and cases, good and bad. The pages in a browser:
page.test.mjs."""

import base64
import hashlib
import html
import json
import re
import tempfile
import unittest
from pathlib import Path

from generators.case.clauses import parse_clauses
from tests.system.support import ROOT, absent, run

BUILD = ROOT / "site/build"
TEXT = """# A text

Contents:
[1 One](#1-one)

## 1 One

**[first-rule]** (must) A rule, as [second-rule] is.

> Rests on: "a sentence".

**[second-rule]** (may) Another `x < y`.

| cluster_bits | entry |
|---|---|
| 9 | 0x6000000000000bfe |
"""
CASE = {
    "schema": 1,
    "id": "a-case",
    "rev": 1,
    "title": "A <b>title</b>",
    "why": "\"quotes\" & <script>alert(1)</script>",
    "clauses": ["first-rule"],
    "features": [],
    "image": {},
    "operations": [{"op": "read", "expect": {"verdict": "accept"}}],
}


class SiteTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        done = run(BUILD, "--help")
        if done.returncode != 0:
            absent(f"what site/build needs ({done.stderr.decode().splitlines()[0]})")

    def setUp(self) -> None:
        self.dir = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="qcow2-conform-")))
        self.write(TEXT)

    def write(self, text: str, name: str = "text.md") -> None:
        (self.dir / "spec").mkdir(exist_ok=True)
        (self.dir / "spec" / name).write_text(text, encoding="utf-8")

    def write_case(self, content: object, name: str = "a-case.json") -> None:
        (self.dir / "cases/family").mkdir(parents=True, exist_ok=True)
        (self.dir / "cases/family" / name).write_text(
            content if isinstance(content, str) else json.dumps(content), encoding="utf-8"
        )

    def build(self, *arguments: str, out: str = "out") -> tuple[int, str]:
        done = run(
            BUILD, "--spec", self.dir / "spec", "--cases", self.dir / "cases", "--published", self.dir / "published",
            "--out", self.dir / out, *arguments
        )
        return done.returncode, done.stderr.decode()

    def page(self, name: str) -> str:
        return (self.dir / "out" / name).read_text(encoding="utf-8")

    def assert_built(self) -> None:
        self.assertEqual((0, ""), self.build("--strict"))

    def assert_refused(self, reason: str) -> None:
        status, said = self.build()
        self.assertEqual(2, status, said)
        self.assertRegex(said, rf"\Asite/build: [^\n]*{reason}[^\n]*\n\Z")

    def test_a_clause_is_an_anchor_with_its_level_ground_and_cases(self) -> None:
        self.write_case(CASE)
        self.assert_built()
        page = self.page("text.html")
        self.assertIn('<section class="clause must" id="first-rule"', page)
        self.assertIn('<span class="label">Rests on</span>', page)
        self.assertIn('A rule, as <a href="#second-rule" class="slug">second-rule</a> is.', page)
        self.assertIn("1 case", page)
        self.assertIn('href="cases.html#a-case"', page)
        self.assertIn("no case yet", page)

    def test_an_entry_beside_its_cluster_bits_opens_in_the_explorer(self) -> None:
        self.assert_built()
        self.assertIn('href="index.html#cluster_bits=9&amp;entry=0x6000000000000bfe"', self.page("text.html"))

    def test_a_written_list_of_contents_gives_way_to_the_page_s_own(self) -> None:
        self.assert_built()
        self.assertEqual(1, self.page("text.html").count('<a href="#1-one">'))

    def test_what_a_case_says_is_text_never_markup(self) -> None:
        self.write_case(CASE)
        self.assert_built()
        for name in ("cases.html", "text.html", "index.html"):
            self.assertNotIn("<script>alert", self.page(name))
            self.assertNotIn("<b>title", self.page(name))
        self.assertIn(html.escape(CASE["why"]), self.page("cases.html"))

    def test_raw_html_in_a_document_is_refused(self) -> None:
        for markup in ("<script>alert(1)</script>", "A <b>word</b>.", "<img src=x>"):
            self.write(f"{TEXT}\n{markup}\n")
            self.assert_refused("raw HTML, near line")

    def test_a_comment_in_a_document_is_left_out(self) -> None:
        self.write(f"{TEXT}\n<!-- generated: x -->\n\nMore.\n")
        self.assert_built()
        self.assertNotIn("generated: x", self.page("text.html"))

    def test_a_slug_that_stands_there_twice_is_refused(self) -> None:
        self.write(f"{TEXT}\n**[first-rule]** (must) Again.\n")
        self.assert_refused("first-rule is there twice")

    def test_pages_of_results_lead_to_clauses_and_cases(self) -> None:
        self.write_case(CASE)
        (self.dir / "published").mkdir()
        (self.dir / "published/kill-matrix.md").write_text(
            "# Matrix\n\nSee [the text](../spec/text.md#1-one), [a-case](../cases/family/a-case.json).\n")
        self.assert_built()
        page = self.page("kill-matrix.html")
        self.assertIn('<a href="text.html#1-one">the text</a>, <a href="cases.html#a-case">a-case</a>', page)
        self.assertIn('<a href="kill-matrix.html">Kill matrix</a>', self.page("index.html"))

    def test_an_aligned_table_has_no_style_of_its_own(self) -> None:
        """The policy of the page forbids one, in heads as in cells."""
        self.write(TEXT + "\n| name | count |\n|:---|---:|\n| one | 1 |\n")
        self.assert_built()
        self.assertRegex(self.page("text.html"), "<th>(name|count)</th>")
        self.assertNotIn(" style=", self.page("text.html"))

    def test_a_link_into_nothing_is_told(self) -> None:
        for link in ("gone.md", "#gone", "text.md#gone", "../gone.txt"):
            self.write(f"{TEXT}\nSee [there]({link}).\n")
            status, said = self.build()
            self.assertEqual(0, status)
            self.assertRegex(said, r"\Asite/build: text\.md: no[^\n]*gone[^\n]*\n\Z")
            self.assertEqual(1, self.build("--strict")[0])

    def test_a_code_span_that_a_line_break_has_turned_into_a_list_is_told(self) -> None:
        self.write(f"{TEXT}\nThe value `a\n- b`.\n")
        self.assertIn("a code span is not closed", self.build()[1])

    def test_a_link_that_would_run_a_script_is_no_link(self) -> None:
        self.write(f"{TEXT}\n[a](javascript:alert(1)) [b](data:text/html,x)\n")
        self.build()
        self.assertNotRegex(self.page("text.html"), r'href="(javascript|data:text)')

    def test_a_broken_case_is_refused_by_name(self) -> None:
        for content in (
            "{",
            "[]",
            "{}",
            '"text"',
            json.dumps(CASE | {"operations": []}),
            json.dumps(CASE | {"clauses": 1}),
            json.dumps(CASE | {"title": 1}),
            json.dumps(CASE | {"operations": [{"op": "read"}]}),
        ):
            with self.subTest(content):
                self.write_case(content, "broken.json")
                self.assert_refused("broken.json")

    def test_documents_without_a_clause_are_refused(self) -> None:
        self.write("# Nothing\n")
        self.assert_refused("no clause")

    def test_text_that_is_no_utf_8_is_refused(self) -> None:
        (self.dir / "spec/text.md").write_bytes(b"# \xff\n")
        self.assert_refused("text.md")

    def test_the_same_input_gives_the_same_bytes(self) -> None:
        self.write_case(CASE)
        self.build(out="first")
        self.build(out="second")
        for path in (self.dir / "first").iterdir():
            self.assertEqual(path.read_bytes(), (self.dir / "second" / path.name).read_bytes(), path.name)

    def test_every_inline_script_is_in_the_policy(self) -> None:
        self.assert_built()
        for name in ("index.html", "text.html", "cases.html"):
            page = self.page(name)
            scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
            self.assertEqual(2, len(scripts))
            for script in scripts:
                digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
                self.assertIn(f"'sha256-{digest}'", page)

    def test_the_project_s_own_documents_have_every_clause_and_no_slip(self) -> None:
        done = run(BUILD, "--strict", "--out", self.dir / "out")
        self.assertEqual((0, ""), (done.returncode, done.stderr.decode()))
        clauses = parse_clauses((ROOT / "spec/compressed-clusters.md").read_text(encoding="utf-8"))
        found = re.findall(r'<section class="clause (\w+)" id="([\w-]+)"', self.page("compressed-clusters.html"))
        self.assertEqual([(clause["level"], clause["slug"]) for clause in clauses], found)
        ids = [json.loads(path.read_text(encoding="utf-8"))["id"] for path in (ROOT / "cases").glob("*/*.json")]
        cases = self.page("cases.html")
        self.assertEqual([], [case for case in ids if f'id="{case}"' not in cases])


if __name__ == "__main__":
    unittest.main()
