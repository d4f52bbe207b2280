"""Which functions ran, by gcov's counts of a real program, and of which tests nothing can be said."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.qemu_mutants.deadline import Deadline
from tests.qemu_mutants.own_tests import OwnTests
from tests.qemu_mutants.reach import Counts, reach_of

PROGRAM = """
static int one(int a) { return a + 1; }
static int two(int a) { return a - 1; }
int main(int count, char **words) { (void)words; return count == 1 ? one(-1) : two(count - 1); }
"""


@unittest.skipUnless(shutil.which("cc") and shutil.which("gcov"), "no cc or gcov")
class Reach(unittest.TestCase):
    def setUp(self) -> None:
        self.dir = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="qemu-mutants-test-")))
        self.build = self.dir / "build"
        objects = self.build / "libblock.fa.p"
        objects.mkdir(parents=True)
        (self.dir / "a.c").write_text(PROGRAM)
        self.program = self.build / "program"
        subprocess.run(["cc", "-O0", "--coverage", "-c", self.dir / "a.c", "-o", objects / "block_a.c.o"], check=True)
        subprocess.run(["cc", "--coverage", objects / "block_a.c.o", "-o", self.program], check=True)
        self.counts = Counts(self.build, ["a.c", "b.c"])

    def own_tests(self, text: str, check: str) -> OwnTests:
        tests = self.dir / "source/tests/qemu-iotests"
        tests.mkdir(parents=True)
        (tests / "013").write_text(text)
        script = self.build / "tests/qemu-iotests/check"
        script.parent.mkdir(parents=True)
        script.write_text(f"#!/bin/sh\n{check}\n")
        script.chmod(0o755)
        return OwnTests(self.dir / "source", self.build, self.dir)

    def reach(self, text: str, check: str) -> object:
        return reach_of(self.own_tests(text, check), self.build, self.counts, "013", Deadline(60))

    def test_functions_that_ran_are_counted_and_the_count_begins_anew(self) -> None:
        subprocess.run([self.program], check=True)
        self.assertEqual({"a.c:main", "a.c:one"}, self.counts.take())
        self.assertEqual(set(), self.counts.take())

    def test_a_test_reaches_what_its_programs_run_and_no_earlier_ones(self) -> None:
        subprocess.run([self.program], check=True)
        passes = f'{self.program} word || exit\necho "Passed all 1 iotests"'
        self.assertEqual({"a.c:main", "a.c:two"}, self.reach("write -c 0 64k", passes))

    def test_nothing_is_known_of_a_test_that_fails_here(self) -> None:
        self.assertIsNone(self.reach("write -c 0 64k", f"{self.program}\nexit 1"))

    def test_nothing_is_known_of_a_test_that_ends_a_program(self) -> None:
        self.assertIsNone(self.reach("$QEMU_IO -c 'write -c 0 64k' -c abort", 'echo "Passed all 1 iotests"'))


if __name__ == "__main__":
    unittest.main()
