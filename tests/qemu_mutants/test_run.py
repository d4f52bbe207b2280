"""The order of the mutants, the ledger that a run goes on from, the tree that is whole again, and both judges."""

import json
import shutil
import subprocess
import tempfile
import unittest
import unittest.mock
from pathlib import Path

from tests.qemu_mutants import suite
from tests.qemu_mutants.__main__ import chosen
from tests.qemu_mutants.catalogue import Change, catalogue
from tests.qemu_mutants.deadline import Deadline, OutOfTime
from tests.qemu_mutants.ledger import KILLED, LIVED, NOT_RUN, OUT_OF_TIME, Header, Ledger, Line, Outcome, merged
from tests.qemu_mutants.operators import Edit
from tests.qemu_mutants.own_tests import OwnTests
from tests.qemu_mutants.tree import TOOLS, Tree

SCOPE = {"first": {"a.c": ["one", "two"]}, "second": {"b.c": ["three"]}}
TEXTS = {"a.c": "int one(int a) { return a < 1 ? -a : a + 2; }\nint two(int a) { return a == 3 && one(a); }\n",
         "b.c": "int three(int a) { if (a < 5) a += 6; return a & 7; }\n"}
HEADER = Header("1:9.9", "00", 2018)


class InFolder(unittest.TestCase):
    def setUp(self) -> None:
        self.dir = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="qemu-mutants-test-")))

    def script(self, path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)
        return path


class Order(unittest.TestCase):
    def names(self, seed: int) -> list[str]:
        return [change.name for change in catalogue(TEXTS, SCOPE, seed)]

    def test_the_seed_decides_it(self) -> None:
        self.assertEqual(self.names(1), self.names(1))
        self.assertNotEqual(self.names(1), self.names(2))
        self.assertEqual(sorted(self.names(1)), sorted(self.names(2)))

    def test_names_are_file_function_operator_ordinal_and_unlike(self) -> None:
        self.assertIn("a.c:two:equality:1", self.names(1))
        self.assertEqual(len(self.names(1)), len(set(self.names(1))))

    def test_areas_and_operators_take_turns(self) -> None:
        changes = catalogue(TEXTS, SCOPE)
        self.assertEqual(["first", "second"] * 4, [change.area for change in changes[:8]])
        first = [change.operator for change in changes if change.area == "first"]
        self.assertEqual(len(set(first)), len(set(first[:len(set(first))])))

    def test_a_function_that_is_not_there_is_no_silence(self) -> None:
        with self.assertRaises(KeyError):
            catalogue(TEXTS, {"first": {"a.c": ["gone"]}})

    def test_shards_have_all_and_nothing_twice(self) -> None:
        changes = catalogue(TEXTS, SCOPE)
        parts = [chosen(changes, 9, [], f"{number}/2") for number in (1, 2)]
        self.assertEqual({change.name for change in changes[:9]}, {change.name for part in parts for change in part})
        self.assertEqual(9, sum(map(len, parts)))
        for shard in ("0/2", "3/2", "one"):
            with self.assertRaises(SystemExit):
                chosen(changes, 9, [], shard)

    def test_only_takes_names_that_there_are(self) -> None:
        changes = catalogue(TEXTS, SCOPE)
        name = "a.c:two:equality:1"
        self.assertEqual([name], [one.name for one in chosen(changes, 0, [name], "1/1")])
        with self.assertRaises(SystemExit):
            chosen(changes, 9, ["a.c:two:equality:2"], "1/1")


