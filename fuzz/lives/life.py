"""One image and what has happened to it: the commands so far, the files, and what the next operation needs to know."""

import shlex
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Optional

from lives.programs import Done, Programs
from lives.records import Header, read_header

DATA = "data.bin"
DATA_LENGTH = 1 << 16


@dataclass
class Life:
    random: Random
    programs: Programs
    top: str = "image.qcow2"
    below: list[str] = field(default_factory=list)  # the backing chain, the nearest last
    snapshots: list[str] = field(default_factory=list)
    bitmaps: list[str] = field(default_factory=list)
    features: set[str] = field(default_factory=set)
    commands: list[str] = field(default_factory=list)
    operations: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    changed_below: set[str] = field(default_factory=set)  # images of the chain that an operation wrote to
    dirty: bool = False
    truncated: bool = False
    names: int = 0
    said: str = ""  # by the last command, on standard output

    @property
    def folder(self) -> Path:
        return self.programs.folder

    @property
    def path(self) -> Path:
        return self.folder / self.top

    @property
    def header(self) -> Header:
        with self.path.open("rb") as file:
            return read_header(file.read(512))

    def new_name(self, kind: str) -> str:
        self.names += 1
        return f"{kind}{self.names}"

    def run(self, operation: str, *words: str, statuses: tuple[int, ...] = (0,)) -> bool:
        """Runs and notes a command; False where QEMU refuses, which is an answer as good as any."""
        self.commands.append(shlex.join(words))
        done: Done = self.programs.run(*words)
        self.said = done.out.decode(errors="replace")
        good = done.status in statuses
        (self.operations if good else self.refused)[operation] += 1
        if not good:
            self.commands[-1] += f"  # exit {done.status}"
        return good

    def note(self, operation: str, command: str) -> None:
        """Something that is done without a program, as the command that would do it."""
        self.commands.append(command)
        self.operations[operation] += 1

    def store_data(self, seed: int) -> None:
        """What writes take their bytes from: stretches of noise and of text, so that some clusters compress."""
        source = Random(seed)
        noise, text = source.randbytes(1 << 12), b"the life of an image, written by the sector; " * 100
        pieces = [source.choice((noise, text, bytes(700)))[: source.randrange(1, 3000)] for _ in range(60)]
        (self.folder / DATA).write_bytes(b"".join(pieces)[:DATA_LENGTH])

    def pick(self, names: list[str]) -> Optional[str]:
        return self.random.choice(names) if names else None
