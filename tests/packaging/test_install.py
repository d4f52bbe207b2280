"""What `cmake --install` leaves: programs that need nothing of the source tree, and files for those who build on it."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.system.support import BIN, ROOT, Completed, absent, require_tool, run, tool

BUILD = BIN.parent
CONSUMER = ROOT / "tests/packaging/consumer"
# In a mount name space of its own: the source tree is gone, and the installation cannot be written to.
HIDE = """
mount --make-rprivate /
mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"
mount -t tmpfs none "$2"
shift 2
exec "$@"
"""


class Install(unittest.TestCase):
    """One installation for all."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.dir = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="qcow2-conform-")))
        cls.prefix = cls.dir / "here"
        for component in ("runner", "model", "development"):
            tool("cmake", "--install", BUILD, "--prefix", cls.dir / "first", "--component", component)
        (cls.dir / "first").rename(cls.prefix)  # it can be moved

    def alone(self, program: str, *args: object) -> Completed:
        """Runs an installed program where nothing else of this project is to be seen."""
        as_who = [] if os.geteuid() == 0 else ["--map-root-user"]
        if run("unshare", *as_who, "--mount", "true").returncode != 0:
            absent("a mount name space")
        return run("unshare", *as_who, "--mount", "sh", "-ec", HIDE, "sh", self.prefix, ROOT, "env", "-i",
                   f"PATH={self.prefix}/bin:/usr/bin:/bin", program, *args, cwd=self.dir)

    def check_alone(self, program: str, *args: object) -> str:
        done = self.alone(program, *args)
        self.assertEqual(0, done.returncode, done.stdout.decode() + done.stderr.decode())
        return done.stdout.decode()


class Runner(Install):
    def test_it_judges_a_reader(self) -> None:
        self.check_alone("qcow2-conform", "run", "--quick", "--read-cmd", "qcow2-model read {image} {out}",
                         "--out", "results")
        summary = json.loads((self.dir / "results/summary.json").read_text())
        self.assertGreater(summary["implementations"][0]["must"]["counts"]["pass"], 0)
        self.assertTrue((self.dir / "results/report.html").exists())

    def test_its_corpus_is_the_build_tree_s(self) -> None:
        here, there = (self.check_alone("qcow2-conform", "list"), tool(BIN / "qcow2-conform", "list").decode())
        self.assertEqual(there, here)
        self.assertIn("0 mismatches", self.check_alone("qcow2-conform", "corpus", "verify"))

    def test_a_packed_file_is_exported_whole(self) -> None:
        packed = sorted((self.prefix / "share/qcow2-conform/corpus").rglob("*.packed*"))
        self.assertGreater(len(packed), 0)
        self.check_alone("qcow2-conform", "corpus", "export", "exported")
        self.assertLess(len(list((self.dir / "exported").rglob("*.packed*"))), len(packed))
        self.assertEqual(*((folder / "index.tsv").read_text() for folder in (self.dir / "exported", self.built())))

    def built(self) -> Path:
        """The corpus that the build tree exports."""
        tool(BIN / "qcow2-conform", "corpus", "export", self.dir / "built")
        return self.dir / "built"

    def test_the_implementations_and_their_adapters_are_there(self) -> None:
        said = self.check_alone("qcow2-conform", "doctor")
        self.assertRegex(said, r"(?m)^present  model: .*modify")
        self.assertRegex(said, r"(?m)^present  spec-reader: ")
        self.check_alone("qcow2-conform", "adapter", "check",
                         f"{self.prefix}/libexec/qcow2-conform/qcow2-model-adapter")

    def test_a_list_of_known_failures_is_made(self) -> None:
        self.alone("qcow2-conform", "run", "--case", "ordinary*", "--read-cmd", "false {image}", "--out", "wrong")
        self.check_alone("qcow2-conform", "known", "update", "--known", "known.json", "wrong")
        self.assertTrue(json.loads((self.dir / "known.json").read_text()))

    def test_no_text_names_the_source_tree(self) -> None:
        for path in (path for path in self.prefix.rglob("*") if path.is_file()):
            if path.suffix != ".a" and path.relative_to(self.prefix).parts[0] not in ("bin", "libexec"):
                self.assertNotIn(str(ROOT).encode(), path.read_bytes(), path)


class Development(Install):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        require_tool("cmake")
        cls.corpus = cls.prefix / "share/qcow2-conform/corpus"
        tool(cls.prefix / "bin/qcow2-conform", "corpus", "export", cls.dir / "exported")
        cls.image = sorted((cls.dir / "exported").glob("images/ordinary*/*.qcow2"))[0]

    def assert_reads(self, program: Path, corpus: object) -> None:
        expected = subprocess.run([self.prefix / "bin/qcow2-model", "read", self.image, "-"], check=True,
                                  stdout=subprocess.PIPE).stdout[:8].hex()
        self.assertEqual(f"{expected}\n{corpus}\n", tool(program, self.image).decode())

    def test_a_consumer_finds_the_model_and_the_corpus_by_cmake(self) -> None:
        tool("cmake", "-G", "Ninja", "-S", CONSUMER, "-B", self.dir / "by-cmake", f"-DCMAKE_PREFIX_PATH={self.prefix}")
        tool("cmake", "--build", self.dir / "by-cmake")
        self.assert_reads(self.dir / "by-cmake/consumer", self.corpus)

    def test_a_consumer_finds_the_model_by_pkg_config(self) -> None:
        found, = self.prefix.glob("lib*/**/pkgconfig")
        flags = tool("env", f"PKG_CONFIG_PATH={found}", "pkg-config", "--static", "--cflags", "--libs", "qcow2-model")
        program = self.dir / "by-pkg-config"
        tool("c++", "-std=c++20", CONSUMER / "consumer.cpp", *flags.decode().split(), "-o", program)
        self.assert_reads(program, "")


if __name__ == "__main__":
    unittest.main()
