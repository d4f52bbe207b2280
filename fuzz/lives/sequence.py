"""One life from its seed: created, changed with a comparison after each step, perhaps cut, then damaged many times."""

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Callable, Optional

from lives.commands import OPERATIONS, bitmap_add, snapshot_create, truncate
from lives.compare import compare
from lives.counts import Counts
from lives.create import create
from lives.damage import damage
from lives.life import Life
from lives.programs import Difference, Hang, Programs
from lives.records import find_records
from lives.repairs import DAMAGED, judge, touch
from lives.writes import guest_writes

STEPS = (3, 9)
COMMANDS = ("info", "map", "explain", "read")
CUT = 0.2


@dataclass
class Failure:
    seed: int
    kind: str
    detail: str
    kept: Optional[Path] = None
    damage: list[str] = field(default_factory=list)


@dataclass
class Campaign:
    model: Path
    keep: Path
    damaged: int
    counts: Counts
    failures: list[Failure] = field(default_factory=list)

    def live(self, seed: int) -> None:
        """The sequence of a seed, and `damaged` images made of its end."""
        with tempfile.TemporaryDirectory(prefix="qcow2-conform-") as name:
            life = Life(Random(seed), Programs(self.model, Path(name)))
            life.store_data(seed)
            try:
                self._operations(life)
            except Difference as found:
                self._fail(life, seed, found, [])
            except Hang:
                life.refused["hangs"] += 1
            self.counts.sequence(life)
            image, random = life.path.read_bytes(), Random(f"damage {seed}")
            places = find_records(image).places
            for _ in range(self.damaged):
                self._damage(life, seed, *damage(image, places, random), random)

    def _operations(self, life: Life) -> None:
        create(life)
        self._compare(life)
        for operation in _plan(life.random):
            before = len(life.commands)
            operation(life)
            if len(life.commands) > before:
                self._compare(life)

    def _compare(self, life: Life) -> None:
        images = [life.top, *(name for name in sorted(life.changed_below) if name.endswith(".qcow2"))]
        life.changed_below.clear()
        for image in images:
            self.counts.compared(life, compare(life, image))

    def _damage(self, life: Life, seed: int, damaged: bytes, done: list[str], random: Random) -> None:
        try:
            touch(life.programs, damaged, random.choice(COMMANDS))
            outcome, listed = judge(life.programs, damaged)
            self.counts.damage(life, done, outcome, listed)
        except Difference as found:
            (life.folder / DAMAGED).write_bytes(damaged)
            self._fail(life, seed, found, done)
            self.counts.damage(life, done, f"differs: {found.kind}", [])

    def _fail(self, life: Life, seed: int, found: Difference, done: list[str]) -> None:
        failure = Failure(seed, found.kind, found.detail, damage=done)
        if not any(one.kind == found.kind for one in self.failures):  # of each kind, the first is kept
            failure.kept = self._kept(life, failure)
        self.failures.append(failure)
        self.counts.difference(found.kind)

    def _kept(self, life: Life, failure: Failure) -> Path:
        """The folder as it stands, the commands that led there, and what was found."""
        slug = "".join(letter if letter.isalnum() else "-" for letter in failure.kind)[:60].strip("-")
        folder = self.keep / f"{failure.seed}-{slug}"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(life.folder, folder)
        notes = [*(f"damage: {one}" for one in failure.damage), f"found: {failure.kind}", *failure.detail.splitlines()]
        lines = ["#!/bin/sh", *life.commands, *(f"# {note}" for note in notes)]
        (folder / "commands.sh").write_text("\n".join(lines) + "\n")
        return folder


def _plan(random: Random) -> list[Callable[[Life], None]]:
    """The operations to come. Most lives have snapshots, and as many bitmaps, from early on."""
    plan = [guest_writes] if random.random() < 0.8 else []
    plan += [one for one in (snapshot_create, bitmap_add) if random.random() < 0.6]
    plan += random.choices([*OPERATIONS], [*OPERATIONS.values()], k=random.randint(*STEPS))
    return plan + ([truncate] if random.random() < CUT else [])
