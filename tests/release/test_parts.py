"""Parts of a release: .debs that are the same to the bit, the SBOM, and what checks all of it."""

import hashlib
import json
import shutil
import tempfile
import unittest
from pathlib import Path

from release import check
from release.deb import normal
from release.linked import LINKED, copy_licences
from release.sbom import document
from tests.system.support import absent, tool


class Folder(unittest.TestCase):
    def setUp(self) -> None:
        self.dir = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="qcow2-conform-")))


class Debs(Folder):
    def package(self, name: str, time: int) -> bytes:
        """A package with a file and a link, made by dpkg at some time."""
        stage = self.dir / name
        (stage / "DEBIAN").mkdir(parents=True)
        (stage / "DEBIAN/control").write_text("Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@invalid>\n"
                                              "Description: x\n")
        (stage / "usr").mkdir()
        (stage / "usr/file").write_text("data")
        (stage / "usr/file").chmod(0o755)
        (stage / "usr/link").symlink_to("file")
        tool("env", f"SOURCE_DATE_EPOCH={time}", "dpkg-deb", "-b", stage, self.dir / f"{name}.deb")
        return (self.dir / f"{name}.deb").read_bytes()

    def test_time_does_not_matter(self) -> None:
        if shutil.which("dpkg-deb") is None:
            absent("dpkg-deb")
        first, second = self.package("first", 1_000_000_000), self.package("second", 1_600_000_000)
        self.assertNotEqual(first, second)
        self.assertEqual(normal(first), normal(second))

    def test_dpkg_unpacks_it(self) -> None:
        if shutil.which("dpkg-deb") is None:
            absent("dpkg-deb")
        (self.dir / "x.deb").write_bytes(normal(self.package("x", 1_000_000_000)))
        tool("dpkg-deb", "-x", self.dir / "x.deb", self.dir / "out")
        self.assertEqual(("data", 0o755), ((self.dir / "out/usr/link").read_text(),
                                           (self.dir / "out/usr/file").stat().st_mode & 0o777))
        self.assertEqual(b"x\n", tool("dpkg-deb", "-f", self.dir / "x.deb", "Package"))


class Sbom(Folder):
    def test_it_names_what_is_linked_and_what_is_published(self) -> None:
        (self.dir / "file").write_text("data")
        made = document("1.2.3", self.dir, 0, "c0ffee")
        self.assertEqual(len(LINKED) + 1, len(made["packages"]))
        self.assertTrue(all(package["versionInfo"] for package in made["packages"]))
        sums = {one["algorithm"]: one["checksumValue"] for one in made["files"][0]["checksums"]}
        self.assertEqual(hashlib.sha256(b"data").hexdigest(), sums["SHA256"])
        known = {"SPDXRef-qcow2-conform", *(part["SPDXID"] for kind in ("packages", "files") for part in made[kind])}
        for relation in made["relationships"]:
            self.assertLessEqual({relation["spdxElementId"], relation["relatedSpdxElement"]}, known)


class Licences(Folder):
    def test_each_linked_package_has_its_own(self) -> None:
        copy_licences(self.dir / "licenses")
        texts = {path.name: path.read_text(encoding="utf-8") for path in (self.dir / "licenses").iterdir()
                 if path.is_file()}
        self.assertEqual(set(LINKED), set(texts))
        self.assertEqual(len(LINKED), len(set(texts.values())))
        self.assertTrue(all("opyright" in text for text in texts.values()))
        self.assertTrue((self.dir / "licenses/common/Apache-2.0").is_file())


class Check(Folder):
    """Each check of a release notices that its part is gone, or wrong."""

    def test_an_empty_folder_fails_every_check(self) -> None:
        for one in check.CHECKS:
            if one is not check.sbom:
                with self.subTest(one.__name__), self.assertRaises((OSError, KeyError)):
                    list(one(self.dir, "1.0.0"))
        self.assertEqual(len(check.CHECKS), len(list(check.faults(self.dir, "1.0.0"))))

    def test_a_sum_that_is_wrong_or_missing_is_told(self) -> None:
        (self.dir / "a").write_text("a")
        (self.dir / check.SUMS).write_text(f"{hashlib.sha256(b'a').hexdigest()}  a\n")
        self.assertEqual([], list(check.sums(self.dir, "")))
        (self.dir / "a").write_text("b")
        (self.dir / "more").write_text("b")
        self.assertEqual(["a: not as listed", "more: not as listed"], list(check.sums(self.dir, "")))

    def test_a_file_that_the_sbom_does_not_know_is_told(self) -> None:
        (self.dir / "a").write_text("a")
        bom = self.dir / "qcow2-conform-1.0.0.spdx.json"
        bom.write_text(json.dumps(document("1.0.0", self.dir, 0, "c0ffee")))
        self.assertEqual([], list(check.sbom(self.dir, "1.0.0")))
        (self.dir / "a").write_text("b")
        self.assertEqual(1, len(list(check.sbom(self.dir, "1.0.0"))))

    def test_changes_of_another_version_are_told(self) -> None:
        (self.dir / "CHANGES.json").write_text(json.dumps(
            {"schema": "qcow2-conform/changes/1", "version": "1.0.0", "added": [{"id": "x"}], "changed": [],
             "withdrawn": []}))
        self.assertEqual([], list(check.changes(self.dir, "1.0.0")))
        self.assertEqual(1, len(list(check.changes(self.dir, "1.0.1"))))


if __name__ == "__main__":
    unittest.main()
