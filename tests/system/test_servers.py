"""Servers over NBD: right ones pass, and each of the bank of tests/servers/ gets its status."""

import collections
import json
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.servers.mistakes import MISTAKES
from tests.system.support import CONFORM, ROOT, SystemTest, require_tool, run

MISTAKES_MIN = 20
SECONDS = 4  # for an operation: a server that hangs is asked again, alone
RUNS = 2     # at a time
# To a newer libnbd, that of Debian 13, extents past what was asked for break the protocol.
ALSO = {"status-in-whole-clusters": "crash"}


def command(name: str) -> str:
    return f"{sys.executable} -E -S -m tests.servers.server {name} {{socket}} {{image}}"


def operations(folder: Path) -> list[dict]:
    lines = map(json.loads, (folder / "results.jsonl").read_text().splitlines())
    return [line for line in lines if line["type"] == "operation" and line["status"] != "not-run"]


def judge(name: str, folder: Path, *how: object, seconds: int = SECONDS) -> list[dict]:
    run(CONFORM, "run", "--nbd-cmd", command(name), "--timeout", seconds, "--jobs", 1, "--out", folder, *how)
    return operations(folder)


class Bank(SystemTest):
    def test_each_mistake_gets_its_status(self) -> None:
        wrong = {name: mistake for name, mistake in MISTAKES.items() if name != "right"}
        self.assertGreaterEqual(len(wrong), MISTAKES_MIN)
        with ThreadPoolExecutor(RUNS) as pool:
            judged = pool.map(lambda name: judge(name, self.dir / name, "--case", wrong[name].case), wrong)
            for (name, mistake), records in zip(wrong.items(), judged):
                with self.subTest(name):
                    statuses = collections.Counter(record["status"] for record in records)
                    self.assertTrue({mistake.status, ALSO.get(name)} & {*statuses},
                                    [record["detail"] for record in records])
                    if mistake.status == "pass":
                        self.assertEqual({"pass"}, set(statuses), [record["detail"] for record in records])

    def test_the_right_server_passes_where_each_mistake_is_seen(self) -> None:
        cases = sorted({mistake.case for mistake in MISTAKES.values()} - {"*"})
        records = judge("right", self.dir, *(word for case in cases for word in ("--case", case)), seconds=20)
        failures = [record for record in records if record["status"] not in ("pass", "unsupported")]
        self.assertEqual([], failures)
        passed = collections.Counter(record["op"] for record in records if record["status"] == "pass")
        self.assertLess(0, min(passed[op] for op in ("read", "read-range", "read-parallel", "map", "modify")))


class Contents(SystemTest):
    """What a case writes may be one byte over and over, or bytes of its own."""

    def test_each_content_reaches_the_disk(self) -> None:
        require_tool("qemu-nbd")
        cases = [file.stem for file in (ROOT / "cases").glob("*/*.json") if '"content": ' in file.read_text()]
        run(CONFORM, "run", "--impl", "qemu-nbd", *(word for case in cases for word in ("--case", case)),
            "--out", self.dir)
        changes = [record["status"] for record in operations(self.dir) if record["op"] == "modify"]
        self.assertEqual({"pass", "unsupported"}, set(changes))


class Example(SystemTest):
    def test_it_passes_what_a_reader_can_pass(self) -> None:
        server = f"{sys.executable} -E -S {ROOT}/examples/server.py {{socket}} {{image}}"
        run(CONFORM, "run", "--nbd-cmd", server, "--level", "must", "--case", "range/*", "--case", "sharing/*",
            "--case", "mapping/backing-*", "--jobs", RUNS, "--out", self.dir)
        records = operations(self.dir)
        statuses = collections.Counter((record["op"] == "modify", record["status"]) for record in records)
        failures = [record for record in records if record["status"] not in ("pass", "unsupported")]
        self.assertEqual([], failures)
        self.assertEqual({"unsupported"}, {status for changes, status in statuses if changes})
        self.assertGreater(statuses[False, "pass"], 100)


class Together(SystemTest):
    """That requests are in flight together is in the record, and a seed gives the same requests again."""

    def judge(self, *how: object) -> dict:
        records = judge("right", self.dir, "--case", "six-good-clusters-deflate", *how)
        (record,) = [record for record in records if record["op"] == "read-parallel"]
        self.assertEqual("pass", record["status"], record["detail"])
        return record["properties"]

    def test_in_flight(self) -> None:
        traffic = self.judge()
        self.assertEqual((4, 240, 1), (traffic["connections"], traffic["requests"], traffic["seed"]))
        self.assertGreaterEqual(traffic["in_flight_max"], 8)

    def test_a_seed_is_kept(self) -> None:
        self.assertEqual(77, self.judge("--seed", 77)["seed"])


if __name__ == "__main__":
    unittest.main()
