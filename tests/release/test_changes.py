"""CHANGES.json, and the version that it asks for."""

import subprocess
import unittest

from release.changes import ROOT, cases_at, changes_text, compare, least_version


def case(name: str, rev: int = 1, verdict: str = "accept", **more: object) -> dict:
    return {"id": name, "family": "range", "rev": rev, "operations": [{"op": "read", "expect": {"verdict": verdict}}],
            **more}


def by_id(*cases: dict) -> dict[str, dict]:
    return {one["id"]: one for one in cases}


BEFORE = by_id(case("kept"), case("changed"), case("withdrawn"))


class Changes(unittest.TestCase):
    def test_each_kind_is_told(self) -> None:
        now = by_id(case("kept"), case("changed", rev=2, verdict="reject"), case("added"),
                    case("withdrawn", status="withdrawn", reason="it was wrong"))
        self.assertEqual({"added": [{"id": "added", "family": "range"}],
                          "changed": [{"id": "changed", "family": "range", "rev": [1, 2]}],
                          "withdrawn": [{"id": "withdrawn", "family": "range", "reason": "it was wrong"}]},
                         compare(BEFORE, now))

    def test_a_case_that_is_gone_is_an_error(self) -> None:
        with self.assertRaisesRegex(ValueError, "kept, withdrawn"):
            compare(BEFORE, by_id(case("changed")))

    def test_an_expectation_that_changed_in_silence_is_an_error(self) -> None:
        with self.assertRaisesRegex(ValueError, "changed"):
            compare(BEFORE, BEFORE | by_id(case("changed", verdict="reject")))

    def test_the_version_follows(self) -> None:
        nothing = {"added": [], "changed": [], "withdrawn": []}
        for changes, least in (({}, "1.4.3"), ({"added": [1]}, "1.5.0"), ({"changed": [1], "added": [1]}, "2.0.0"),
                               ({"withdrawn": [1]}, "2.0.0")):
            self.assertEqual(least, least_version("1.4.2", nothing | changes))


class Here(unittest.TestCase):
    def test_the_cases_of_this_commit(self) -> None:
        if subprocess.run(["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True).returncode != 0:
            self.skipTest("no git repository")
        cases = cases_at("HEAD")
        self.assertGreater(len(cases), 600)
        self.assertIn('"since": null', changes_text("1.0.0", None))
        self.assertEqual({"added": [], "changed": [], "withdrawn": []}, compare(cases, cases))


if __name__ == "__main__":
    unittest.main()
