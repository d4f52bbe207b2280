"""What the steps of a modify operation make of a guest disk, and what stands of it in the corpus."""

import json
import unittest
from typing import Any, Dict, List

from generators.case.errors import CaseError
from generators.guest.guest import read_guest
from generators.image.image import build_image
from generators.guest.modify import After, Before, disks_after
from tests.generators.project import ProjectTest, plain_case

Step = Dict[str, Any]
CLUSTER = 4096


def changed(steps: List[Step], **image: object) -> After:
    built = build_image({"cluster_bits": 12, "guest": {"0-1": "compressed"}, **image})
    return disks_after(Before(built, read_guest(built).file), steps)[""]


def filled(offset: int, length: int, byte: int = 0x55) -> Step:
    return {"offset": offset, "length": length, "byte": byte}


class Steps(unittest.TestCase):
    def setUp(self) -> None:
        self.before = changed([]).file

    def test_a_write_changes_its_bytes_and_no_others(self) -> None:
        after = changed([{"write": filled(100, 5000)}])
        expected = bytearray(self.before.read(0, self.before.length))
        expected[100:5100] = b"\x55" * 5000
        self.assertEqual(bytes(expected), after.file.read(0, after.file.length))
        self.assertEqual([], after.open)

    def test_what_is_discarded_is_as_before_or_zero_until_it_is_written(self) -> None:
        after = changed([{"discard": {"offset": 0, "length": 8192}}, {"write_compressed": filled(4096, 4096)},
                         {"discard": {"offset": 8192, "length": 10}}, {"discard": {"offset": 8190, "length": 12}}])
        self.assertEqual([(0, 4096), (8190, 12)], after.open)
        self.assertEqual(self.before.read(0, 4096), after.file.read(0, 4096))
        self.assertEqual(b"\x55" * 4094, after.file.read(4096, 4094))

    def test_a_disk_that_grows_uncovers_what_its_last_stream_hides(self) -> None:
        image = {"virtual_size": 262144 + 100, "guest": {"0": "compressed", "64": "compressed"}}
        for length, opened in ((262144 + 1000, 900), (270336, 3996)):
            after = changed([{"resize": length}], **image)
            self.assertEqual((length, [(262244, opened)]), (after.file.length, after.open))
            self.assertEqual(b".....64:0000000\n"[4:] * 1, after.file.read(262244, 12))
            self.assertFalse(any(after.file.read(266240, 4096)))

    def test_a_disk_that_shrinks_hides_what_the_cluster_still_holds(self) -> None:
        after = changed([{"resize": 1000}, {"resize": 8192}])
        self.assertEqual([(1000, 3096)], after.open)
        self.assertEqual(self.before.read(0, 4096), after.file.read(0, 4096))
        self.assertFalse(any(after.file.read(4096, 4096)))

    def test_what_was_discarded_and_cut_off_is_open_no_more(self) -> None:
        self.assertEqual([(0, 10)], changed([{"discard": {"offset": 0, "length": 9000}}, {"resize": 10}]).open)

    def test_a_disk_that_ends_on_a_cluster_hides_nothing(self) -> None:
        self.assertEqual([], changed([{"resize": 270336}]).open)

    def test_what_is_in_flight_together_comes_to_the_same_in_any_order(self) -> None:
        steps = [{"write": filled(0, 100)}, {"write_zeroes": {"offset": 200, "length": 50}},
                 {"discard": {"offset": 8192, "length": 4096}}]
        there, back = changed([{"parallel": steps}]), changed([{"parallel": steps[::-1]}])
        self.assertEqual(there.file.disk_digest(), back.file.disk_digest())
        self.assertEqual((b"\x55" * 100, bytes(50)), (there.file.read(0, 100), there.file.read(200, 50)))
        self.assertEqual([(8192, 4096)], there.open)

    def test_what_a_write_and_zeros_name_together_is_either(self) -> None:
        steps = [{"write": filled(4096, 100)}, {"write_zeroes": {"offset": 4000, "length": 150}},
                 {"discard": {"offset": 4190, "length": 20}}]
        for together in (steps, steps[::-1]):
            after = changed([{"parallel": together}])
            self.assertEqual((bytes(96), b"\x55" * 100), (after.file.read(4000, 96), after.file.read(4096, 100)))
            self.assertEqual([(4096, 54), (4190, 20)], after.open)

    def test_a_kill_leaves_open_what_was_not_flushed(self) -> None:
        after = changed([{"write": filled(0, 10)}, {"flush": {}}, {"write": filled(20, 10)}, {"kill": {}},
                         {"write": filled(25, 2)}])
        self.assertEqual([(20, 5), (27, 3)], after.torn)
        self.assertEqual([], changed([{"write": filled(0, 10)}, {"flush": {}}, {"kill": {}}]).torn)

    def test_steps_that_cannot_be(self) -> None:
        for rule, step in (("steps.0.write: reaches past the end of a disk of 262144", {"write": filled(262144, 1)}),
                           ("steps.0.discard: reaches past", {"discard": {"offset": 0, "length": 262145}}),
                           ("name no byte twice", {"parallel": [{"write": filled(0, 9)}, {"write": filled(8, 1)}]}),
                           ("a compressed write is of whole clusters", {"write_compressed": filled(0, 100)}),
                           ("a compressed write is of whole clusters", {"write_compressed": filled(512, 4096)})):
            with self.subTest(rule):
                self.assertRaisesRegex(CaseError, rule, changed, [step])
        flushed = [{"write": filled(0, 9)}, {"flush": {}}, {"write": filled(8, 1)}, {"kill": {}}]
        self.assertRaisesRegex(CaseError, "three answers could be right", changed, flushed)


