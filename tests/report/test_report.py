"""Reports as files: what stands in them, that they are whole and valid, and what is refused. The page:
page.test.mjs."""

import collections
import json
import os
import re
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from tests.system.support import CONFORM, ROOT, SystemTest, absent, run

MADE = Path(os.environ.get("QCOW2_REPORT", ROOT / "build/release/report-test"))
RESULTS = MADE / "run/results.jsonl"
SKIPPED = {"not-run", "unsupported", "known-fail"}
FINE = {"pass", "choice", "inconsistent-choice", "observed"}


def records(results: Path = RESULTS) -> list[dict]:
    return [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()[1:-1]]


class Reports(SystemTest):
    def report(self, form: str, results: Path = RESULTS) -> str:
        done = run(CONFORM, "report", results, "--format", form, "--out", self.dir)
        self.assertEqual(0, done.returncode, done.stderr)
        return (self.dir / done.stdout.decode().splitlines()[0]).read_text(encoding="utf-8")

    def test_a_run_writes_what_report_writes_again(self) -> None:
        for form, name in (("html", "report.html"), ("md", "report.md"), ("junit", "junit.xml")):
            self.assertEqual((MADE / "run" / name).read_text(encoding="utf-8"), self.report(form), name)

    def test_junit_is_valid_and_keeps_failure_error_and_skipped_apart(self) -> None:
        if shutil.which("xmllint") is None:
            absent("xmllint")
        for which in ("run", "many"):  # what is made up has every status, and text with markup and control characters
            file = MADE / which / "junit.xml"
            checked = run("xmllint", "--noout", "--schema", ROOT / "conform/report/junit.xsd", file)
            self.assertEqual(0, checked.returncode, checked.stderr.decode()[-500:])
            all_records = records(MADE / which / "results.jsonl")
            counts = collections.Counter(record["status"] for record in all_records)
            failed = [record for record in all_records if record["status"] not in SKIPPED | FINE | {"harness-error"}]
            decides = [one for one in failed if one["level"] == "must" or one["status"] == "unexpected-pass"]
            suites = ElementTree.parse(file).getroot()
            kinds = collections.Counter(child.tag for case in suites.iter("testcase") for child in case)
            self.assertEqual(sum(counts[status] for status in SKIPPED), kinds["skipped"])
            self.assertEqual(counts["harness-error"], kinds["error"])
            self.assertEqual(len(decides), kinds["failure"])
            self.assertEqual(len(failed) - len(decides), kinds["system-out"])
            for tag, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
                self.assertEqual(str(kinds[tag]), suites.get(attribute))
            self.assertEqual(str(sum(counts.values())), suites.get("tests"))

    def test_an_absent_program_is_one_skipped_test(self) -> None:
        out = self.dir / "absent"
        run(CONFORM, "run", "--read-cmd", "no-such-program {image}", "--case", "placement/*", "--out", out)
        suites = ElementTree.parse(out / "junit.xml").getroot()
        self.assertEqual(("1", "1"), (suites.get("tests"), suites.get("skipped")))
        self.assertIn("no-such-program", next(suites.iter("skipped")).get("message"))

    def test_a_schema_that_is_not_met_is_told(self) -> None:
        if shutil.which("xmllint") is None:
            absent("xmllint")
        text = (MADE / "run/junit.xml").read_text(encoding="utf-8")
        for was, becomes in (("<failure type=", "<failure kind="), ("tests=", "test="), ("<skipped ", "<omitted ")):
            with self.subTest(was):
                file = self.dir / "broken.xml"
                file.write_text(text.replace(was, becomes, 1), encoding="utf-8")
                self.assertNotEqual(text, file.read_text(encoding="utf-8"))
                self.assertNotEqual(
                    0, run("xmllint", "--noout", "--schema", ROOT / "conform/report/junit.xsd", file).returncode
                )

    def test_a_badge_counts_what_is_offered_and_claimed(self) -> None:
        self.report("badge")
        must = [record for record in records() if record["level"] == "must" and record["implementation"] == "wrong"]
        not_offered = sum(not record["offered"] for record in must)
        asked = [
            record
            for record in must
            if record["status"] != "unsupported"
            and (record["offered"] and record["claimed"] or record["status"] != "not-run")
        ]
        well = sum(record["status"] in FINE for record in asked)
        self.assertLess(0, not_offered)
        badge = json.loads((self.dir / "badge-wrong.json").read_text())
        self.assertEqual(
            {
                "schemaVersion": 1,
                "label": "qcow2-conform",
                "message": f"{well}/{len(asked)} must; {not_offered} not offered",
                "color": "red",
            },
            badge,
        )
        svg = (self.dir / "badge-wrong.svg").read_text()
        self.assertIn(badge["message"], "".join(ElementTree.fromstring(svg).itertext()))
        self.assertNotIn("%", svg + str(badge))
        self.assertEqual("brightgreen", json.loads((self.dir / "badge-model.json").read_text())["color"])

    def test_the_score_is_the_same_in_every_report(self) -> None:
        page, markdown, junit = self.report("html"), self.report("md"), self.report("junit")
        self.report("badge")
        implementations = json.loads((MADE / "run/summary.json").read_text())["implementations"]
        self.assertGreater(len(implementations), 1)
        for one in implementations:
            score = one["must"]["score"]
            self.assertEqual(score["text"], json.loads((self.dir / f"badge-{one['name']}.json").read_text())["message"])
            self.assertIn(f"- {one['name']}: {score['text']}. ", markdown)
            self.assertIn(f'<property name="score" value="{score["text"]}"/>', junit)
            fraction, beside = score["text"].partition(" must; ")[::2]
            self.assertIn(f'"must":["{fraction.removesuffix(" must")}","{beside}"]', page)

    def test_what_was_not_run_makes_no_green_badge(self) -> None:
        header, *rest, footer = RESULTS.read_text(encoding="utf-8").splitlines()
        lines = [json.loads(line) for line in rest]
        lines = [line for line in lines if line["implementation"] == "model"]
        lines[0]["status"] = "not-run"
        counts = collections.Counter(line["status"] for line in lines)
        end = json.loads(footer)
        end |= {"selected": len(lines), "counts": {status: counts[status] for status in end["counts"]}}
        results = self.dir / "results.jsonl"
        results.write_text("\n".join([header, *map(json.dumps, lines), json.dumps(end)]) + "\n", encoding="utf-8")
        self.report("badge", results)
        self.assertEqual("yellow", json.loads((self.dir / "badge-model.json").read_text())["color"])
        self.assertEqual("lightgrey", json.loads((self.dir / "badge-wrong.json").read_text())["color"])

    def test_markdown_tells_each_failure_with_its_rule_and_its_command(self) -> None:
        text = self.report("md")
        failed = {record["case"] for record in records() if record["status"] not in SKIPPED | FINE}
        self.assertEqual([], [case for case in sorted(failed) if f"`{case}`" not in text])
        self.assertRegex(text, r"guest byte 0x1002: expected [0-9a-f ]+, got")
        self.assertIn("### [incomplete-refused] (must)", text)
        self.assertRegex(
            text,
            r"`\S*/qcow2-conform run --read-cmd '.*wrong_reader.*' --name wrong --case one-byte-short --out \S+/again`",
        )

    def test_the_page_needs_nothing_beside_it(self) -> None:
        page = (MADE / "many/report.html").read_text(encoding="utf-8")
        self.assertNotRegex(page, r"<(link|img|iframe)\b|\bsrc=|@import|url\(")
        self.assertEqual(2, len(re.findall(r"<script\b", page)))
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[1]
        self.assertTrue(policy.startswith("default-src 'none';"))
        self.assertNotIn("unsafe", policy)

    def test_results_that_are_none_are_refused(self) -> None:
        text = RESULTS.read_text(encoding="utf-8")
        other = text.replace(json.loads(text.splitlines()[0])["corpus_digest"], "0" * 64, 1)
        for name, content, reason in (
            ("no-footer", "".join(text.splitlines(True)[:-1]), "no footer"),
            ("other", other, "corpus 0000"),
            ("empty", "", "no footer"),
        ):
            with self.subTest(name):
                file = self.dir / f"{name}.jsonl"
                file.write_text(content, encoding="utf-8")
                done = run(CONFORM, "report", file, "--out", self.dir / "out")
                self.assert_usage_error(done)
                self.assertIn(reason, done.stderr.decode())
                self.assertFalse((self.dir / "out").exists())

    def test_a_folder_that_cannot_be_written_is_told(self) -> None:
        (self.dir / "file").touch()
        self.assert_usage_error(run(CONFORM, "report", RESULTS, "--out", self.dir / "file"))