class Results(InFolder):
    def test_a_ledger_goes_on_where_it_was(self) -> None:
        file = self.dir / "results.jsonl"
        ledger = Ledger(file)
        ledger.begin(HEADER)
        lines = [Line("a", "first", True, Outcome(KILLED, "some-case", True), Outcome(LIVED), "1f"),
                 Line("b", "second", False), Line("c", "first", True, Outcome(OUT_OF_TIME), Outcome(LIVED), "1f"),
                 Line("d", "first", True, Outcome(LIVED), Outcome(NOT_RUN), "1f")]
        for line in lines:
            ledger.add(line)
        ledger.add_own_tests(("013", "014"))
        ledger.add_failing({"a", "b"})
        ledger.add_failing({"b", "c"})
        again = Ledger(file)
        again.begin(HEADER)
        self.assertEqual((HEADER, ("013", "014"), lines), (again.header, again.own_tests, list(again.lines.values())))
        self.assertEqual({"a", "b", "c"}, again.failing)
        written = [json.loads(text) for text in file.read_text().splitlines()]
        self.assertEqual([["a", "b"], ["c"]], [line["operations"] for line in written if line["type"] == "failing"])
        self.assertEqual([True, True, False, False], [line.has_both() for line in again.lines.values()])
        self.assertEqual([True, True, False, True], [line.has_suite() for line in again.lines.values()])

    def test_a_later_line_holds(self) -> None:
        ledger = Ledger(self.dir / "results.jsonl")
        ledger.begin(HEADER)
        for verdict in (LIVED, KILLED):
            ledger.add(Line("a", "first", True, Outcome(verdict), Outcome(LIVED)))
        self.assertEqual((True, False), Ledger(ledger.file).lines["a"].killed_by())

    def test_results_of_another_source_are_not_gone_on_with(self) -> None:
        ledger = Ledger(self.dir / "results.jsonl")
        ledger.begin(HEADER)
        with self.assertRaises(SystemExit):
            Ledger(ledger.file).begin(Header("1:9.10", "01", 2018))

    def test_shards_are_merged_and_other_sources_are_not(self) -> None:
        files = [self.dir / name for name in ("one", "two", "other")]
        for file, source in zip(files, ("00", "00", "01")):
            ledger = Ledger(file)
            ledger.begin(Header("1:9.9", source, 2018))
            ledger.add(Line(file.name, "first", False))
        self.assertEqual({"one", "two"}, merged(files[:2]).lines.keys())
        with self.assertRaises(SystemExit):
            merged(files)


@unittest.skipUnless(shutil.which("ninja") and shutil.which("cc"), "no ninja or cc")
class Trees(InFolder):
    def setUp(self) -> None:
        super().setUp()
        (self.dir / "source/block").mkdir(parents=True)
        (self.dir / "build").mkdir()
        self.text = "int main(void) { return 0; }\n"
        (self.dir / "source/block/a.c").write_text(self.text)
        rules = "rule tool\n command = cc -Werror $in -o $out\n" + "".join(
            f"build {tool}: tool ../source/block/a.c\n" for tool in TOOLS)
        (self.dir / "build/build.ninja").write_text(rules)
        self.tree = Tree(self.dir, {"a.c"}, 1)

    def change(self, before: str, after: str) -> Change:
        begin = self.text.index(before)
        return Change("a.c:main:any:1", "first", "a.c", "any", Edit(begin, begin + len(before), after))

    def test_the_tools_are_built_with_the_change_and_the_source_is_whole_after(self) -> None:
        self.tree.make()
        with self.tree.changed(self.change("0", "7")) as compiles, self.tree.programs() as programs:
            self.assertTrue(compiles)
            self.assertEqual(7, subprocess.run([programs / "qemu-img"], check=False).returncode)
        self.assertEqual(self.text, (self.dir / "source/block/a.c").read_text())

    def test_what_does_not_compile_is_told(self) -> None:
        with self.tree.changed(self.change("0", "nothing")) as compiles:
            self.assertFalse(compiles)

    def test_the_change_of_an_interrupted_run_is_taken_back(self) -> None:
        (self.dir / "source/block/a.c").write_text("int main(void) { return 9; }\n")
        tree = Tree(self.dir, {"a.c"}, 1)
        tree.make()
        self.assertEqual(self.text, (self.dir / "source/block/a.c").read_text())


