"""Every case on the model, and on qemu-img: no must case may go wrong."""

import json

from tests.system.support import CONFORM, SystemTest, require_tool, run


class Cases(SystemTest):
    def judge(self, implementation: str) -> None:
        done = run(CONFORM, "run", "--impl", implementation, "--out", self.dir)
        self.assertEqual(0, done.returncode, (done.stdout + done.stderr).decode())
        (summary,) = json.loads((self.dir / "summary.json").read_text())["implementations"]
        self.assertGreater(summary["must"]["pass"], 0)

    def test_model(self) -> None:
        self.judge("model")

    def test_qemu_img(self) -> None:
        require_tool("qemu-img")
        self.judge("qemu-img")
