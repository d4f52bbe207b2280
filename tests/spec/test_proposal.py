"""spec/proposal: each change is in its form and finds its place, and `git am` takes the series.

QCOW2_RST names a copy of QEMU's docs/interop/qcow2.rst (or .txt), which this repository does not have; without it the
series is tried on a document that has only the places."""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from tests.spec.every_block import run_every_block
from tests.spec.optional import only_with

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "spec"
sys.path.insert(0, str(SPEC))

import series  # noqa: E402  (found by the line above)

SENDER = "A Keeper <keeper@example.org>"
IDENTITY = ["-c", "user.name=A Keeper", "-c", "user.email=keeper@example.org"]


def places_only() -> str:
    """A document of nothing but the places, each one once."""
    places = dict.fromkeys((change.first, change.last) for name in series.SERIES for change in series.read_series(name))
    return "A document\n\n" + "".join(f"    {first}\n    {last}\n\n" for first, last in places) + "The end\n"


class Changes(unittest.TestCase):
    def test_each_is_in_its_form(self) -> None:
        cases = {path.stem for path in ROOT.glob("cases/*/*.json")}
        for name in series.SERIES:
            changes = series.read_series(name)
            self.assertEqual(
                [f"{number:02}" for number in range(1, len(changes) + 1)], [change.name[:2] for change in changes])
            for change in changes:
                with self.subTest(change.name):
                    self.assertIn(change.kind, series.KINDS)
                    self.assertIn(change.adds, series.ADDS)
                    self.assertLessEqual(len(change.subject), 60)
                    self.assertLessEqual(set(change.cases), cases)
                    self.assertLessEqual(max(map(len, change.message.splitlines())), 72)

    def test_the_page_lists_them(self) -> None:
        page = (SPEC / "proposal/README.md").read_text(encoding="utf-8")
        rows = re.findall(r"^\| \[\d\d\]\((.+?)\.md\) \| (.+?) \| (.+?) \| .+ \|$", page, re.MULTILINE)
        changes = [(f"{name}/{change.name}", change.subject, change.kind)
                   for name in series.SERIES for change in series.read_series(name)]
        self.assertEqual(changes, rows)

    def test_nobody_has_signed(self) -> None:
        for path in (SPEC / "proposal").rglob("*.md"):
            with self.subTest(path.name):
                text = path.read_text(encoding="utf-8").replace("you@example.org", "")
                self.assertNotRegex(text, r"(?m)^Signed-off-by|\S@\S+\.\S")

    def test_the_evidence_is_what_the_programs_do(self) -> None:
        run_every_block(self, SPEC / "proposal/README.md")


class Places(unittest.TestCase):
    def test_a_place_that_is_not_there_once_is_named(self) -> None:
        change = series.read_series("compressed")[0]
        for document in ("nothing of it\n", places_only() + places_only()):
            with self.assertRaisesRegex(series.NotOnce, change.name):
                series.apply(document, change)

    def test_a_sentence_goes_on_in_its_paragraph(self) -> None:
        change = series.read_series("compressed")[0]
        change.first, change.last, change.text = "Streams may", "share sectors.", "They often do."
        change.adds = "sentence"
        document = "x\n\n  Streams may\n  share sectors. Next.\n\ny\n"
        self.assertEqual(
            "x\n\n  Streams may\n  share sectors. They often do. Next.\n\ny\n", series.apply(document, change))
        change.adds = "paragraph"
        self.assertEqual(
            "x\n\n  Streams may\n  share sectors. Next.\n\n  They often do.\n\ny\n", series.apply(document, change))
        change.adds = "replacement"
        self.assertEqual("x\n\n  They often do. Next.\n\ny\n", series.apply(document, change))


class GitTakesThem(unittest.TestCase):
    def take(self, document: str, name: str) -> None:
        for which in series.SERIES:
            with self.subTest(which), tempfile.TemporaryDirectory(prefix="qcow2-conform-") as folder:
                self.am(Path(folder), document, name, which)

    def am(self, folder: Path, document: str, name: str, which: str) -> None:
        clone = folder / "clone"
        path = clone / "docs/interop" / name
        path.parent.mkdir(parents=True)
        path.write_text(document, encoding="utf-8")
        for command in (["init", "-q"], ["add", "-A"], [*IDENTITY, "commit", "-q", "-m", "The document"]):
            subprocess.run(["git", "-C", str(clone), *command], check=True)
        done = subprocess.run(
            [str(ROOT / "scripts/proposal"), "--document", str(path), "--series", which, "--from", SENDER,
             "--out", str(folder / "out")], capture_output=True, text=True, check=False)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        patches = [str(patch) for patch in sorted((folder / "out").glob("*.patch"))]
        self.assertEqual(len(series.read_series(which)), len(patches))
        command = ["git", "-C", str(clone), *IDENTITY, "am", "-q", *patches]
        taken = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(0, taken.returncode, taken.stderr)
        after = " ".join(path.read_text(encoding="utf-8").split())
        for change in series.read_series(which):
            self.assertIn(" ".join(change.text.split()), after)

    def test_on_the_places_alone(self) -> None:
        self.take(places_only(), "qcow2.rst")

    @only_with("QCOW2_RST")
    def test_on_the_published_document(self) -> None:
        copy = Path(os.environ["QCOW2_RST"])
        self.take(copy.read_text(encoding="utf-8"), f"qcow2{copy.suffix}")

    def test_a_sender_has_to_be_named(self) -> None:
        with tempfile.TemporaryDirectory(prefix="qcow2-conform-") as folder:
            document = Path(folder) / "qcow2.rst"
            document.write_text(places_only(), encoding="utf-8")
            done = subprocess.run(
                [str(ROOT / "scripts/proposal"), "--document", str(document), "--from", "nobody", "--out", folder],
                capture_output=True, text=True, check=False)
            self.assertEqual(2, done.returncode)
            self.assertIn("--from", done.stderr)


if __name__ == "__main__":
    unittest.main()
