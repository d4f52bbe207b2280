"""Every file that git tracks is as the tools of its language want it. Debian 12 and newer have all of them."""

import subprocess
import unittest

from tests.habits.tracked import ROOT, cpp, python, shell, tracked
from tests.system.support import require_tool

CLANG_FORMAT = "clang-format-19"  # the newest that Debian 12 and 13 both have: another version formats otherwise
# Left alone: a blank before the colon of a slice, and on which side of an operator a line breaks.
PYCODESTYLE = ("pycodestyle", "--max-line-length=120", "--ignore=E203,W503,W504")


class Tools(unittest.TestCase):
    def assert_content(self, *command: str, files: list[str]) -> None:
        require_tool(command[0])
        self.assertTrue(files, "there is nothing to look at")
        done = subprocess.run([*command, *files], cwd=ROOT, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""), " ".join(command))

    def test_cpp_is_formatted(self) -> None:
        self.assert_content(CLANG_FORMAT, "--dry-run", "--Werror", files=cpp())

    def test_shell_passes_shellcheck(self) -> None:
        self.assert_content("shellcheck", "--format=gcc", files=shell())

    def test_python_has_no_unused_or_unknown_names(self) -> None:
        self.assert_content("pyflakes3", files=python())

    def test_python_is_in_one_style(self) -> None:
        self.assert_content(*PYCODESTYLE, files=python())

    def test_words_are_spelt_right(self) -> None:
        self.assert_content("codespell", files=list(tracked()))
