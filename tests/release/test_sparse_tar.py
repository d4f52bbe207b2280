"""The archive of release/sparse_tar.py, as other programs unpack it."""

import io
import tarfile
import tempfile
import unittest
from pathlib import Path

from release.sparse_tar import BLOCK, SparseTar, data_runs
from tests.system.support import tool

MIB = 1 << 20
TIB = 1 << 40
# Length, and where bytes stand.
FILES = {
    "plain": (11, [0]),
    "empty": (0, []),
    "a-folder/hole-alone": (3 * MIB, []),
    "a-folder/data-at-both-ends": (5 * MIB + 7, [0, 5 * MIB + 6]),
    "a-folder/blocks-side-by-side": (MIB, [BLOCK - 1, BLOCK, 9 * BLOCK]),
    "terabytes": (9 * TIB, [4 * TIB + 5]),
}


class Archive(unittest.TestCase):
    def setUp(self) -> None:
        self.dir = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="qcow2-conform-")))
        self.source = self.dir / "source"
        for name, (length, places) in FILES.items():
            path = self.source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                for place in places:
                    file.seek(place)
                    file.write(b"x")
                file.truncate(length)
        (self.source / "plain").chmod(0o700)

    def archive(self) -> bytes:
        out = io.BytesIO()
        with SparseTar(out, 1) as tar:
            tar.add_tree("top", self.source)
        return out.getvalue()

    def assert_unpacked(self, folder: Path) -> None:
        for name, (length, _) in FILES.items():
            with self.subTest(name):
                stat = (folder / name).stat()
                self.assertEqual(length, stat.st_size)
                self.assertEqual(list(data_runs(self.source / name)), list(data_runs(folder / name)))
                self.assertLess(stat.st_blocks * 512, 10 * BLOCK, "the holes are gone")
                self.assertEqual(0o755 if name == "plain" else 0o644, stat.st_mode & 0o777)

    def test_gnu_tar_unpacks_it(self) -> None:
        (self.dir / "x.tar").write_bytes(self.archive())
        tool("tar", "-xf", self.dir / "x.tar", "-C", self.dir)
        self.assert_unpacked(self.dir / "top")

    def test_python_unpacks_it(self) -> None:
        with tarfile.open(fileobj=io.BytesIO(self.archive())) as tar:
            tar.extractall(self.dir)
        self.assert_unpacked(self.dir / "top")

    def test_a_terabyte_of_hole_takes_no_room(self) -> None:
        self.assertLess(len(self.archive()), 100_000)

    def test_it_depends_on_bytes_alone(self) -> None:
        before = self.archive()
        path = self.source / "a-folder/data-at-both-ends"
        path.write_bytes(path.read_bytes())  # no hole is left
        path.touch()
        (self.source / "terabytes").touch(0o600)
        self.assertEqual(before, self.archive())

    def test_runs_are_whole_blocks_cut_at_the_end(self) -> None:
        runs = [(start, len(run)) for start, run in data_runs(self.source / "a-folder/data-at-both-ends")]
        self.assertEqual([(0, BLOCK), (5 * MIB, 7)], runs)
        runs = [(start, len(run)) for start, run in data_runs(self.source / "a-folder/blocks-side-by-side")]
        self.assertEqual([(0, 2 * BLOCK), (9 * BLOCK, BLOCK)], runs)


if __name__ == "__main__":
    unittest.main()
