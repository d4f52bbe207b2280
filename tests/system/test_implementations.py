"""Every implementation that ships, tried for real where it is installed."""

import json
import shutil

from tests.system.support import CONFORM, ROOT, SystemTest, absent, run

IMPLEMENTATIONS = ROOT / "implementations"
PLAIN = ("all-good", "bad-magic")
NOT_OF_RUN = {"7z", "nbdkit", "systemd-import"}  # ./run does not install them; tried where they are


class Judged(SystemTest):
    """A plain image is read right, and a file that is no qcow2 is refused; that needs the canaries to be right too."""

    def judge(self, name: str) -> None:
        cases = [word for case in PLAIN for word in ("--case", case)]
        done = run(CONFORM, "run", "--impl", name, *cases, "--jobs", 1, "--out", self.dir)
        lines = [json.loads(line) for line in (self.dir / "results.jsonl").read_text().splitlines()]
        (implementation,) = lines[0]["implementations"]
        if implementation.get("absent"):
            absent(f"{name}: {implementation['absent']}")
        reads = {line["case"]: line["status"] for line in lines if line.get("op") == "read"}
        self.assertEqual(dict.fromkeys(PLAIN, "pass"), reads, (done.stdout + done.stderr).decode())
        self.assertTrue(implementation["version"], "no version")


def add_judgement(name: str) -> None:
    setattr(Judged, f"test_{name.replace('-', '_')}", lambda self: self.judge(name))


for file in sorted(IMPLEMENTATIONS.glob("*.json")):
    described = json.loads(file.read_text())
    reads = file.name != "schema.json" and "read" in described.get("operations", ["read"])
    if reads and (file.stem not in NOT_OF_RUN or all(map(shutil.which, described.get("needs", [])))):
        add_judgement(file.stem)