class Repro(SystemTest):
    def make(self, case: str) -> tuple[Path, str]:
        folder = self.dir / "folder"
        info = json.loads(RESULTS.read_text(encoding="utf-8").splitlines()[0])["implementations"]
        arguments = next(one["arguments"] for one in info if one["name"] == "wrong")
        done = run(CONFORM, "repro", case, *arguments, "--out", folder)
        self.assertEqual(0, done.returncode, done.stderr)
        return folder, (folder / "README.md").read_text(encoding="utf-8")

    def test_the_folder_has_all_and_its_script_shows_the_difference(self) -> None:
        folder, text = self.make("no-final-block")
        self.assertEqual(
            {"README.md", "reproduce.sh", "no-final-block.qcow2", "expected.raw"},
            {path.name for path in folder.iterdir()},
        )
        self.assertRegex(text, r"wrong-data, exit 0; (.*\n)+?.*guest byte 0x1002: expected")
        self.assertIn("deflate-no-final", text)
        self.assertIn("0x5380000000060098", text)
        shown = subprocess.run(["sh", folder / "reproduce.sh"], capture_output=True, text=True, check=False)
        self.assertRegex(shown.stdout, r"exit status 0\nexpected.raw out.raw differ: (byte|char) 4099")

    def test_what_is_to_be_refused_has_no_expected_data(self) -> None:
        folder, text = self.make("one-byte-short")
        self.assertFalse((folder / "expected.raw").exists())
        self.assertIn("wrong-accept", text)

    def test_a_folder_with_something_in_it_is_left_alone(self) -> None:
        (self.dir / "mine").touch()
        done = run(CONFORM, "repro", "one-byte-short", "--impl", "model", "--out", self.dir)
        self.assert_usage_error(done)
        self.assertEqual(["mine"], [path.name for path in self.dir.iterdir()])

    def test_one_case_and_one_implementation(self) -> None:
        self.assert_usage_error(run(CONFORM, "repro", "no-such-case", "--impl", "model", "--out", self.dir / "out"))
        self.assert_usage_error(run(CONFORM, "repro", "one-byte-short", "--out", self.dir / "out"))


