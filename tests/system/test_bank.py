"""A bank of readers with one mistake each: who is stopped, who is judged, and which marks the mistakes get."""

import collections
import json
import sys
import unittest

from tests.system.bank.adapter import HARMLESS
from tests.system.support import CONFORM, ROOT, SystemTest, run

WORST = {"wrong-data", "wrong-accept"}
FINE = {"pass", "choice", "inconsistent-choice", "observed", "not-run"}
STOPPED = 4


class Bank(SystemTest):
    def judge(self, flaw: str, *arguments: object, status: int = 1) -> None:
        reader = f"{sys.executable} {ROOT / 'tests/system/bank/adapter.py'} {flaw}"
        done = run(CONFORM, "run", "--adapter", reader, *arguments, "--out", self.dir / flaw)
        self.told = (done.stdout + done.stderr).decode()
        self.assertEqual(status, done.returncode, self.told)
        lines = [json.loads(line) for line in (self.dir / flaw / "results.jsonl").read_text().splitlines()]
        (self.reader,) = lines[0]["implementations"]
        self.records = [line for line in lines if line["type"] == "operation" and line["offered"]]
        self.marks = collections.Counter(record["status"] for record in self.records)
        (self.summary,) = json.loads((self.dir / flaw / "summary.json").read_text())["implementations"]

    def cases(self, status: str) -> set[str]:
        return {record["case"] for record in self.records if record["status"] == status}

    def assert_judged(self) -> None:
        self.assertEqual({}, self.reader["stopped"])
        self.assertGreater(self.marks["pass"], 0)

    def test_a_reader_that_is_lenient_and_right_has_no_mark_of_the_worst_kinds(self) -> None:
        self.judge("lenient")
        self.assert_judged()
        self.assertEqual([], sorted(WORST & set(self.marks)), self.told)
        unnoticed = [record for record in self.records if record["status"] == "flaw-unnoticed"]
        self.assertEqual({"twin"}, {record["bytes"] for record in unnoticed})
        self.assertEqual([], [record["case"] for record in unnoticed if not HARMLESS & set(record["clauses"])])
        self.assertGreater(len(self.cases("flaw-unnoticed")), 10)
        self.assertEqual({"flaw-unnoticed"}, set(self.marks) - FINE, self.told)

    def test_a_reader_that_invents_bytes_does(self) -> None:
        self.judge("zeros_for_missing_bytes", "--case", "stream-deflate/*")
        self.assert_judged()
        self.assertGreater(self.marks["wrong-accept"], 0)
        self.assertEqual(0, self.marks["flaw-unnoticed"])

    def test_a_wrong_magic_taken_for_a_raw_disk_is_an_ordinary_failure(self) -> None:
        self.judge("raw_where_no_qcow2", "--case", "mapping/*")
        self.assert_judged()
        self.assertIn("canary bad-magic, read: a file with a wrong magic is answered with accept", self.told)
        self.assertEqual({"bad-magic", "empty-file"}, self.cases("wrong-accept"))

    def test_a_reader_without_unallocated_clusters_is_judged(self) -> None:
        self.judge("no_unallocated_clusters", "--case", "mapping/*", "--case", "size-field/*")
        self.assert_judged()
        self.assertIn("canary good, read: ", self.told)
        self.assertNotIn("canary no-holes", self.told)
        self.assertIn("wrong-reject", self.marks)

    def test_a_reader_of_version_2_alone_is_judged(self) -> None:
        self.judge("version_2_only", "--case", "mapping/*")
        self.assert_judged()
        for canary in ("good", "no-holes"):
            self.assertIn(f"canary {canary}, read: ", self.told)
        self.assertNotIn("canary version-2", self.told)
        self.assertIn("wrong-reject", self.marks)

    def test_a_reader_that_never_refuses_and_reads_what_is_right_is_judged(self) -> None:
        self.judge("never_refuses", "--case", "mapping/*")
        self.assert_judged()
        self.assertGreater(self.marks["wrong-accept"], 0)

    def test_who_says_the_same_to_all_is_stopped(self) -> None:
        for flaw, words in (("yes_to_all", "accepts all canaries"), ("no_to_all", "refuses all canaries")):
            with self.subTest(flaw):
                self.judge(flaw, "--case", "mapping/*", status=STOPPED)
                self.assertEqual({"read", "read-range"}, set(self.reader["stopped"]))
                self.assertIn(words, self.reader["stopped"]["read"])
                self.assertEqual({"not-run"}, set(self.marks))
                self.assertIn("stopped: read: ", self.told)
                self.assertEqual(0, self.summary["must"]["score"]["well"])


if __name__ == "__main__":
    unittest.main()
