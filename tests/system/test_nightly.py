"""What takes minutes: all mutants on all cases, and what of the model the cases reach. ctest has it in ./test --nightly."""

import json
import os
import subprocess

from tests.system.support import BIN, CONFORM, ROOT, SystemTest

TIMEOUT_SECONDS = 3000


class Nightly(SystemTest):
    def run_long(self, *args: object) -> str:
        done = subprocess.run([str(arg) for arg in args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=TIMEOUT_SECONDS, check=False)
        self.assertEqual(0, done.returncode, done.stdout.decode())
        return done.stdout.decode()

    def kills(self, text: str, without: set[str]) -> dict[str, set[str]]:
        """Of each mutant the cases that kill it."""
        matrix = json.loads(text)
        cases = [case["id"] for case in matrix["cases"]]
        return {mutant["name"]: {case for case, cell in zip(cases, mutant["cells"]) if cell in "dari"} - without
                for mutant in matrix["mutants"]}

    def not_run(self, text: str) -> set[str]:
        """What a machine can run depends on how long its files may be."""
        matrix = json.loads(text)
        return {case["id"] for i, case in enumerate(matrix["cases"]) if matrix["mutants"][0]["cells"][i] == "-"}

    def test_selftest(self) -> None:
        self.run_long(CONFORM, "selftest", "--jobs", os.cpu_count() or 1, "--timeout", 10, "--out", self.dir)
        committed = (ROOT / "docs/kill-matrix.json").read_text()
        made = (self.dir / "kill-matrix.json").read_text()
        without = self.not_run(committed) | self.not_run(made)
        self.assertEqual(self.kills(committed, without), self.kills(made, without),
                         "docs/kill-matrix.json is not what the command gives: scripts/kill-matrix makes it anew")

    def test_coverage(self) -> None:
        self.run_long(ROOT / "scripts/coverage", "--build", BIN.parent)
