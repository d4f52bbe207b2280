"""The proofs of spec/erratum.md hold, and would not hold for another reading."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

SPEC = Path(__file__).resolve().parents[2] / "spec"
PROOFS = SPEC / "proofs"
sys.path[:0] = [str(SPEC), str(PROOFS)]

import console  # noqa: E402  (found by the line above)
import readings  # noqa: E402
import theorems  # noqa: E402
from tests.spec.every_block import run_every_block  # noqa: E402

NO_Z3 = 77


def run(*command: object) -> subprocess.CompletedProcess:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, timeout=300)


class TheoremsHold(unittest.TestCase):
    def test_by_runs_of_lengths(self) -> None:
        for name in theorems.THEOREMS:
            with self.subTest(name):
                # By way of the pages' runner, which proves a theorem once for all who ask.
                self.assertRegex(
                    "\n".join(console.prove(f"python3 spec/proofs/theorems.py {name}")),
                    rf"\A{name} +holds +\d+ tried\Z",
                )

    def test_an_unknown_theorem_is_a_usage_error(self) -> None:
        self.assertEqual(2, run(sys.executable, PROOFS / "theorems.py", "fermat").returncode)

    def test_pair_by_pair(self) -> None:
        compiler = shutil.which("c++")
        if not compiler:
            self.skipTest("no C++ compiler")
        with tempfile.TemporaryDirectory(prefix="qcow2-conform-") as folder:
            program = Path(folder) / "exhaustive"
            built = run(
                compiler,
                "-std=c++20",
                "-O2",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-pthread",
                PROOFS / "exhaustive.cpp",
                "-o",
                program,
            )
            self.assertEqual(0, built.returncode, built.stderr)
            done = run(program)
            self.assertEqual(0, done.returncode, done.stdout)
            self.assertIn("hold", done.stdout)

    def test_by_a_solver(self) -> None:
        # Debian's python3-z3 is for Debian's python3, which need not be the one that runs this.
        for python in (sys.executable, "/usr/bin/python3"):
            done = run(python, PROOFS / "solver.py")
            if done.returncode != NO_Z3:
                self.assertEqual(0, done.returncode, done.stdout + done.stderr)
                return
        self.skipTest("python3-z3 is not installed")


class ErratumIsMeasured(unittest.TestCase):
    def test_which_images_hide_the_difference(self) -> None:
        run_every_block(self, SPEC / "erratum.md")


class AnotherReadingFails(unittest.TestCase):
    """A theorem that holds for every reading would prove nothing."""

    def assert_fails(self, *names: str, **replaced: object) -> None:
        with mock.patch.multiple(theorems, **replaced):
            for name in names:
                _, _, counter_example = theorems.prove((name, 9))
                self.assertTrue(counter_example, f"{name} holds with {list(replaced)} replaced")

    def test_a_count_instead_of_additional_sectors(self) -> None:
        self.assert_fails(
            "maximum", "fits", "writer-bound", "before-fits-not", available_bytes=lambda r, n: n * 512 - r
        )

    def test_no_subtraction_of_the_remainder(self) -> None:
        self.assert_fails("maximum", "fits", "writer-bound", available_bytes=lambda r, n: (n + 1) * 512)

    def test_a_size_field_of_one_bit_less(self) -> None:
        self.assert_fails("maximum", "fits", size_values=readings.size_values_before)

    def test_the_old_split_in_the_place_of_the_new(self) -> None:
        self.assert_fails("fields", host_offset=readings.host_offset_before)

    def test_a_size_field_that_is_not_the_least(self) -> None:
        self.assert_fails("fits", least_size_field=lambda r, length: (r + length) // 512)


if __name__ == "__main__":
    unittest.main()
