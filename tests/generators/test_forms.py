"""The small languages: places, the canonical form, clauses, the schema's subset, digests, differences."""

import hashlib
import json
import unittest

from generators.case.canonical import COLUMNS, canonical_text
from generators.case.clauses import parse_clauses
from generators.streams.content import Content, labelled
from generators.case.differences import differing_paths
from generators.case.errors import CaseError
from generators.image.placement import Places
from generators.case.schema import Validator
from generators.image.sparse import SparseFile
from tests.generators.project import ROOT, SPEC


class Placement(unittest.TestCase):
    def setUp(self) -> None:
        self.places = Places(4096)
        self.places.put("a", 1000, 100)
        self.places.here = 5000

    def test_what_expressions_mean(self) -> None:
        for expression, expected in (
                (7, 7), ("0x100", 256), ("here", 5000), ("here + 3", 5003),
                ("sector", 5120), ("sector + 510", 5118), ("sector + 136", 5256),
                ("cluster", 8192), ("cluster - 2", 8190), ("cluster + 1000", 5096),
                ("a", 1000), ("a + 5", 1005), ("a.end", 1100), ("a.end - 1", 1099)):
            self.assertEqual(expected, self.places.resolve(expression), expression)

    def test_only_what_is_packed_moves_on(self) -> None:
        self.places.put("far", "0x100000", 10)
        self.places.put("gap", "a.end", 10)
        self.assertEqual(5000, self.places.here)
        self.places.put("packed", "sector", 10)
        self.assertEqual(5130, self.places.here)
        self.places.put_clusters("table", 5000)
        self.assertEqual((8192, 16384), (self.places.start("table"), self.places.here))
        self.assertEqual(0x10000A, self.places.furthest())

    def test_what_is_no_place(self) -> None:
        self.assertRaisesRegex(CaseError, "is not a place in the file", self.places.resolve, "a +5")
        self.assertRaisesRegex(CaseError, "nothing placed before this is called 'b'", self.places.resolve, "b")


class CanonicalForm(unittest.TestCase):
    def test_what_fits_stands_on_one_line(self) -> None:
        case = {"operations": [], "id": "x", "image": {"a": [1, {"b": "c"}], "d": {}}, "why": "w" * 200}
        self.assertEqual('{\n  "id": "x",\n  "why": "' + "w" * 200 + '",\n  "image": {"a": [1, {"b": "c"}], "d": {}},\n'
                         '  "operations": []\n}\n', canonical_text(case))

    def test_the_columns_count_indent_key_and_comma(self) -> None:
        for more, lines in ((0, 4), (1, 7)):
            filled = "x" * (COLUMNS - len('  "image": {"k": "", "l": 1},') + more)
            text = canonical_text({"image": {"k": filled, "l": 1}, "operations": []})
            self.assertEqual(lines, text.count("\n"), text)

    def test_operations_have_their_order(self) -> None:
        operation = {"expect": {"verdict": "accept"}, "length": 1, "offset": 0, "op": "read-range"}
        text = canonical_text({"operations": [operation]})
        self.assertIn('{"op": "read-range", "offset": 0, "length": 1, "expect": {"verdict": "accept"}}', text)

    def test_every_case_is_its_own_canonical_form(self) -> None:
        for path in sorted((ROOT / "cases").glob("*/*.json")):
            self.assertEqual(path.read_text(), canonical_text(json.loads(path.read_text())), path)


class Clauses(unittest.TestCase):
    def test_the_text_of_the_specification_parses(self) -> None:
        clauses = parse_clauses((ROOT / "spec/compressed-clusters.md").read_text())
        by_slug = {clause["slug"]: clause for clause in clauses}
        self.assertEqual("must", by_slug["size-field"]["level"])
        self.assertTrue(all(clause["sentence"] and clause["ground"] and clause["section"] for clause in clauses))

    def test_a_clause_without_its_ground(self) -> None:
        broken = SPEC.replace("> Derived: nothing is said.", "Nothing is said.")
        self.assertRaisesRegex(CaseError, "taste: no '> Rests on:' or '> Derived:'", parse_clauses, broken)

    def test_a_level_that_is_none(self) -> None:
        self.assertRaisesRegex(CaseError, "size: 'shall' is not a level", parse_clauses,
                               SPEC.replace("(must)", "(shall)"))

    def test_a_clause_twice(self) -> None:
        self.assertRaisesRegex(CaseError, "size: the clause is there twice", parse_clauses, SPEC + SPEC)


class SchemaSubset(unittest.TestCase):
    def test_a_keyword_outside_the_subset_is_not_passed_over(self) -> None:
        self.assertRaises(AssertionError, Validator({"type": "object", "maxProperties": 3}).check, {})

    def test_the_error_is_that_of_the_branch_whose_type_fits(self) -> None:
        schema = {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^0x"}]}
        self.assertRaisesRegex(CaseError, "does not match", Validator(schema).check, "7")
        self.assertRaisesRegex(CaseError, "must be 0 or more", Validator(schema).check, -1)
        self.assertRaisesRegex(CaseError, "none of the allowed forms", Validator(schema).check, [])

    def test_true_is_not_one(self) -> None:
        self.assertRaises(CaseError, Validator({"const": 1}).check, True)
        self.assertRaises(CaseError, Validator({"enum": [0, 1]}).check, False)


class Sparse(unittest.TestCase):
    def test_holes_are_read_and_hashed_as_zeros(self) -> None:
        file = SparseFile(10000)
        file.write(4090, b"over a border")
        file.write(9998, b"cut")
        expected = bytearray(10000)
        expected[4090:4103] = b"over a border"
        expected[9998:] = b"cu"
        self.assertEqual(bytes(expected), file.read(0, 20000))
        self.assertEqual(hashlib.sha256(expected).hexdigest(), file.plain_digest())

    def test_image_digest_is_over_length_and_runs(self) -> None:
        file = SparseFile(3 * 4096 + 5)
        file.write(4096, b"x")
        file.write(3 * 4096, b"tail")
        expected = hashlib.sha256()
        for part in (3 * 4096 + 5, 4096, 4096):
            expected.update(part.to_bytes(8, "little"))
        expected.update(b"x".ljust(4096, b"\0"))
        expected.update((3 * 4096).to_bytes(8, "little") + (5).to_bytes(8, "little") + b"tail\0")
        self.assertEqual(expected.hexdigest(), file.image_digest())

    def test_zeros_written_are_no_data(self) -> None:
        written, untouched = SparseFile(1 << 50), SparseFile(1 << 50)
        written.write(1 << 49, bytes(10000))
        self.assertEqual(untouched.image_digest(), written.image_digest())


class ContentAndDifferences(unittest.TestCase):
    def test_labels_say_where_bytes_belong(self) -> None:
        self.assertEqual(b"......7:0000200\n" * 2, labelled("7", 512, 32))
        self.assertEqual(labelled("7", 0, 2000)[700:1500], labelled("7", 700, 800))

    def test_rest_counts_up_to_the_size(self) -> None:
        content = Content("a", 100)
        self.assertEqual(b"ab" + labelled("a", 12, 88), content.bytes_of([{"text": "ab"}, "rest"], 10))
        self.assertEqual(b"", content.bytes_of("rest", 200))

    def test_paths_of_differences(self) -> None:
        one = {"a": {"b": 1, "c": [1, {"d": 2}]}, "e": [1]}
        other = {"a": {"b": 1, "c": [1, {"d": 3}]}, "e": [1, 2], "f": True}
        self.assertEqual(["a.c.1.d", "e", "f"], differing_paths(one, other))
        self.assertEqual(["x"], differing_paths({"x": 1}, {"x": True}))
