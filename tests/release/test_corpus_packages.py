"""The npm package and the wheel of the corpus: installed by hand as their tools do, they give the corpus back."""

import base64
import csv
import hashlib
import io
import json
import tarfile
import tempfile
import unittest
import zipfile
from pathlib import Path

from tests.system.support import ROOT, require_tool, run, tool

FILES = {"index.tsv": b"case\n", "images/a/a.qcow2": b"QFI\xfb", "guest/a.raw": bytes(3 << 20) + b"end"}


class Packages(unittest.TestCase):
    def setUp(self) -> None:
        self.dir = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="qcow2-conform-")))
        self.corpus = self.dir / "exported"
        for name, data in FILES.items():
            (self.corpus / name).parent.mkdir(parents=True, exist_ok=True)
            (self.corpus / name).write_bytes(data)
        self.out = self.make("out")

    def make(self, name: str) -> Path:
        tool(ROOT / "scripts/corpus-packages", self.corpus, self.dir / name)
        return self.dir / name

    def only(self, pattern: str) -> Path:
        found, = self.out.glob(pattern)
        return found

    def assert_corpus(self, folder: Path) -> None:
        files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        self.assertEqual(FILES, files)

    def test_they_are_the_same_to_the_bit(self) -> None:
        again = self.make("again")
        names = {path.name for path in self.out.iterdir()}
        self.assertEqual(3, len(names))
        for name in names:
            self.assertEqual((self.out / name).read_bytes(), (again / name).read_bytes(), name)

    def test_the_wheel_unpacks_the_corpus(self) -> None:
        with zipfile.ZipFile(self.only("*.whl")) as wheel:
            wheel.extractall(self.dir / "site")
        code = f"import qcow2_conform_corpus as c; print(c.unpack({str(self.dir / 'here')!r}))"
        done = run("python3", "-c", code, cwd=self.dir / "site")
        self.assertEqual((0, f"{self.dir}/here/corpus\n"), (done.returncode, done.stdout.decode()), done.stderr)
        self.assert_corpus(self.dir / "here/corpus")

    def test_the_wheel_has_a_true_record(self) -> None:
        with zipfile.ZipFile(self.only("*.whl")) as wheel:
            names = wheel.namelist()
            record = next(name for name in names if name.endswith(".dist-info/RECORD"))
            rows = list(csv.reader(io.StringIO(wheel.read(record).decode())))
            self.assertEqual(names, [name for name, *_ in rows])
            for name, digest, length in rows:
                if name != record:
                    data = wheel.read(name)
                    self.assertEqual(len(data), int(length))
                    sha256 = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
                    self.assertEqual(f"sha256={sha256}", digest)

    def test_npm_s_package_unpacks_the_corpus(self) -> None:
        require_tool("node")
        module = self.dir / "node_modules/qcow2-conform-corpus"
        with tarfile.open(self.only("*.tgz")) as package:
            package.extractall(self.dir)
        module.parent.mkdir()
        (self.dir / "package").rename(module)
        manifest = json.loads((module / "package.json").read_text())
        self.assertEqual({"package.json", "LICENSE", *manifest["files"]}, {path.name for path in module.iterdir()})
        folder = json.dumps(str(self.dir / "n"))
        code = f'import {{ unpack }} from "qcow2-conform-corpus"; console.log(unpack({folder}));'
        (self.dir / "use.mjs").write_text(code)
        done = run("node", "use.mjs", cwd=self.dir)
        self.assertEqual((0, f"{self.dir}/n/corpus\n"), (done.returncode, done.stdout.decode()), done.stderr)
        self.assert_corpus(self.dir / "n/corpus")

    def test_what_is_no_exported_corpus_is_refused(self) -> None:
        done = run(ROOT / "scripts/corpus-packages", self.dir, self.dir / "no")
        self.assertEqual(2, done.returncode)
        self.assertFalse((self.dir / "no").exists())


if __name__ == "__main__":
    unittest.main()