class Divergences(SystemTest):
    def page(self, results: Path) -> str:
        done = run(CONFORM, "report", results, "--format", "divergences", "--out", self.dir)
        self.assertEqual(0, done.returncode, done.stderr)
        return (self.dir / "divergences.md").read_text(encoding="utf-8")

    def test_every_divergence_is_there_and_nothing_else(self) -> None:
        text = self.page(RESULTS)
        wrong = {record["case"] for record in records() if record["status"] not in SKIPPED | FINE | {"harness-error"}}
        self.assertEqual(wrong, set(re.findall(r"^\*\*\[([a-z0-9-]+)\]", text, re.MULTILINE)))
        self.assertIn("## No divergence\n\n- model", text)
        for title in ("### Wrong data", "### Accepts what is invalid"):
            self.assertIn(title, text)

    def test_the_summary_in_docs_counts_what_the_page_has(self) -> None:
        text = self.page(RESULTS)
        results = self.dir / "results.md"
        shutil.copy(ROOT / "docs/results.md", results)
        done = run(sys.executable, ROOT / "scripts/results_summary.py", self.dir, results)
        self.assertEqual(0, done.returncode, done.stderr)
        rows = re.findall(r"^\| .+?" + r" \| (\d+)" * 6 + r" \|$", results.read_text(), re.MULTILINE)
        counts = re.findall(r"^### .+: (\d+) cases?$", text, re.MULTILINE)
        self.assertEqual(sum(map(int, counts)), sum(int(cell) for row in rows for cell in row))
        self.assertEqual(len(re.findall(r"^## (?!No divergence)", text, re.MULTILINE)), len(rows))

    def test_the_page_names_cases_and_clauses_that_exist(self) -> None:
        """Its links are right in build/publish, where scripts/publish puts it."""
        text = self.page(RESULTS)
        links = set(re.findall(r"\]\((\.\./\.\./[^)#]+)", text))
        self.assertGreater(len(links), 20)
        self.assertEqual([], sorted(link for link in links if not (ROOT / link.removeprefix("../../")).exists()))
        slugs = {
            line.split()[0]
            for line in (ROOT / "spec/slugs.txt").read_text().splitlines()
            if line and not line.startswith("#")
        }
        self.assertEqual(set(), set(re.findall(r"\[([a-z0-9-]+)\]\(\.\./\.\./spec/", text)) - slugs)
        commands = set(re.findall(r"--case ([a-z0-9-]+)`", text))
        self.assertEqual(set(), commands - {path.stem for path in (ROOT / "cases").glob("*/*.json")})


if __name__ == "__main__":
    unittest.main()
