"""Whole images: the carrier at every cluster size, and every case read back by a reader of its own."""

import json
import shutil
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Dict, Optional

from generators import layout
from generators.case.case import Case, case_files, load_json, parse_case
from generators.guest.guest import read_guest
from generators.image.image import build_image
from generators.make import make_case
from generators.case.schema import Validator
from generators.image.sparse import SparseFile
from tests.generators import read_back
from tests.generators.project import ROOT

CLUSTER_BITS = range(9, 22)


class Opened:
    """A SparseFile with the two methods of a file that the reader uses."""

    def __init__(self, file: SparseFile) -> None:
        self.file, self.position = file, 0

    def seek(self, position: int) -> None:
        self.position = position

    def read(self, length: int) -> bytes:
        return self.file.read(self.position, length)


def opened(file: Optional[SparseFile]) -> "read_back.BinaryIO":
    return Opened(file) if file is not None else None  # type: ignore[return-value]


def plain(bits: int, **more: object) -> Dict[str, object]:
    return {"cluster_bits": bits, "guest": {"0": "compressed", "1": "compressed", "2": "zero"}, **more}


class Carrier(unittest.TestCase):
    def test_an_image_that_states_nothing_is_ordinary(self) -> None:
        """The carrier of readers in the wild: what several of them refuse besides the point of a case."""
        for bits in CLUSTER_BITS:
            for more in ({}, {"compression": "zstd"}, {"header": {"version": 2}}, {"extended_l2": True}):
                with self.subTest(cluster_bits=bits, more=more):
                    image = build_image(plain(bits, **more))
                    size, cluster_size = image.geometry.virtual_size, 1 << bits
                    self.assertGreaterEqual(image.file.length, 128 * 1024)
                    self.assertEqual(0, image.file.length % cluster_size)
                    self.assertEqual(0, size % cluster_size)
                    self.assertGreater(size, image.places.start("l1_table"))
                    self.assertLess(image.file.length, size + 128 * 1024)
                    self.assertIn(0, image.disk.l1_indexes())
                    l1_size, = struct.unpack(">I", image.file.read(36, 4))
                    self.assertEqual(-(-size // (cluster_size * image.geometry.l2_entries)), l1_size)

    def test_every_host_cluster_has_the_refcount_of_its_references(self) -> None:
        for bits in (9, 12, 16):
            image = build_image(plain(bits))
            per_block = layout.refcount_block_entries(bits, 16)
            references = [0] * (image.file.length >> bits)
            for name, start, end in image.places.named():
                if end > start and image.entries.get(_guest_index(name)) is None:
                    for cluster in image.geometry.host_clusters(start, end - start):
                        references[cluster] += 1
            for entry in image.entries.values():
                for cluster in image.geometry.host_clusters(entry.host_offset, entry.length):
                    references[cluster] += 1
            table, = struct.unpack(">Q", image.file.read(48, 8))
            for cluster, count in enumerate(references):
                block, = struct.unpack(">Q", image.file.read(table + cluster // per_block * 8, 8))
                self.assertEqual((count,), struct.unpack(">H", image.file.read(block + cluster % per_block * 2, 2)))

    @unittest.skipUnless(shutil.which("qemu-img"), "qemu-img is not installed")
    def test_qemu_img_calls_it_clean_and_reads_it(self) -> None:
        specs = [plain(bits) for bits in CLUSTER_BITS] + [plain(bits, compression="zstd") for bits in (9, 16, 21)]
        specs += [plain(14, extended_l2=True), plain(16, header={"version": 2}, guest={"0": "compressed"}),
                  plain(16, snapshots=[{"name": "one", "guest": {"1": "standard"}}, {"name": "two"}]),
                  plain(16, snapshots=[{"name": "one", "shares_l2_tables": True}]),
                  plain(16, bitmaps=[{"name": "one", "granularity_bits": 16, "data": {"0": {"hex": "0f"}}}])]
        specs += [plain(16, refcounts={"bits": bits}) for bits in (2, 4, 8, 32, 64)]
        for spec in specs:
            with self.subTest(spec=spec), tempfile.TemporaryDirectory() as folder:
                image = build_image(spec)
                path, out = f"{folder}/image.qcow2", f"{folder}/out.raw"
                image.file.store(path)
                done = subprocess.run(["qemu-img", "check", path], capture_output=True, text=True)
                self.assertEqual(0, done.returncode, done.stdout + done.stderr)
                subprocess.run(["qemu-img", "convert", "-f", "qcow2", "-O", "raw", path, out], check=True)
                guest = read_guest(image).file
                self.assertEqual(guest.read(0, guest.length), Path(out).read_bytes())


def _guest_index(name: str) -> int:
    head, _, tail = name.rpartition(".")
    return int(tail) if head == "guest" else -1


def all_cases() -> "list[Case]":
    validator = Validator(load_json(str(ROOT / "cases/schema.json"), "cases/schema.json"))
    return [parse_case(family, path, (ROOT / path).read_bytes(), validator) for family, path in case_files(str(ROOT))]


class Cases(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.made = {case.id: (case, make_case(case)) for case in all_cases()}

    def test_every_deflate_case_holds_what_it_expects(self) -> None:
        read = 0
        for case, made in self.made.values():
            if _is_beyond_this_reader(case):
                continue
            with self.subTest(case=case.id):
                image = read_back.Image(opened(made.image.file), opened(made.image.data_file))
                refused = SparseFile(image.size)
                for guest_offset, data in image.clusters():
                    if data is None:
                        refused.write(guest_offset, b"\1" * min(1 << image.bits, image.size - guest_offset))
                    else:
                        self.assertEqual(data, made.guest.file.read(guest_offset, len(data)))
                expected = SparseFile(image.size)
                for offset, length in made.guest.refused:
                    expected.write(offset, b"\1" * length)
                self.assertEqual(expected.image_digest(), refused.image_digest())
                read += 1
        self.assertGreater(read, 60)

    def test_the_lock_holds_what_is_made(self) -> None:
        locked = json.loads((ROOT / "cases/lock.json").read_text())["cases"]
        self.assertEqual(sorted(locked), sorted(self.made))
        for name, (_, made) in self.made.items():
            self.assertEqual(locked[name], made.lock_entry(), name)


def _is_beyond_this_reader(case: Case) -> bool:
    """zstd, backing files, tables cut by the end of the file, refused headers, and points that are left open."""
    expects = [operation["expect"] for operation in case.operations]
    return (case.image.get("compression") == "zstd" or "backing_file" in case.image
            or any(expect["verdict"] in ("either", "observe") or expect.get("stage") in ("open", "header", "l1", "l2")
                   for expect in expects))  # type: ignore[index]