class Judges(InFolder):
    def calls_corrupt_clean(self) -> Path:
        """A folder with a qemu-img whose check never says corrupt."""
        real = shutil.which("qemu-img")
        text = f'{real} "$@"\nstatus=$?\n[ "$1 $status" != "check 2" ] || status=0\nexit $status\n'
        return self.script(self.dir / "mutant/qemu-img", text).parent

    def test_only_failures_of_must_and_should_count(self) -> None:
        record = {"type": "operation", "implementation": "qemu-img", "case": "c", "op": "read", "index": 0,
                  "level": "must", "status": "wrong-data"}
        self.assertEqual("qemu-img:c:read:0: wrong-data", str(suite.failure_of(record)))
        for other in ({"status": "pass"}, {"level": "unspecified"}, {"status": "not-run"}, {"type": "footer"}):
            self.assertIsNone(suite.failure_of({**record, **other}))

    @unittest.skipUnless(suite.RUNNER.exists() and shutil.which("qemu-img"), "no runner or no qemu-img")
    def test_the_suite_stops_at_the_first_failure_that_the_unchanged_programs_do_not_have(self) -> None:
        mutant, real, known = self.calls_corrupt_clean(), Path(str(shutil.which("qemu-img"))).parent, set[str]()
        failure, quick = suite.first_kill(mutant, real, known, Deadline(600))
        assert failure is not None
        self.assertTrue(quick)
        self.assertIn(":check:", failure.operation)
        self.assertNotIn(failure.operation, known)
        own_failures = {one.operation for one in suite.failures(mutant, ["--case", failure.case], Deadline(600))}
        self.assertIn(failure.operation, own_failures)

    @unittest.skipUnless(suite.RUNNER.exists() and shutil.which("qemu-img"), "no runner or no qemu-img")
    def test_what_fails_on_the_unchanged_programs_too_is_no_kill(self) -> None:
        mutant, arguments = self.calls_corrupt_clean(), ["--case", "refcount-zero"]
        self.assertEqual(1, len(list(suite.failures(mutant, arguments, Deadline(600)))))
        self.enterContext(unittest.mock.patch.object(suite, "SELECTIONS", ((True, arguments),)))
        self.assertEqual((None, False), suite.first_kill(mutant, mutant, set(), Deadline(600)))

    def test_a_mutant_has_no_more_than_its_time(self) -> None:
        with self.assertRaises(OutOfTime):
            Deadline(0).left()

    def own_tests(self, check: str, jobs: int = 1) -> OwnTests:
        """Of a tree with two tests that compress, 013 and 016, and `check`, the text of a script."""
        source, build = self.dir / "source/tests/qemu-iotests", self.dir / "build/tests/qemu-iotests"
        source.mkdir(parents=True)
        for name, text in (("013", "$QEMU_IO -c 'write -c 0 64k'"), ("014", "write 0 64k"), ("common.rc", "write -c"),
                           ("016", "$QEMU_IMG convert -O qcow2 -c a b")):
            (source / name).write_text(text)
        self.script(build / "check", check)
        return OwnTests(self.dir / "source", self.dir / "build", self.dir, jobs)

    def test_own_tests_are_those_that_compress_and_pass(self) -> None:
        own = self.own_tests('[ "$2" = 013 ] && echo "Passed all 1 iotests" || echo "Not run: $2"\n')
        self.assertEqual(["013", "016"], own.candidates())
        self.assertEqual(["013"], own.passing(self.dir, Deadline(60)))
        self.assertEqual("014", own.first_failure(self.dir, ["013", "014", "015"], Deadline(60)))

    def test_the_quickest_own_test_comes_first(self) -> None:
        own = self.own_tests('[ "$2" = 016 ] || sleep 1\necho "Passed all 1 iotests"\n')
        self.assertEqual(["016", "013"], own.passing(self.dir, Deadline(60)))

    def test_own_tests_at_once_have_folders_of_their_own(self) -> None:
        meet = 'touch "$TEST_DIR/here"\nfor i in $(seq 100); do [ -e "{0}" ] && [ -e "{1}" ] && break; sleep .1; done\n'
        folders = [self.dir / f"iotests-{number}/here" for number in (1, 2)]
        own = self.own_tests(meet.format(*folders) + '[ $i -lt 100 ] && echo "Passed all 1 iotests"\n', 2)
        self.assertIsNone(own.first_failure(self.dir, ["013", "016"], Deadline(60)))

    def test_no_own_test_begins_after_one_has_failed(self) -> None:
        own = self.own_tests('echo "$2" >>"$TEST_DIR/../begun"\n')
        self.assertEqual("013", own.first_failure(self.dir, ["013", "016"], Deadline(60)))
        self.assertEqual("013\n", (self.dir / "begun").read_text())


if __name__ == "__main__":
    unittest.main()
