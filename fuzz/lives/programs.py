"""Runs the programs of a life: in its folder, bounded in time, each call told apart from a signal or a hang."""

import json
import resource
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 120  # of a machine that may be loaded
MODEL_EXITS = {"check": range(5)}
OTHER_EXITS = range(3)


class Difference(Exception):
    """Something that no listed difference explains: what differs, in a few words that name its kind, and the rest."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind, self.detail = kind, detail


class Hang(Exception):
    """One of QEMU's programs gave no answer in time; its life ends there."""


@dataclass(frozen=True)
class Done:
    status: int
    out: bytes
    err: str

    def document(self) -> Any:
        """What it printed, as JSON; {} where it printed none."""
        try:
            return json.loads(self.out) if self.out else {}
        except ValueError:
            return {}


def forbid_core_dumps() -> None:
    """A life aborts QEMU on purpose, many times."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@dataclass(frozen=True)
class Programs:
    model: Path
    folder: Path

    def run(self, *words: str) -> Done:
        try:
            done = subprocess.run(words, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=TIMEOUT_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise Hang(" ".join(words)) from None
        return Done(done.returncode, done.stdout, done.stderr.decode(errors="replace"))

    def ask_model(self, command: str, *words: str) -> Done:
        """Raises Difference on a signal, a hang, and an exit status outside the documented ones."""
        line = " ".join(("qcow2-model", command, *words))
        try:
            done = self.run(str(self.model), command, *words)
        except Hang:
            raise Difference(f"model {command} hangs", f"{line}: no answer in {TIMEOUT_SECONDS} s") from None
        if done.status not in MODEL_EXITS.get(command, OTHER_EXITS):
            how = f"signal {-done.status}" if done.status < 0 else f"exit {done.status}"
            raise Difference(f"model {command} ends by {how}", f"{line}: {done.err.strip()[-300:]}")
        return done
