"""A run on a hostile reader: in a folder of its own, with a mark that all of its processes bear, and looked at."""

import json
import os
import re
import shutil
import subprocess
import time
import uuid
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from tests.system.support import CONFORM, MODEL, ROOT, SystemTest, absent

CORPUS = ROOT / "build/release/corpus"
READERS = Path(__file__).parent / "readers"
CASE = "least-size-field"
NOBODY = 65534
# No reader may see the name spaces of root; an ordinary user makes some of his own.
WITHOUT_NAME_SPACES = ["setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin"]
AS_NOBODY = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
PATIENCE_SECONDS = 600


class Ran:
    def __init__(self, status: int, seconds: float, said: str, out: Path) -> None:
        self.status, self.seconds, self.said, self.out = status, seconds, said, out

    def statuses(self) -> set[str]:
        """Of reading."""
        lines = [json.loads(line) for line in (self.out / "results.jsonl").read_text().splitlines()]
        return {line["status"] for line in lines if line["type"] == "operation" and line["op"] == "read"}


class HostileTest(SystemTest):
    prefix: list[str] = []

    def setUp(self) -> None:
        super().setUp()
        if not (CORPUS / "lock.json").is_file():
            absent(f"the corpus in {CORPUS}")
        if self.prefix and os.geteuid() != 0:
            self.skipTest("only root can run as another")
        self.temporary, self.corpus, self.out = (self.dir / name for name in ("temporary", "corpus", "out"))
        for folder in (self.dir, self.temporary, self.out):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o777)
        copy_case(CASE, self.corpus)
        self.conform, self.model, self.readers = self.programs()
        self.mark = f"HOSTILE={uuid.uuid4()}"

    def programs(self) -> tuple[Path, Path, Path]:
        """The runner, the model and the readers, where those who run them may read them."""
        return CONFORM, MODEL, READERS

    def environment(self) -> dict[str, str]:
        name, value = self.mark.split("=")
        expected = self.corpus / f"guest/{CASE}.raw"
        return os.environ | {
            name: value,
            "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",  # what any user may run
            "TMPDIR": str(self.temporary),
            "MODEL": str(self.model),
            "CASE": CASE,
            "EXPECTED": str(expected),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def command(self, *how: str) -> list[str]:
        return [*self.prefix, str(self.conform), "run", "--corpus", str(self.corpus), "--out", str(self.out), *how]

    def run_on(self, *how: str) -> Ran:
        begin = time.monotonic()
        done = subprocess.run(self.command(*how), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env=self.environment(), timeout=PATIENCE_SECONDS)
        return Ran(done.returncode, time.monotonic() - begin, done.stdout.decode(), self.out)

    def run_reader(self, name: str, seconds: float = 20) -> Ran:
        return self.run_on("--read-cmd", f"{self.readers / name} {{image}} {{out}}", "--timeout", str(seconds))

    def processes(self) -> list[str]:
        """Of the run, and of all that came of it."""
        mark = self.mark.encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    found.append((process / "cmdline").read_text().replace("\0", " "))
            except OSError:
                continue
        return found

    def assert_nothing_left(self) -> None:
        self.assertEqual([], self.processes())
        self.assertEqual([], sorted(self.temporary.rglob("*")))

    def assert_well_formed(self, ran: Ran) -> None:
        self.assertIn(ran.status, (0, 1, 3, 4, 5), ran.said)
        if not (self.out / "results.jsonl").exists() or ran.status == 4 and not (self.out / "junit.xml").exists():
            self.assertIsNone(HARMFUL.search(ran.said), repr(ran.said))
            return
        texts = {name: (self.out / name).read_text() for name in ("summary.json", "junit.xml", "report.md",
                                                                  "report.html")}
        json.loads(texts["summary.json"])
        ElementTree.fromstring(texts["junit.xml"])
        for name, text in texts.items() | {("the terminal", ran.said)}:
            found = HARMFUL.search(text)
            self.assertIsNone(found, f"{name}: {found and ascii(text[found.start() - 60:found.end() + 20])}")


def copy_case(case: str, folder: Path) -> None:
    """A corpus of one case."""
    for name in ("schema.json", "clauses.json", "lock.json", "quick.json"):
        if (CORPUS / name).is_file():
            folder.mkdir(exist_ok=True)
            shutil.copy(CORPUS / name, folder)
    shutil.copytree(CORPUS / "canary", folder / "canary")
    for file in [*CORPUS.glob(f"cases/*/{case}.json"), *CORPUS.glob(f"images/{case}/*"),
                 *CORPUS.glob(f"guest/{case}.*"), *CORPUS.glob(f"layout/{case}.*")]:
        place = folder / file.relative_to(CORPUS)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o777 if path.is_dir() else 0o666)
