"""Which statements ran, by gcov's counts of a real program, and of which tests nothing can be said."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Optional

from tests.qemu_mutants.catalogue import Change
from tests.qemu_mutants.deadline import Deadline
from tests.qemu_mutants.operators import Edit
from tests.qemu_mutants.own_tests import OwnTests
from tests.qemu_mutants.reach import Counter, Counts, Reach, counted, lines_of

PROGRAM = """\
static int one(int a)
{
    if (a > 0 &&
        a < 10) {
        a = 2;
    }
    switch (a) {
    case 5:
    case 6:
        return 7;
    default:
        return 0;
    }
}
int main(int count, char **words) { (void)words; return one(count - 1); }
"""
PASSES = 'echo "Passed all 1 iotests"'


def change(before: str) -> Change:
    begin = PROGRAM.index(before)
    return Change("a.c:one:any:1", "first", "a.c", "any", Edit(begin, begin + len(before), "changed"))


def line_numbers(before: str) -> tuple[int, int]:
    """The first and the last line of the statement."""
    lines = lines_of(change(before), PROGRAM)
    return lines[0], lines[-1]


class Statements(unittest.TestCase):
    def test_a_condition_over_two_lines_is_one(self) -> None:
        self.assertEqual((3, 4), line_numbers("&&"))
        self.assertEqual((3, 4), line_numbers("a < 10"))

    def test_one_of_one_line(self) -> None:
        self.assertEqual((5, 5), line_numbers("a = 2"))

    def test_of_the_label_of_a_case_it_is_the_whole_function(self) -> None:
        self.assertEqual((2, 14), line_numbers("5"))
        self.assertEqual((2, 14), line_numbers("6"))
        self.assertEqual((8, 10), line_numbers("7"))


class Lines(unittest.TestCase):
    REACH = Reach({"013": {"a.c": {3: True, 4: False, 5: False, 7: True, 10: False, 12: True}}, "014": {},
                   "015": {"a.c": {14: True}}})

    def that_may_notice(self, before: str) -> list[str]:
        return self.REACH.that_may_notice(["013", "014", "015", "016"], change(before), PROGRAM)

    def test_a_test_notices_what_it_runs_a_part_of(self) -> None:
        self.assertIn("013", self.that_may_notice("a > 0"))
        self.assertIn("013", self.that_may_notice("a < 10"))
        self.assertNotIn("013", self.that_may_notice("a = 2"))
        self.assertNotIn("013", self.that_may_notice("7"))

    def test_what_has_no_line_of_code_may_be_noticed_where_the_file_was_run(self) -> None:
        self.assertEqual(["015", "016"], self.that_may_notice("a = 2"))

    def test_of_a_test_of_which_nothing_is_known_nothing_is_left_out(self) -> None:
        self.assertIn("016", self.that_may_notice("7"))


@unittest.skipUnless(shutil.which("cc") and shutil.which("gcov"), "no cc or gcov")
class Counting(unittest.TestCase):
    def setUp(self) -> None:
        self.dir = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="qemu-mutants-test-")))
        self.build = self.dir / "build"
        objects = self.build / "libblock.fa.p"
        objects.mkdir(parents=True)
        (self.dir / "a.c").write_text(PROGRAM)
        self.program = self.build / "program"
        subprocess.run(["cc", "-O0", "--coverage", "-c", self.dir / "a.c", "-o", objects / "block_a.c.o"], check=True)
        subprocess.run(["cc", "--coverage", objects / "block_a.c.o", "-o", self.program], check=True)
        self.counter = Counter(self.build, ["a.c", "b.c"])

    def counted(self, text: str, check: str) -> Optional[dict[str, Counts]]:
        tests, script = self.dir / "source/tests/qemu-iotests", self.build / "tests/qemu-iotests/check"
        for folder in (tests, script.parent):
            folder.mkdir(parents=True)
        (tests / "013").write_text(text)
        script.write_text(f"#!/bin/sh\n{check}\n")
        script.chmod(0o755)
        own = OwnTests(self.dir / "source", self.build, self.dir)
        return counted(own, self.build, self.counter, "013", Deadline(60))

    def test_a_test_has_what_its_programs_run_and_nothing_earlier(self) -> None:
        subprocess.run([self.program, "word"], check=True)
        counts = self.counted("write -c 0 64k", f"{self.program}; {PASSES}")
        assert counts is not None
        self.assertEqual({"a.c"}, counts.keys())
        self.assertEqual([True, False, False, True], [counts["a.c"][line] for line in (3, 5, 10, 12)])
        self.assertEqual({}, self.counter.take())

    def test_nothing_is_known_of_a_test_that_fails_here(self) -> None:
        self.assertIsNone(self.counted("write -c 0 64k", f"{self.program}\nexit 1"))

    def test_nothing_is_known_of_a_test_that_ends_a_program(self) -> None:
        self.assertIsNone(self.counted("$QEMU_IO -c 'write -c 0 64k' -c abort", PASSES))


if __name__ == "__main__":
    unittest.main()
