"""cases/new: a case from a few answers, and what it lacks."""

import json
from typing import Iterable
from unittest import mock

from tests.generators.project import ProjectTest, plain_case

BROKEN = json.dumps({"guest": {"0": {"stream": {"cut": 5}}, "1": "compressed"}})


class New(ProjectTest):
    def make(self, name: str, answers: Iterable[str], family: str = "size-field") -> tuple[int, str, str]:
        with mock.patch("sys.stdin") as stdin:
            stdin.readline.side_effect = [f"{answer}\n" for answer in answers]
            return self.run_command("new", family, name)

    def document(self, name: str) -> dict:
        return json.loads((self.root / f"cases/size-field/{name}.json").read_text())

    def test_a_case_that_reads(self) -> None:
        status, said, _ = self.make("mine", ["A disk that reads", "A user loses it.", "size", "", ""])
        self.assertEqual(1, status)
        self.assertIn("wrote cases/size-field/mine.json\nmissing: its digests: python3 -m generators lock\n", said)
        document = self.document("mine")
        self.assertEqual(["deflate"], document["features"])
        self.assertEqual([{"op": "read", "expect": {"verdict": "accept"}}], document["operations"])

    def test_a_refusal_names_its_twin_and_the_places(self) -> None:
        self.write(plain_case("twin", image={"guest": {"0": "compressed", "1": "compressed"}}))
        _, said, _ = self.make("cut", ["A stream that is cut", "Bytes are lost.", "size", BROKEN, "reject", "twin",
                                       "5 bytes less"])
        self.assertNotIn("missing: cases/", said)
        document = self.document("cut")
        self.assertEqual(("twin", "guest.0: 5 bytes less"), (document["baseline"], document["delta"]))

    def test_it_says_the_first_rule_that_does_not_hold(self) -> None:
        status, said, _ = self.make("mine", ["A disk that reads", "A user loses it.", "no-such-clause", "", ""])
        self.assertEqual(1, status)
        self.assertIn("missing: cases/size-field/mine.json: clauses: the spec has no clause 'no-such-clause'\n", said)

    def test_a_case_that_is_there_is_left_alone(self) -> None:
        path = self.write(plain_case("mine"))
        before = path.read_bytes()
        status, said, _ = self.run_command("new", "size-field", "mine")
        self.assertEqual(4, said.count("missing: "))
        self.assertEqual((1, before), (status, path.read_bytes()))

    def test_a_case_that_lacks_nothing_is_exit_0(self) -> None:
        seen = {"version": "1", "zlib": "1", "libzstd": "1", "observed": ["accept"]}
        self.write(plain_case("mine", evidence={"model": seen, "qemu-img": seen}))
        self.build("lock")
        (self.root / "docs").mkdir()
        (self.root / "docs/kill-matrix.json").write_text(json.dumps({"cases": [{"id": "mine"}]}))
        self.assertEqual((0, "", ""), self.run_command("new", "size-field", "mine"))

    def test_an_unknown_family_twin_or_image_is_an_error(self) -> None:
        for family, answers in (("no-family", []), ("size-field", ["A broken image", "A user loses it.", "size", "{"]),
                                ("size-field", ["A broken image", "A user loses it.", "size", "", "reject", "nobody"])):
            with self.subTest(family=family, answers=answers):
                self.assertEqual(2, self.make("mine", answers, family)[0])
                self.assertFalse((self.root / f"cases/{family}/mine.json").exists())
