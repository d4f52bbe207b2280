"""qcow2-conform selftest: mutants die, what cannot be built or matched is an error, and a mutant that lives is told."""

import json
import re
import shutil

from tests.system.support import CONFORM, ROOT, Completed, SystemTest, run

MUTANTS = ROOT / "tests/mutants"
BUILD_SECONDS = 1500  # some twenty mutants are compiled, beside whatever else the machine does


class Selftest(SystemTest):
    def selftest(self, *args: object) -> Completed:
        return run(CONFORM, "selftest", "--out", self.dir / "out", *args, timeout=BUILD_SECONDS)

    def try_list(self, before: str, after: str) -> Completed:
        """A list of one mutant of the reader, on one case."""
        (self.dir / "list/parts").mkdir(parents=True)
        shutil.copy(MUTANTS / "schema.json", self.dir / "list")
        (self.dir / "list/positive-controls.json").write_text('{"schema": 1, "controls": []}')
        mutant = {
            "name": "tried",
            "file": "model/format/snapshot.cpp",
            "mistake": "none",
            "before": [before],
            "after": [after],
        }
        text = json.dumps({"schema": 1, "part": "check", "mutants": [mutant]})
        (self.dir / "list/parts/tried.json").write_text(text)
        return self.selftest("--mutants", self.dir / "list", "--case", "iotest-214-as-written")

    def test_sample_dies(self) -> None:
        """Some mutants of each part of the model, each killed by one of the quick cases."""
        done = self.selftest("--sample", "--quick")
        self.assertEqual(0, done.returncode, (done.stdout + done.stderr).decode())
        matrix = json.loads((self.dir / "out/kill-matrix.json").read_text())
        parts = {mutant["part"] for mutant in matrix["mutants"] if set(mutant["cells"]) & set("dafrui")}
        self.assertEqual({file.stem for file in (MUTANTS / "parts").glob("*.json")}, parts)
        page = (self.dir / "out/kill-matrix.html").read_text()
        self.assertNotRegex(page, r"https?://|@DATA@")

    def test_the_published_matrix_is_of_these_mutants_and_cases(self) -> None:
        """And the quick cases are those that it gives. Where this fails, scripts/kill-matrix has to run again."""
        done = self.selftest("--from", ROOT / "docs/kill-matrix.json")
        self.assertEqual(0, done.returncode, (done.stdout + done.stderr).decode())
        self.assertEqual((ROOT / "cases/quick.json").read_text(), (self.dir / "out/quick.json").read_text())
        counts = re.search(r"^\*\*(.+)\*\*$", (self.dir / "out/kill-matrix.md").read_text(), re.MULTILINE)
        self.assertIn(f"\n{counts[1]}\n", (ROOT / "docs/results.md").read_text())

    def test_a_mutant_that_lives_is_told(self) -> None:
        done = self.try_list("  SnapshotTable table;", "  SnapshotTable table{};")
        self.assertEqual(1, done.returncode, done.stderr.decode())
        self.assertIn("living mutants:\n  tried (model/format/snapshot.cpp)", done.stdout.decode())
        self.assertIn("**lives**", (self.dir / "out/kill-matrix.md").read_text())

    def test_a_mutant_that_does_not_build_is_an_error(self) -> None:
        done = self.try_list("  SnapshotTable table;", "  NoSuchTable table;")
        self.assertEqual(4, done.returncode)
        self.assertIn("tried does not build", done.stderr.decode())
        self.assertFalse((self.dir / "out/kill-matrix.json").exists())

    def test_a_mutant_without_its_text_is_an_error(self) -> None:
        done = self.try_list("  no such line;", "  another;")
        self.assertEqual(4, done.returncode)
        self.assertIn("tried: its text before is not in model/format/snapshot.cpp", done.stderr.decode())

    def test_unmatched_filters_are_errors_of_use(self) -> None:
        self.assert_usage_error(self.selftest("--mutant", "no-such-*"))
        self.assert_usage_error(self.selftest("--case", "no-such-*"))
