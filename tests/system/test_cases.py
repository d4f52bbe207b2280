"""Every case: no must case may go wrong on the model and qemu-img, and what all oracles do is what is recorded."""

import json

from tests.system.support import CONFORM, SANITIZED, SystemTest, require_tool, run

FINE = {"pass", "unsupported", "not-run", "known-fail"}
if SANITIZED:
    FINE.add("resource")  # sanitizers take more memory than a case allows


class Cases(SystemTest):
    def run_all(self, *implementations: str) -> str:
        done = run(CONFORM, "run", *(word for name in implementations for word in ("--impl", name)), "--out", self.dir)
        return (done.stdout + done.stderr).decode()

    def assert_right(self, name: str, report: str) -> None:
        """`report` is shown where something is not."""
        summary = json.loads((self.dir / "summary.json").read_text())
        (counts,) = [one["must"]["counts"] for one in summary["implementations"] if one["name"] == name]
        with self.subTest(name):
            self.assertGreater(counts["pass"], 0)
            wrong = [status for status, number in counts.items() if number and status not in FINE]
            self.assertEqual([], wrong, report)

    def test_model(self) -> None:
        self.assert_right("model", self.run_all("model"))

    def test_model_and_oracles(self) -> None:
        require_tool("qemu-img")
        require_tool("qemu-io")
        report = self.run_all("model", "qemu-img", "qemu-io")
        for name in ("model", "qemu-img"):  # qemu-io loses a neighbour's data, as is known
            self.assert_right(name, report)
        compared = run(CONFORM, "evidence", "--check", "--results", self.dir / "results.jsonl")
        self.assertEqual(0, compared.returncode, (compared.stdout + compared.stderr).decode())
