"""The commands of the pages for users, and those of the Containerfile, typed word for word in a bare Debian 12 that has
a network and a copy of this checkout, and nothing else.

For an hour of two processors; ./test --nightly runs it. QCOW2_BARE_KEPT=FOLDER keeps what was installed and built for
the next time. The whole of what was printed goes into build/documents.log.
"""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Iterator, Optional

from tests.ci.test_container import Stage, stages
from tests.documents import session
from tests.documents.pages import ROOT, Command, commands
from tests.system.support import absent

BASE = "bookworm"
LOG = ROOT / "build/documents.log"
MARK = "\x1e"  # before a line of the session's own
IN_ROOT = f"""set -euo pipefail
root=$1
. "$root/scripts/build.sh"
. "$root/scripts/bare_root.sh"
bare_root {BASE}
with_network=1 overlay=${{QCOW2_BARE_KEPT-}} in_bare_root {BASE} 0:0 "$2" /session 'exec bash /session/session.sh'
"""
BEGIN = f"""for name in $(compgen -e); do case $name in *_proxy) ;; *) unset "$name" ;; esac; done
export DEBIAN_FRONTEND=noninteractive HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mkdir -p {session.CHECKOUT} /root
cp -r --preserve=mode,timestamps --update /session/checkout/. {session.CHECKOUT}
cp /session/bin/* /usr/local/bin
apt-get -q update
"""


def copy_checkout(to: Path) -> None:
    """What git knows of, as it is in the work tree."""
    names = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], check=True, stdout=subprocess.PIPE).stdout
    for name in filter(None, names.decode().split("\0")):
        if (ROOT / name).exists():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name, follow_symlinks=False)


def container() -> Iterator[Command]:
    yield from (Command("Containerfile", step) for stage in stages() for step in stage.steps)


class Session:
    """The lines of a shell: each command is run in it, after a mark, and before one with its exit status."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.lines, self.typed = folder, [BEGIN], []
        (folder / "bin").mkdir()
        for name, text in session.MINE.items():
            (folder / "bin" / name).write_text(f"#!/bin/sh\nset -e\n{text}")
            (folder / "bin" / name).chmod(0o755)
        copy_checkout(folder / "checkout")

    def page(self, name: str, folder: str, typed: list[Command]) -> None:
        before = session.BEFORE.get(name, "")
        steps = [f"cd {folder}", before, *(self._step(command) for command in typed)]
        self.lines.append("(\n" + "\n".join(steps) + "\n)\n")

    def _step(self, command: Command) -> str:
        number = len(self.typed)
        self.typed.append(command)
        (self.folder / f"{number}.sh").write_text(f"{command.text}\n")
        (self.folder / f"{number}.in").write_text(session.ANSWERS.get(command.text, ""))
        step = (f"printf '{MARK}begin {number}\\n'\nset +e\n. /session/{number}.sh </session/{number}.in\n"
                f"status=$?\nset -e\nprintf '{MARK}end {number} %s\\n' $status")
        before = session.BEFORE_COMMAND.get(command.text)
        # What comes before one command is for that command alone.
        return step if before is None else f"(\n{before}\n{step}\n)"

    def run(self) -> str:
        (self.folder / "session.sh").write_text("set -e\n" + "\n".join(self.lines))
        LOG.parent.mkdir(exist_ok=True)
        with open(LOG, "w", encoding="utf-8") as log:
            subprocess.run(["bash", "-c", IN_ROOT, "bash", ROOT, self.folder], stdin=subprocess.DEVNULL, stdout=log,
                           stderr=subprocess.STDOUT, check=False)
        return LOG.read_text(errors="replace")


def outcome(said: str, number: int) -> tuple[Optional[int], str]:
    """The exit status, if it came to its end, and what it printed."""
    _, _, rest = said.partition(f"{MARK}begin {number}\n")
    printed, mark, end = rest.partition(f"{MARK}end {number} ")
    return (int(end.split("\n")[0]) if mark else None), printed


class Bare(unittest.TestCase):
    def test_each_command_does_what_its_page_says(self) -> None:
        if os.geteuid() != 0:
            absent("root")
        if shutil.which("debootstrap") is None:
            absent("debootstrap")
        with tempfile.TemporaryDirectory(prefix="qcow2-conform-") as folder:
            made = Session(Path(folder))
            wanted = os.environ.get("QCOW2_BARE_PAGES", "").split()
            for page in session.ORDER:
                if not wanted or page in wanted:
                    typed = [command for command in commands(page) if not session.reason(command)]
                    made.page(page, session.FOLDER.get(page, session.CHECKOUT), typed)
            if not wanted or "Containerfile" in wanted:
                made.page("Containerfile", Stage.FOLDER, list(container()))
            said = made.run()
        self.assertGreater(len(made.typed), 0)
        for number, command in enumerate(made.typed):
            with self.subTest(page=command.page, command=command.text):
                status, printed = outcome(said, number)
                self.assertEqual(session.STATUS.get(command.text, 0), status, printed[-2000:])
                if command.prints is not None:
                    self.assertEqual(command.prints, printed)


if __name__ == "__main__":
    unittest.main()
