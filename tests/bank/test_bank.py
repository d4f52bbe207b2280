"""The bank of wrong readers can be made, and one of them is told what its mistake looks like."""

import json
import unittest

from tests.bank import bank
from tests.system.support import ROOT


class Bank(unittest.TestCase):
    def test_every_mistake_can_be_made_and_names_what_exists(self) -> None:
        text = (bank.READER / bank.SOURCE).read_text(encoding="utf-8")
        mutants = {
            one["name"]
            for path in (ROOT / "tests/mutants/parts").glob("*.json")
            for one in json.loads(path.read_text(encoding="utf-8"))["mutants"]
        }
        lines = (ROOT / "spec/slugs.txt").read_text(encoding="utf-8").splitlines()
        slugs = {line.split()[0] for line in lines if line and not line.startswith("#")}
        names = [one.name for one in bank.load()]
        self.assertEqual(len(names), len(set(names)))
        for one in bank.load():
            with self.subTest(one.name):
                compile(one.reader(text), one.name, "exec")
                self.assertLessEqual(set(one.mutants), mutants)
                self.assertLessEqual(set(one.clauses), slugs)

    def test_a_clamped_reader_is_told_so(self) -> None:
        clamped = next(one for one in bank.load() if one.name == "clamped-to-a-cluster-and-a-sector")
        outcome = bank.run(clamped, "--case", "placement/*", "--case", "size-field/*", "--case", "stream-deflate/*")
        self.assertEqual(["clamped-to-cluster-size-plus-512"], outcome.said)
        self.assertTrue(outcome.start)


if __name__ == "__main__":
    unittest.main()
