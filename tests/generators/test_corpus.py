"""What a build leaves behind: whole, the same everywhere, nothing stale, nothing half."""

import errno
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

from generators.corpus import Corpus
from generators.image.sparse import SparseFile
from tests.generators.project import ROOT, ProjectTest, plain_case


class Build(ProjectTest):
    def setUp(self) -> None:
        super().setUp()
        self.write(plain_case())
        self.write(plain_case("second", title="Another plain image"))

    def test_what_stands_in_the_corpus(self) -> None:
        self.build("lock")
        names = {name for name in self.files() if not name.startswith(".")}
        self.assertEqual(
            {"schema.json", "clauses.json", "lock.json",
             *(f"canary/{name}.json" for name in ("good", "no-holes", "version-2")),
             *(f"canary/{name}.qcow2" for name in ("good", "no-holes", "version-2", "bad-magic", "unknown-bit"))}
            | {form.format(case) for case in ("plain", "second") for form in (
                "cases/size-field/{}.json", "images/{0}/{0}.qcow2", "guest/{}.raw", "guest/{}.json", "layout/{}.json")},
            names)

    def test_clauses_are_read_from_the_spec(self) -> None:
        self.build()
        clauses = json.loads(self.files()["clauses.json"])
        self.assertEqual({"slug": "size", "level": "must", "sentence": "The field counts sectors.", "section": "2 Size",
                          "ground": 'Rests on: "some words" (there).'}, clauses["clauses"][0])
        self.assertEqual(["size", "taste", "habit"], [clause["slug"] for clause in clauses["clauses"]])

    def test_same_bytes_whatever_the_hash_seed(self) -> None:
        digests = set()
        for seed in ("1", "2"):
            out = self.root / f"out{seed}"
            subprocess.run([sys.executable, "-m", "generators", "--root", str(self.root), "lock", "--out", str(out)],
                           cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True)
            digests.add(_tree_digest(out))
        self.assertEqual(1, len(digests))

    def test_a_build_that_has_nothing_to_do_writes_nothing(self) -> None:
        self.build("lock")
        self.build()
        before = {path: path.stat().st_mtime_ns for path in self.corpus.rglob("*")}
        self.assertEqual((0, "", ""), self.build())
        self.assertEqual(before, {path: path.stat().st_mtime_ns for path in self.corpus.rglob("*")})

    def test_only_a_changed_case_is_made_again(self) -> None:
        self.build("lock")
        self.write(plain_case("second", title="A changed title"))
        self.assertEqual("generators: 1 of 2 cases rebuilt\n", self.build()[2])
        self.assertIn(b"A changed title", self.files()["cases/size-field/second.json"])

    def test_a_lost_image_is_made_again(self) -> None:
        self.build("lock")
        before = self.files()
        (self.corpus / "images/plain/plain.qcow2").unlink()
        self.build()
        self.assertEqual(before, self.files())

    def test_a_removed_case_leaves_nothing(self) -> None:
        self.build("lock")
        (self.root / "cases/size-field/second.json").unlink()
        self.build("lock")
        self.assertEqual([], [name for name in self.files() if "second" in name])

    def test_a_build_warns_of_an_image_that_the_lock_does_not_hold_and_leaves_the_lock(self) -> None:
        self.build("lock")
        lock = self.root / "cases/lock.json"
        before = lock.read_bytes()
        self.write(plain_case("second", image={"guest": {"0": "compressed"}}))
        for _ in range(2):
            status, _, err = self.build()
            self.assertEqual(0, status)
            self.assertIn("warning: cases/lock.json does not match what was built for second\n", err)
        self.assertEqual(before, lock.read_bytes())
        self.assertEqual("cases/lock.json: 2 cases, 1 changed\n", self.build("lock")[1])
        self.assertEqual("", self.build()[2])

    def test_a_build_that_dies_leaves_nothing_that_passes_for_whole(self) -> None:
        self.build("lock")
        whole = self.files()
        self.write(plain_case("second", image={"cluster_bits": 16, "guest": {"0": "compressed"}}))
        for step in ("_put_images", "_put_disk"):
            with mock.patch.object(Corpus, step, side_effect=KeyboardInterrupt):
                self.assertRaises(KeyboardInterrupt, self.build)
            self.assertNotIn(".made/second", self.files())
        self.write(plain_case("second", title="Another plain image"))
        self.build()
        self.assertEqual(whole, self.files())

    def test_an_image_that_the_file_system_cannot_hold_is_packed(self) -> None:
        vast = plain_case("vast", requires={"max_file_size": "0x100001000"},
                          image={"cluster_bits": 12, "guest": {"0": {"stream": {"host_offset": "0x100000100"}}}})
        self.write(vast)
        store = SparseFile.store

        def limited(file: SparseFile, path: str) -> None:
            if file.length > 1 << 32:
                raise OSError(errno.EFBIG, "File too large", path)
            store(file, path)

        with mock.patch.object(SparseFile, "store", limited):
            self.build("lock")
            self.assertEqual((0, "", ""), self.build())
        self.assertFalse((self.corpus / "images/vast/vast.qcow2").exists())
        packed = self.files()["images/vast/vast.qcow2.packed"]
        locked = json.loads(self.files()["lock.json"])["cases"]["vast"]["image"]
        self.assertEqual((locked["length"], locked["sha256"]),
                         (int.from_bytes(packed[:8], "little"), hashlib.sha256(packed).hexdigest()))
        self.write({**vast, "title": "A vast image, made again"})
        self.build()
        self.assertEqual(["vast.qcow2"], os.listdir(self.corpus / "images/vast"))

    def test_guest_disks_that_are_alike_are_one_file(self) -> None:
        self.build()
        plain, second = self.corpus / "guest/plain.raw", self.corpus / "guest/second.raw"
        self.assertTrue(plain.samefile(second))
        self.write(plain_case("second", image={"cluster_bits": 16, "guest": {"0": "compressed"}}))
        self.build()
        self.assertFalse(plain.samefile(second))
        (self.root / "cases/size-field/second.json").unlink()
        self.build()
        self.assertEqual(1, len(os.listdir(self.corpus / ".disks")))

    def test_guest_disks_are_alike_where_there_are_no_links_too(self) -> None:
        with mock.patch.object(os, "link", side_effect=OSError("no links")):
            self.build()
        self.assertEqual(self.files()["guest/plain.raw"], self.files()["guest/second.raw"])

    def test_a_write_that_dies_does_not_touch_the_image(self) -> None:
        self.build("lock")
        before = (self.corpus / "images/second/second.qcow2").read_bytes()
        self.write(plain_case("second", image={"cluster_bits": 16, "guest": {"0": "compressed"}}))
        with mock.patch.object(SparseFile, "runs", side_effect=OSError("no space left on device")):
            self.assertEqual((2, "", "generators: no space left on device\n"), self.build())
        self.assertEqual(before, (self.corpus / "images/second/second.qcow2").read_bytes())

    def test_files_beside_the_image_and_other_guests(self) -> None:
        image = {"virtual_size": 262244, "guest": {"0": "compressed"},
                 "backing_file": {"name": "base.raw", "format": "raw"},
                 "alternatives": {"whole-sectors": {"length": 262656}}}
        self.write(plain_case("over", image=image, siblings={"base.raw": {"raw": 1000}},
                              features=["deflate", "backing-file"]))
        self.build("lock")
        files = self.files()
        self.assertEqual(1000, len(files["images/over/base.raw"]))
        self.assertEqual((262244, 262656), (len(files["guest/over.raw"]), len(files["guest/over.whole-sectors.raw"])))
        entry = json.loads(files["lock.json"])["cases"]["over"]
        self.assertEqual(hashlib.sha256(files["guest/over.raw"]).hexdigest(), entry["guest"]["sha256"])
        self.assertEqual(["base.raw"], list(entry["siblings"]))
        self.assertEqual(["whole-sectors"], list(entry["alternatives"]))


def _tree_digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()
