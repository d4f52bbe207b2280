"""Every mutant is one change in one place of the model as it stands: its text before is there exactly once."""

import json
import unittest
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


class Mutants(unittest.TestCase):
    def test_each_matches_the_model_once(self) -> None:
        names = set()
        for file in sorted((HERE / "parts").glob("*.json")):
            for mutant in json.loads(file.read_text(encoding="utf-8"))["mutants"]:
                with self.subTest(mutant["name"]):
                    self.assertNotIn(mutant["name"], names)
                    names.add(mutant["name"])
                    text = (ROOT / mutant["file"]).read_text(encoding="utf-8")
                    self.assertEqual(1, text.count("\n".join(mutant["before"])))
                    self.assertNotEqual(mutant["before"], mutant["after"])
        self.assertGreater(len(names), 60)
