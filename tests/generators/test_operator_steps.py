"""What snapshots, commits, rebases and named contents make of the disks, and what a map can be asked of."""

import unittest
from typing import Any, Dict, List, Optional

from generators.case.errors import CaseError
from generators.guest.guest import read_guest
from generators.guest.modify import After, Before, disks_after
from generators.image.image import build_image
from generators.image.sparse import SparseFile

Step = Dict[str, Any]
CLUSTER = 4096
BROKEN = {"stream": {"deflate": [{"fixed": 100, "final": True}]}}


def disks(steps: List[Step], backing: Optional[SparseFile] = None, **image: object) -> Dict[str, After]:
    built = build_image({"cluster_bits": 12, "guest": {"0-1": "compressed"}, **image})
    snapshots = {name: read_guest(disk).file for name, disk in built.snapshots().items()}
    named = ("base.raw", backing) if backing else None
    return disks_after(Before(built, read_guest(built).file, snapshots, named, frozenset({"new.raw"})), steps)


def filled(offset: int, length: int, **content: object) -> Step:
    return {"write": {"offset": offset, "length": length, **(content or {"byte": 0x55})}}


def first(disk: After, length: int = CLUSTER) -> bytes:
    return disk.file.read(0, length)


class Snapshots(unittest.TestCase):
    def test_each_keeps_the_disk_of_its_moment(self) -> None:
        after = disks([{"snapshot_create": "one"}, filled(0, CLUSTER), {"snapshot_create": "two"},
                       filled(0, CLUSTER, byte=1), {"snapshot_apply": "two"}, {"snapshot_delete": "one"}])
        self.assertEqual({"", "snapshot-two"}, set(after))
        self.assertEqual((b"\x55" * CLUSTER,) * 2, (first(after[""]), first(after["snapshot-two"])))

    def test_one_has_a_size_of_its_own(self) -> None:
        image = {"snapshots": [{"name": "long", "virtual_size": 2 << 20, "guest": {"400": "compressed"}}]}
        after = disks([{"snapshot_apply": "long"}], **image)
        self.assertEqual(2 << 20, after[""].file.length)
        self.assertTrue(any(after[""].file.read(400 * CLUSTER, CLUSTER)))

    def test_open_parts_go_with_the_disk(self) -> None:
        after = disks([{"discard": {"offset": 0, "length": 10}}, {"snapshot_create": "one"}, filled(0, 10)])
        self.assertEqual(([], [(0, 10)]), (after[""].open, after["snapshot-one"].open))

    def test_a_name_that_is_there_or_is_not(self) -> None:
        for steps in ([{"snapshot_create": "a"}, {"snapshot_create": "a"}], [{"snapshot_delete": "a"}]):
            with self.assertRaisesRegex(CaseError, "there is (no|a) snapshot 'a'"):
                disks(steps)


class Behind(unittest.TestCase):
    def test_a_commit_makes_the_backing_file_longer_and_keeps_its_end(self) -> None:
        for length in (CLUSTER, 1 << 20):
            backing = SparseFile(length)
            backing.write(0, b"b" * length)
            merged = disks([{"commit": {}}], backing)["sibling-base.raw"].file
            self.assertEqual(max(length, 262144), merged.length)
            self.assertEqual(b"b" * (merged.length - 262144), merged.read(262144, merged.length))
            self.assertIn(b"0:0000000", merged.read(0, 100))

    def test_a_rebase_changes_no_byte_and_knows_its_file(self) -> None:
        before = first(disks([])[""])
        self.assertEqual(before, first(disks([{"rebase": {"backing_file": "new.raw", "format": "raw"}}])[""]))
        with self.assertRaisesRegex(CaseError, "no sibling 'other.raw'"):
            disks([{"rebase": {"backing_file": "other.raw", "format": "raw"}}])


class Contents(unittest.TestCase):
    def test_they_are_kept_beside_the_disk(self) -> None:
        after = disks([filled(3, 100, content="incompressible"), filled(5000, 50, content="of guest 1")])
        self.assertEqual(after["content-0"].file.read(0, 100), after[""].file.read(3, 100))
        self.assertEqual(after["content-1"].file.read(0, 50), after[""].file.read(5000, 50))
        self.assertIn(b"1:0000000", after["content-1"].file.read(0, 50))

    def test_zeros_have_no_content(self) -> None:
        after = disks([{"write_zeroes": {"offset": 10, "length": 5000}}])
        self.assertEqual(({""}, bytes(5000)), (set(after), after[""].file.read(10, 5000)))


class Mapped(unittest.TestCase):
    def test_a_broken_stream_has_a_place_and_an_unaligned_table_gives_none(self) -> None:
        broken = read_guest(build_image({"guest": {"0": "compressed", "1": BROKEN, "2": BROKEN}}))
        self.assertTrue(broken.is_mapped)
        self.assertEqual([(0x10000, 0x20000)], broken.refused)
        lost = {"guest": {"0": "compressed"}, "host_offsets": {"l2_table.0": "cluster + 512"}}
        self.assertFalse(read_guest(build_image(lost)).is_mapped)


if __name__ == "__main__":
    unittest.main()
