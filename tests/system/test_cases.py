"""Every case on the model, and on qemu-img: no must case may go wrong."""

import json

from tests.system.support import CONFORM, SANITIZED, SystemTest, require_tool, run

FINE = {"pass", "unsupported", "not-run", "known-fail"}
if SANITIZED:
    FINE.add("resource")  # sanitizers take more memory than a case allows


class Cases(SystemTest):
    def judge(self, implementation: str) -> None:
        done = run(CONFORM, "run", "--impl", implementation, "--out", self.dir)
        report = (done.stdout + done.stderr).decode()
        self.assertIn(done.returncode, (0, 1) if SANITIZED else (0,), report)
        (summary,) = json.loads((self.dir / "summary.json").read_text())["implementations"]
        counts = summary["must"]["counts"]
        self.assertGreater(counts["pass"], 0)
        self.assertEqual([], [status for status, number in counts.items() if number and status not in FINE], report)

    def test_model(self) -> None:
        self.judge("model")

    def test_qemu_img(self) -> None:
        require_tool("qemu-img")
        self.judge("qemu-img")
