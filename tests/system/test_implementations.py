"""Every implementation that ships, tried for real where it is installed."""

import json
import shutil

from tests.system.support import CONFORM, ROOT, SystemTest, absent, run

IMPLEMENTATIONS = ROOT / "implementations"
PLAIN = ("all-good", "bad-magic")
WITH_RANGES = ("all-good", "bare-compressed-flag")  # for what reads nothing but ranges
NOT_OF_RUN = {"7z", "nbdkit", "systemd-import"}  # ./run does not install them; tried where they are


def offered(described: dict) -> set[str]:
    """The operations that it names; a server names none, and reads."""
    names = {*described.get("operations", []), *described.get("adapter", {}).get("operations", [])}
    return names or {"read"}


class Judged(SystemTest):
    """A plain image is read right, and a wrong one is refused; that needs the canaries to be right too."""

    def judge(self, name: str, op: str, wanted: tuple[str, ...]) -> None:
        cases = [word for case in wanted for word in ("--case", case)]
        done = run(CONFORM, "run", "--impl", name, *cases, "--jobs", 1, "--out", self.dir)
        lines = [json.loads(line) for line in (self.dir / "results.jsonl").read_text().splitlines()]
        (implementation,) = lines[0]["implementations"]
        if implementation.get("absent"):
            absent(f"{name}: {implementation['absent']}")
        statuses: dict[str, set[str]] = {case: set() for case in wanted}
        for line in lines:
            if line.get("op") == op:
                statuses[line["case"]].add(line["status"])
        self.assertEqual({case: {"pass"} for case in wanted}, statuses, (done.stdout + done.stderr).decode())
        self.assertTrue(implementation["version"], "no version")


def add_judgement(name: str, op: str, wanted: tuple[str, ...]) -> None:
    setattr(Judged, f"test_{name.replace('-', '_')}", lambda self: self.judge(name, op, wanted))


for file in sorted(IMPLEMENTATIONS.glob("*.json")):
    if file.name == "schema.json":
        continue
    described = json.loads(file.read_text())
    if file.stem not in NOT_OF_RUN or all(map(shutil.which, described.get("needs", []))):
        reads = "read" in offered(described)
        add_judgement(file.stem, *(("read", PLAIN) if reads else ("read-range", WITH_RANGES)))
