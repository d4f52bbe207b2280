"""A refusal, or a corruption, is found for the reason that its case gives, and for no other.

`generators check` holds that a case differs from its sound twin in its delta alone. Here the model says what it finds:
were there a second fault that comes with the delta, a program that overlooks the first would be noticed all the same.
"""

import json
from collections import Counter
from typing import Any, Iterator

from tests.system.support import BIN, SystemTest

CORPUS = BIN.parent / "corpus"
REFUSES = ("read", "read-range", "read-snapshot", "map", "check", "modify")

# The model's rule where the clause that a checker is held to has another slug.
CHECKED = {"copied-flag": "check-copied-flag", "copied-flag-clear": "check-copied-flag",
           "reserved-bits": "check-reserved-bits", "extended-l2-bitmap": "check-reserved-bits",
           "refcount-aligned": "refcount-lookup"}

# What comes with the delta and cannot be kept from it, or is the same fault by another name.
TOGETHER = {
    "offset-bit-56-checked": {"check-extent-past-end"},  # no file that can be checked reaches to 2^56
    "refcount-table-past-the-end": {"copied-flag"},  # every image has an L1 entry with bit 63, and now no refcount
    "refcount-bits-2-reversed": {"copied-flag"},  # so has this one
    "reserved-bits-in-the-refcount-table": {"refcount-lookup"},  # as the model calls it
    "snapshot-with-an-unaligned-l1-table-deleted": {"snapshot-tables"},  # as the model calls it
    "good-and-broken-in-turn-zstd": {"outside-extent"},  # where a frame of 100 bytes ends, the extent ends
    "good-beside-broken": {"incomplete-refused", "deflate-invalid"},  # the case is about what is good beside it
    "gzip-header": {"deflate-invalid"}, "zlib-header": {"deflate-invalid"},  # "With such a header it is not deflate"
    "half-a-cluster-in-a-frame": {"outside-extent"},  # the extent ends where the frame does
}


def operations(verdict: str, *ops: str) -> Iterator[tuple[dict[str, Any], int, dict[str, Any]]]:
    """Each with its case and its number in it."""
    for path in sorted((CORPUS / "cases").glob("*/*.json")):
        case = json.loads(path.read_text())
        if "status" not in case:
            yield from ((case, number, operation) for number, operation in enumerate(case["operations"])
                        if operation["op"] in ops and operation["expect"]["verdict"] == verdict)


def image(case: dict[str, Any]) -> str:
    return str(CORPUS / "images" / case["id"] / f"{case['id']}.qcow2")


class RightReason(SystemTest):
    def test_a_checker_finds_corruptions_of_the_case_alone(self) -> None:
        tried = 0
        for case, number, _ in operations("corrupt", "check"):
            with self.subTest(case["id"], operation=number):
                found = json.loads(self.run_model("check", "--json", image(case)).stdout)
                rules = {one["rule"] for one in found["violations"] if one["severity"] == "corruption"}
                allowed = {*case["clauses"], *TOGETHER.get(case["id"], ())}
                self.assertEqual(set(), {rule for rule in rules if not {rule, CHECKED.get(rule, "")} & allowed})
                self.assertTrue(rules)
                tried += 1
        self.assertGreater(tried, 60)

    def test_every_refusal_is_by_a_clause_of_the_case(self) -> None:
        tried: Counter[str] = Counter()
        for case, number, operation in operations("reject", *REFUSES):
            with self.subTest(case["id"], operation=number):
                done = self.run_model(*self.words(case, operation))
                self.assertEqual(4 if operation["op"] == "check" else 1, done.returncode, done.stderr)
                _, _, rule, _ = self.assert_one_line(done).split(": ", 3)
                self.assertIn(rule, {*case["clauses"], *TOGETHER.get(case["id"], ())})
                tried[operation["op"]] += 1
        self.assertEqual(set(REFUSES), set(tried))
        self.assertGreater(tried.total(), 150)

    def words(self, case: dict[str, Any], operation: dict[str, Any]) -> list[object]:
        """The model's command line for the operation."""
        disk, out = image(case), self.dir / "out"
        if operation["op"] == "modify":
            steps = self.dir / "steps.json"
            steps.write_text(json.dumps(operation["steps"]))
            return ["modify", disk, steps, "--out", out]
        return {
            "read": ["read", disk, out],
            "read-range": ["read", disk, out, "--offset", operation.get("offset"), "--length", operation.get("length")],
            "read-snapshot": ["read", disk, out, "--snapshot", operation.get("snapshot")],
            "map": ["map", disk],
            "check": ["check", disk],
        }[operation["op"]]
