"""The plain index of an exported corpus, and the harnesses of examples/ over it: all come to the same judgement."""

import csv
import functools
import json
import tempfile
import unittest
from pathlib import Path

from tests.system.support import CONFORM, MODEL, ROOT, require_tool, run, tool

EXAMPLES = ROOT / "examples"
PLAIN_MAX = 1 << 30  # longer disks are not asked for whole
READER = """#!/bin/sh
case $MISTAKE in
  refuses) exit 1 ;;
  crashes) exit 77 ;;
  dies) kill -SEGV $$ ;;
  writes-nothing) exit 0 ;;
  cuts-the-end) "{model}" read "$1" "$2" || exit 1; truncate -s -1 "$2" ;;
  accepts-all) "{model}" read "$1" "$2" || : >"$2" ;;
  *) exec "{model}" read "$1" "$2" ;;
esac
"""


class Harnesses(unittest.TestCase):
    """One exported corpus for all, with the whole index and with a short one."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.dir = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="qcow2-conform-")))
        cls.corpus = cls.dir / "corpus"
        tool(CONFORM, "corpus", "export", cls.corpus)
        cls.lines = (cls.corpus / "index.tsv").read_text().splitlines(keepends=True)
        with_features = [line for line in cls.lines[1:] if line.split("\t")[2] != "-"]
        cls.short = cls.dir / "short"
        cls.short.mkdir()
        for part in ("images", "guest"):
            (cls.short / part).symlink_to(cls.corpus / part)
        (cls.short / "index.tsv").write_text("".join([cls.lines[0], *with_features[::20]]))
        cls.reader = cls.dir / "reader"
        cls.reader.write_text(READER.format(model=MODEL))
        cls.reader.chmod(0o755)

    def check(self, *harness: object) -> None:
        """The model passes; readers with a mistake fail, as the Python harness tells it."""
        reads = [row for row in csv.DictReader(self.lines, delimiter="\t") if row["read"] != "-"]
        done = run(*harness, self.corpus, "none", self.reader)
        self.assertEqual((f"{len(reads)} pass, 0 fail, 0 unsupported\n", 0), (done.stdout.decode(), done.returncode))
        self.assertEqual(2, self.judge(harness, "none", "", self.empty())[1])
        for mistake, unclaimed in (("refuses", "none"), ("refuses", "zstd,deflate"), ("cuts-the-end", "none"),
                                   ("writes-nothing", "none"), ("accepts-all", "zstd"), ("crashes", "deflate")):
            with self.subTest(mistake=mistake, unclaimed=unclaimed):
                self.assertEqual(self.judged_by_python(unclaimed, mistake), self.judge(harness, unclaimed, mistake))
        counts, status = self.judge(harness, "none", "dies")
        self.assertRegex(counts, r"crash, exit status .*\n0 pass, [1-9]\d* fail, 0 unsupported\n\Z")
        self.assertEqual(1, status)

    @classmethod
    def judge(cls, harness: tuple[object, ...], unclaimed: str, mistake: str, corpus: Path | None = None
              ) -> tuple[str, int]:
        done = run("env", f"MISTAKE={mistake}", *harness, corpus or cls.short, unclaimed, cls.reader)
        return done.stdout.decode(), done.returncode

    @classmethod
    @functools.cache
    def judged_by_python(cls, unclaimed: str, mistake: str) -> tuple[str, int]:
        return cls.judge(("python3", EXAMPLES / "harness.py"), unclaimed, mistake)

    def empty(self) -> Path:
        folder = self.dir / "empty"
        folder.mkdir(exist_ok=True)
        (folder / "index.tsv").write_text(self.lines[0])
        return folder

    def test_python_names_each_failure(self) -> None:
        by_mistake = {"refuses": "a good image was refused", "crashes": "crash, exit status 77",
                      "writes-nothing": "wrong bytes", "cuts-the-end": "wrong bytes",
                      "accepts-all": "a bad image was accepted"}
        for mistake, words in by_mistake.items():
            with self.subTest(mistake):
                judged, status = self.judged_by_python("none", mistake)
                self.assertRegex(judged, rf"(?m)^[a-z0-9-]+ \(must\): {words}$")
                self.assertEqual(1, status)
        judged, status = self.judged_by_python("deflate,zstd,standard-clusters,external-data-file", "refuses")
        self.assertRegex(judged, r"\A\d+ pass, 0 fail, [1-9]\d* unsupported\n\Z")
        self.assertEqual(0, status)

    def test_python(self) -> None:
        self.check("python3", EXAMPLES / "harness.py")

    def test_c(self) -> None:
        require_tool("cc")
        tool("cc", "-Wall", "-Wextra", "-Werror", "-o", self.dir / "harness-c", EXAMPLES / "harness.c")
        self.check(self.dir / "harness-c")

    def test_javascript(self) -> None:
        require_tool("node")
        self.check("node", EXAMPLES / "harness.mjs")

    def test_rust(self) -> None:
        require_tool("rustc")
        tool("rustc", "-D", "warnings", "-o", self.dir / "harness-rust", EXAMPLES / "harness.rs")
        self.check(self.dir / "harness-rust")

    def test_java(self) -> None:
        require_tool("javac")
        tool("javac", "-d", self.dir / "java", EXAMPLES / "Harness.java")
        self.check("java", "-cp", self.dir / "java", "Harness")

    def test_go(self) -> None:
        require_tool("go")
        tool("go", "build", "-o", self.dir / "harness-go", EXAMPLES / "harness.go")
        self.check(self.dir / "harness-go")

    def test_the_index_says_what_the_cases_say(self) -> None:
        clauses = json.loads((self.corpus / "clauses.json").read_text())["clauses"]
        levels = {clause["slug"]: clause["level"] for clause in clauses}
        packed = {path.name.split(".")[0] for path in self.corpus.rglob("*.packed")}
        expected = {}
        for path in self.corpus.glob("cases/*/*.json"):
            case = json.loads(path.read_text())
            row = index_row(case, levels)
            guest = self.corpus / "guest" / f"{case['id']}.raw"
            if guest.exists() and guest.stat().st_size > PLAIN_MAX:
                row["read"] = "-"
            asks = {row["read"], row["check"], row["ranges"]} != {"-"}
            if asks and "status" not in case and case["id"] not in packed:
                expected[case["id"]] = row
        rows = list(csv.DictReader(self.lines, delimiter="\t"))
        self.assertEqual(expected, {row["case"]: row for row in rows})
        self.assertEqual(len(expected), len(rows))

    def test_its_readme_names_each(self) -> None:
        text = (EXAMPLES / "README.md").read_text()
        files = {path.name for path in EXAMPLES.iterdir()} - {"README.md"}
        self.assertEqual(set(), {name for name in files if f"]({name})" not in text})


def index_row(case: dict, levels: dict[str, str]) -> dict[str, str]:
    name = case["id"]

    def answers(op: str) -> list[tuple[dict, str]]:
        return [(operation, "|".join(sorted(words(operation["expect"]))))
                for operation in case["operations"] if operation["op"] == op]

    def words(expect: dict) -> set[str]:
        if expect["verdict"] == "observe":
            return {"any"}
        if expect["verdict"] == "either":
            return {word for choice in expect["choices"].values() for word in words(choice)}
        guest = f"guest/{name}.{expect['guest']}.raw" if "guest" in expect else f"guest/{name}.raw"
        return {guest if expect["verdict"] == "accept" else expect["verdict"]}

    ranges = [f"{number(operation['offset'])}+{number(operation['length'])}={answer}"
              for operation, answer in answers("read-range")]
    return {
        "case": name,
        "level": min((levels[slug] for slug in case["clauses"]), key=["must", "should", "may", "unspecified"].index),
        "features": ",".join(case["features"]) or "-",
        "image": f"images/{name}/{name}.qcow2",
        "read": "".join(answer for _, answer in answers("read")) or "-",
        "check": "".join(answer for _, answer in answers("check")) or "-",
        "ranges": " ".join(ranges) or "-",
    }


def number(value: int | str) -> int:
    return value if isinstance(value, int) else int(value, 16)


if __name__ == "__main__":
    unittest.main()
