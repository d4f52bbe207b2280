"""Every way in which a case file can be wrong: one line that names file, place and rule, and nothing is made."""

import json
from typing import Dict

from tests.generators.project import ProjectTest, plain_case

REJECT = [{"op": "read", "expect": {"verdict": "reject", "stage": "decompress"}}]
EITHER = [{"op": "read", "expect": {"verdict": "either", "choices": {"reads": {"verdict": "accept"},
                                                                     "refuses": {"verdict": "reject"}}}}]


def short_case(**changes: object) -> Dict[str, object]:
    """A refusal with its twin: the second stream's size field is too small."""
    second = {"stream": {"length": 600}, "additional_sectors": 0}
    image = {"cluster_bits": 12, "guest": {"0": "compressed", "1": second}}
    return plain_case("short", **{"image": image, "operations": REJECT, "baseline": "plain",
                                  "delta": "guest.1.additional_sectors: one too few", **changes})


class Lint(ProjectTest):
    def assert_refused(self, rule: str, place: str = "cases/size-field/") -> None:
        status, out, err = self.build()
        self.assertEqual(2, status, out)
        self.assertEqual(1, err.count("\n"), err)
        self.assertIn(place, err)
        self.assertRegex(err, rule)
        self.assertEqual({}, {name: data for name, data in self.files().items() if not name.startswith(".")})

    def assert_case_refused(self, rule: str, **changes: object) -> None:
        self.write(plain_case(**changes))
        self.assert_refused(rule)

    def test_sound_cases_pass(self) -> None:
        self.write(plain_case())
        self.write(short_case())
        self.assertEqual((0, ""), self.run_command("check")[::2])
        self.assertEqual(0, self.build()[0])

    # ---- the file --------------------------------------------------------------------------------------
    def test_not_json(self) -> None:
        self.write(plain_case()).write_text('{"schema" 1}')
        self.assert_refused("plain.json: line 1, column 11: not JSON")

    def test_not_ascii(self) -> None:
        self.write(plain_case()).write_text('{"title": "Größe"}')
        self.assert_refused("byte 13 is not ASCII")

    def test_a_key_twice(self) -> None:
        self.write(plain_case()).write_text('{"schema": 1, "schema": 1}')
        self.assert_refused("the key 'schema' is there twice")

    def test_not_in_canonical_form(self) -> None:
        self.write(plain_case()).write_text(json.dumps(plain_case()))
        self.assert_refused("not in canonical form")
        self.assertEqual((0, "formatted cases/size-field/plain.json\n", ""), self.run_command("format"))
        self.assertEqual(0, self.run_command("check")[0])

    def test_another_id_than_the_file_name(self) -> None:
        self.write(plain_case("other"), name="plain")
        self.assert_refused("plain.json: id: must be the file's name, 'plain', not 'other'")

    def test_an_id_in_two_families(self) -> None:
        self.write(plain_case())
        self.write(plain_case(), family="placement")
        self.assert_refused("id: the id is taken by cases/placement/plain.json")

    def test_an_unknown_family(self) -> None:
        self.write(plain_case(), family="sizefield")
        self.assert_refused("no such family", place="cases/sizefield")

    # ---- the schema ------------------------------------------------------------------------------------
    def test_an_unknown_key(self) -> None:
        self.assert_case_refused("image: unknown key 'cluster_bit'", image={"cluster_bit": 12})
        self.assert_case_refused("image.guest.0: unknown key 'steam'", image={"guest": {"0": {"steam": {}}}})

    def test_a_missing_key(self) -> None:
        self.assert_case_refused("'why' is missing", why=None)

    def test_a_value_of_the_wrong_kind(self) -> None:
        self.assert_case_refused("image.cluster_bits: must be 21 or less, not 22", image={"cluster_bits": 22})
        self.assert_case_refused("rev: must be of type integer, not True", rev=True)
        self.assert_case_refused("features.0: must be one of", features=["gzip"])
        self.assert_case_refused("clauses: must have 1 to", clauses=[])
        self.assert_case_refused("clauses: has an item twice", clauses=["size", "size"])
        self.assert_case_refused("additional_sectors: 'most' does not match",
                                 image={"guest": {"0": {"stream": {}, "additional_sectors": "most"}}})

    # ---- clauses, features, operations -----------------------------------------------------------------
    def test_a_clause_that_does_not_exist(self) -> None:
        self.assert_case_refused("clauses: the spec has no clause 'sise'", clauses=["sise"])

    def test_an_open_verdict_needs_an_open_clause_and_no_must(self) -> None:
        self.assert_case_refused("clauses: a case with an open verdict", operations=EITHER)
        self.assert_case_refused("clauses: a case with an open verdict", operations=EITHER, clauses=["size", "taste"])
        self.assert_case_refused("clauses: a case whose clauses are all unspecified", clauses=["taste"])

    def test_features_are_those_that_the_image_needs(self) -> None:
        self.assert_case_refused(r"features: the image needs \['deflate'\], but the case states \['zstd'\]",
                                 features=["zstd"])

    def test_a_header_that_says_zstd_needs_it_without_any_stream(self) -> None:
        image = {"cluster_bits": 12, "compression": "zstd", "guest": {"0": {"data": {"random": "rest"}}}}
        self.assert_case_refused(r"the image needs \['zstd'\], but the case states \[\]", image=image, features=[])

    def test_operations(self) -> None:
        accept = {"verdict": "accept"}
        for rule, operation in (
                ("read-range needs offset and length", {"op": "read", "offset": 1, "expect": accept}),
                ("read-range needs offset and length", {"op": "read-range", "offset": 1, "expect": accept}),
                ("the verdict either needs choices", {"op": "read", "expect": {"verdict": "either"}}),
                ("read does not answer clean", {"op": "read", "expect": {"verdict": "clean"}}),
                ("check does not answer accept", {"op": "check", "expect": accept}),
                ("only the verdict reject has a stage", {"op": "read", "expect": {**accept, "stage": "l1"}})):
            with self.subTest(rule):
                self.assert_case_refused("operations.0.*" + rule, operations=[operation])

    def test_operations_that_write(self) -> None:
        accept, step = {"verdict": "accept"}, {"resize": 0}
        for rule, operation in (
                ("modify needs steps", {"op": "modify", "expect": {**accept, "check": "clean"}}),
                ("modify needs steps", {"op": "read", "steps": [step], "expect": accept}),
                ("a step must have exactly one key",
                 {"op": "modify", "steps": [{**step, "discard": {"offset": 0, "length": 1}}],
                  "expect": {**accept, "check": "clean"}}),
                ("an accepted modify or repair needs check", {"op": "modify", "steps": [step], "expect": accept}),
                ("an accepted modify or repair needs check", {"op": "read", "expect": {**accept, "check": "clean"}}),
                ("write needs properties", {"op": "write", "expect": accept}),
                ("writer-content is not a property of modify",
                 {"op": "modify", "steps": [step],
                  "expect": {**accept, "check": "clean", "properties": ["writer-content"]}}),
                ("write needs properties", {"op": "read", "expect": {**accept, "properties": ["writer-content"]}}),
                ("does not have writer-content among its clauses",
                 {"op": "write", "expect": {**accept, "properties": ["writer-content"]}}),
                ("a refused change has one step",
                 {"op": "modify", "steps": [step, step], "expect": {"verdict": "reject"}}),
                ("a refused change has no content",
                 {"op": "modify", "steps": [{"write": {"offset": 0, "length": 1, "content": "text"}}],
                  "expect": {"verdict": "reject"}}),
                ("write does not answer reject", {"op": "write", "expect": {"verdict": "reject"}}),
                ("an accepted modify or repair needs check", {"op": "repair", "expect": accept}),
                ("read-snapshot needs a snapshot", {"op": "read-snapshot", "expect": accept}),
                ("read-snapshot needs a snapshot", {"op": "read", "snapshot": "before", "expect": accept})):
            with self.subTest(rule):
                self.assert_case_refused("operations.0.*" + rule, operations=[operation])

    def test_a_withdrawn_case_gives_its_reason(self) -> None:
        self.assert_case_refused("reason: a withdrawn case", status="withdrawn")

    # ---- twins -----------------------------------------------------------------------------------------
    def test_a_refusal_without_a_twin(self) -> None:
        self.write(short_case(baseline=None, delta=None))
        self.assert_refused("short.json: a refusal needs a baseline")

    def test_a_twin_that_does_not_exist(self) -> None:
        self.write(short_case())
        self.assert_refused("baseline: there is no case 'plain', or it is withdrawn")

    def test_a_twin_that_is_no_sound_one(self) -> None:
        self.write(plain_case(operations=[{"op": "check", "expect": {"verdict": "clean"}}]))
        self.write(short_case())
        self.assert_refused("baseline: the twin plain does not answer read with accept")

    def test_a_difference_that_is_not_named(self) -> None:
        self.write(plain_case())
        self.write(short_case(delta="guest.1: another field"))
        self.assert_refused("delta: must begin with the places that differ from plain, 'guest.1.additional_sectors: '")

    # ---- what the image comes out as -------------------------------------------------------------------
    def test_an_expectation_that_the_image_does_not_meet(self) -> None:
        self.write(plain_case(operations=[{"op": "read-range", "offset": 0, "length": 1 << 30,
                                           "expect": {"verdict": "accept"}}]))
        status, _, err = self.build()
        self.assertEqual(2, status)
        self.assertIn("operations.0: the case says accept, but the read-range meets a part that must be refused", err)

    def test_errors_of_the_image_name_the_place(self) -> None:
        for rule, image in (
                ("image.guest.0.stream: there is no stream 'b'", {"guest": {"0": {"stream": "b"}}}),
                ("image.guest.0.additional_sectors: the size field holds 0 to 255, not 256",
                 {"guest": {"0": {"stream": {}, "additional_sectors": 256}}}),
                ("image.guest.0.stream.host_offset: nothing placed before this is called 'b'",
                 {"guest": {"0": {"stream": {"host_offset": "b.end"}}}}),
                ("image.guest.0.host_offset: the offset field does not hold",
                 {"guest": {"0": {"stream": {}, "host_offset": "0x40000000000000"}}}),
                ("image: 'guest.0' at 0x0 stands on bytes of 'header'",
                 {"guest": {"0": {"stream": {"host_offset": 0}}}}),
                ("image.guest.3-2: a range must not end", {"guest": {"3-2": "standard"}, "virtual_size": 262144}),
                ("image.guest.2-3: guest cluster 3 is stated twice", {"guest": {"3": "zero", "2-3": "standard"}}),
                ("image.refcounts: host cluster 6 has 2 references, too many for 1 bits",
                 {"refcounts": {"bits": 1}, "guest": {"0-1": "compressed"}}),
                ("image.guest.0.stream.deflate.0: the block's code has no symbol",
                 {"guest": {"0": {"stream": {"deflate": [
                     {"dynamic": "rest", "literal_lengths": {"0": 1, "256": 1}}]}}}}),
                ("image.backing_file: the case has no sibling 'base'",
                 {"backing_file": {"name": "base"}, "guest": {"0": "compressed"}})):
            with self.subTest(rule):
                features = ["deflate", "backing-file"] if "backing_file" in image else ["deflate"]
                features = ["zero-clusters"] if "zero" in str(image) else [] if "3-2" in str(image) else features
                self.write(plain_case(image=image, features=features))
                status, _, err = self.build()
                self.assertEqual((2, 1), (status, err.count("\n")))
                self.assertIn("cases/size-field/plain.json: " + rule, err)

    def test_a_large_file_states_what_it_asks_of_the_file_system(self) -> None:
        self.write(plain_case(image={"guest": {"0": {"stream": {"host_offset": "0x100000000"}}}}))
        status, _, err = self.build()
        self.assertIn("requires: must be {'max_file_size': '0x100010000'}", err)
        self.assertEqual(2, status)

    def test_a_missing_spec(self) -> None:
        self.write(plain_case())
        (self.root / "spec/compressed-clusters.md").unlink()
        self.assert_refused("there is no such file", place="spec/compressed-clusters.md")

    def test_a_case_that_does_not_exist_is_not_shown(self) -> None:
        self.assertEqual((2, "", "generators: there is no case 'nobody'\n"), self.run_command("show", "nobody"))