class Corpus(ProjectTest):
    IMAGE = {
        "guest": {"0": "compressed", "1": "compressed"},
        "snapshots": [{"name": "old", "guest": {"1": "compressed"}}],
    }
    MODIFY = {"op": "modify", "steps": [{"discard": {"offset": 0, "length": 65536}}],
              "expect": {"verdict": "accept", "check": "clean"}}

    def test_disks_afterwards_and_snapshots_stand_beside_the_guest_disk(self) -> None:
        self.write(plain_case(image=self.IMAGE, features=["deflate", "snapshot"], operations=[self.MODIFY]))
        self.assertEqual(0, self.build("lock")[0])
        files = self.files()
        guest = json.loads(files["guest/plain.json"])
        self.assertEqual({"0": {"length": 524288, "open": [{"offset": 0, "length": 65536}]}}, guest["after"])
        self.assertEqual({"old": {"length": 524288}}, guest["snapshots"])
        self.assertEqual(files["guest/plain.raw"], files["guest/plain.after-0.raw"])
        self.assertEqual(b"....0s1:0000000\n", files["guest/plain.snapshot-old.raw"][65536:65552])
        self.assertEqual({"after": ["0"], "snapshots": ["old"]}, {
            key: list(value) for key, value in json.loads(files["lock.json"])["cases"]["plain"].items()
            if key in ("after", "snapshots")})

    def test_a_case_that_no_longer_changes_anything_leaves_no_disk_behind(self) -> None:
        self.write(plain_case(image=self.IMAGE, features=["deflate", "snapshot"], operations=[self.MODIFY]))
        self.build("lock")
        self.write(plain_case(image=self.IMAGE, features=["deflate", "snapshot"]))
        self.build("lock")
        self.assertEqual(["guest/plain.json", "guest/plain.raw"], [name for name in self.files() if "guest/" in name])

    def test_a_disk_that_cannot_be_read_cannot_be_written(self) -> None:
        for op in (self.MODIFY, {"op": "write", "expect": {"verdict": "accept", "properties": ["copied-flag-clear"]}}):
            self.write(plain_case(image={"guest": {"0": {"stream": {"deflate": [{"fixed": [100]}]}}}}, operations=[op],
                                  clauses=["size", "copied-flag-clear"]))
            (self.root / "spec/compressed-clusters.md").write_text(SPEC_MORE)
            status, _, err = self.build()
            self.assertEqual(2, status)
            self.assertIn("operations.0: the image cannot be read as a whole", err)


SPEC_MORE = """# Text

**[size]** (must) The field counts sectors.

> Rests on: "some words" (there).

**[copied-flag-clear]** (must) Clear.

> Rests on: "some words" (there).
"""
