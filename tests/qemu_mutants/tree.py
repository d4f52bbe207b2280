"""QEMU's source and its build: the tools alone, with as little else as configure allows.

WORK/source is the unpacked package (scripts/qemu-mutants fetches it), WORK/build its build, WORK/pristine the texts
that changes are made in. ccache, where there is one, spares most of a second compilation.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Iterable, Iterator

from tests.qemu_mutants.catalogue import Change

TOOLS = ("qemu-img", "qemu-io", "qemu-nbd")
# Static programs start in half the time, and starting is most of what a case asks of them.
OPTIONS = ("--static", "--disable-system", "--disable-user", "--without-default-features", "--enable-tools",
           "--enable-zstd", "--disable-werror", "--with-git-submodules=ignore")


class Tree:
    """One source tree with one build; only one change is in it at a time."""

    def __init__(self, work: Path, files: set[str], jobs: int) -> None:
        self.source, self.build, self.log = work / "source", work / "build", work / "build.log"
        self.unchanged = work / "unchanged"  # the tools without a change
        self.jobs = jobs
        self._pristine = work / "pristine"
        self._pristine.mkdir(parents=True, exist_ok=True)
        for file in files:
            kept = self._pristine / file
            if not kept.exists():
                shutil.copyfile(self.source / "block" / file, kept)
        self.texts = {file: (self._pristine / file).read_text() for file in sorted(files)}

    def version(self) -> str:
        """The package's, as its changelog has it."""
        return (self.source / "debian/changelog").read_text().split("(", 1)[1].split(")", 1)[0]

    def digest(self) -> str:
        """Of the texts that changes are named in."""
        return hashlib.sha256("\0".join(self.texts.values()).encode()).hexdigest()[:16]

    def make(self) -> None:
        """The tools of the unchanged source; what a change of an interrupted run has left is taken back."""
        self._make(self.build)
        self.unchanged.mkdir(exist_ok=True)
        self._copy_tools(self.unchanged)

    def counting(self, options: Iterable[str]) -> Path:
        """A build of the unchanged source of its own, with these options of configure too."""
        folder = self.build.with_name("counting")
        self._make(folder, options)
        return folder

    def _make(self, folder: Path, options: Iterable[str] = ()) -> None:
        for file, text in self.texts.items():
            self._write(file, text)
        if not (folder / "build.ninja").exists():
            folder.mkdir(exist_ok=True)
            compiler = "ccache gcc" if shutil.which("ccache") else "gcc"
            self._run(folder, [str(self.source.resolve() / "configure"), *OPTIONS, f"--meson={shutil.which('meson')}",
                               f"--cc={compiler}", *options])
        if not self._compile(folder):
            raise SystemExit(f"qemu-mutants: QEMU does not build: {self.log}")

    @contextmanager
    def changed(self, change: Change) -> Iterator[bool]:
        """Builds the tools with the change, and says whether they compile; the source is whole again after."""
        try:
            self._write(change.file, change.edit.applied(self.texts[change.file]))
            yield self._compile(self.build)
        finally:
            self._write(change.file, self.texts[change.file])

    @contextmanager
    def programs(self) -> Iterator[Path]:
        """A folder with the tools, for PATH; copies, so that a later build does not pull them away."""
        with tempfile.TemporaryDirectory(prefix="qemu-mutants-") as folder:
            self._copy_tools(Path(folder))
            yield Path(folder)

    def _copy_tools(self, folder: Path) -> None:
        for tool in TOOLS:
            shutil.copy2(self.build / tool, folder)

    def _write(self, file: str, text: str) -> None:
        target = self.source / "block" / file
        if target.read_text() != text:
            target.write_text(text)

    def _compile(self, folder: Path) -> bool:
        return self._run(folder, ["ninja", f"-j{self.jobs}", *TOOLS], check=False)

    def _run(self, folder: Path, words: list[str], check: bool = True) -> bool:
        with self.log.open("w") as log:
            done = subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False,
                                  env={**os.environ, "LC_ALL": "C.UTF-8"})
        if check and done.returncode != 0:
            raise SystemExit(f"qemu-mutants: {words[0]}: exit {done.returncode}: {self.log}")
        return done.returncode == 0
