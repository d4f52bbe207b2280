"""This suite on a build of QEMU's tools: the first operation that fails there, and passes on the unchanged build.

Only must and should operations count. The runner writes a line an operation, and is stopped at the first that counts.
"""

import json
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Optional

from tests.qemu_mutants.deadline import Deadline, running

ROOT = Path(__file__).resolve().parents[2]
RUNNER = ROOT / "build/release/bin/qcow2-conform"
IMPLEMENTATIONS = ("qemu-img", "qemu-io")
FAILURES = frozenset(("wrong-data", "wrong-accept", "flaw-unnoticed", "wrong-reject", "unsound-image", "tampered",
                      "crash", "timeout", "resource"))
CANARY_EXIT = 4
SECONDS = "8"  # for an operation; a mutant that hangs does so in many
# Whether it is the quick cases, and what chooses them.
SELECTIONS: tuple[tuple[bool, list[str]], ...] = ((True, ["--quick"]), (False, []))


@dataclass(frozen=True)
class Failure:
    """`operation` is implementation:case:op:index; `status` as the runner names it, or "canary" without a case."""

    case: str
    operation: str
    status: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.status}"


def failure_of(record: dict[str, Any]) -> Optional[Failure]:
    """What a line of results.jsonl has failed, if it counts."""
    counts = record.get("type") == "operation" and record["level"] in ("must", "should")
    if not counts or record["status"] not in FAILURES:
        return None
    operation = f"{record['implementation']}:{record['case']}:{record['op']}:{record['index']}"
    return Failure(record["case"], operation, record["status"])


def failures(programs: Path, arguments: list[str], deadline: Deadline) -> Iterator[Failure]:
    """The failures of a run on these programs, as they come; the last one may be that canaries ended the run."""
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    with tempfile.TemporaryDirectory(prefix="qemu-mutants-") as folder:
        out = Path(folder) / "results.jsonl"
        words = [str(RUNNER), "run", *(word for name in IMPLEMENTATIONS for word in ("--impl", name)), "--out", folder,
                 "--timeout", SECONDS, *arguments]
        with running(words, ROOT, environment) as runner:
            read, some = 0, False
            while True:
                ended = runner.poll() is not None
                records, read = _new_records(out, read)
                for failure in filter(None, map(failure_of, records)):
                    some = True
                    yield failure
                if ended:
                    break
                deadline.left()
                time.sleep(0.2)
            if runner.returncode == CANARY_EXIT and not some:
                yield Failure("", "canaries", "canary")
            elif runner.returncode not in (0, 1, CANARY_EXIT):
                raise SystemExit(f"qemu-mutants: the runner's exit status is {runner.returncode}: {' '.join(words)}")


def _new_records(file: Path, begin: int) -> tuple[list[dict[str, Any]], int]:
    """The whole lines from the byte `begin` on, and where they end."""
    if not file.exists():
        return [], begin
    with file.open("rb") as stream:
        stream.seek(begin)
        text = stream.read()
    whole = text[:text.rfind(b"\n") + 1]
    return [json.loads(line) for line in whole.splitlines()], begin + len(whole)


def first_kill(programs: Path, unchanged: Path, known: set[str], deadline: Deadline) -> tuple[Optional[Failure], bool]:
    """The first failure that counts, and whether the quick cases have it; they come first. `known` gains the operations
    that turn out to fail on the `unchanged` programs too, which are asked for the case alone."""
    for quick, arguments in SELECTIONS:
        for failure in failures(programs, arguments, deadline):
            if failure.operation in known:
                continue
            if failure.case:
                known.update(other.operation for other in failures(unchanged, ["--case", failure.case], deadline))
            if failure.operation not in known:
                return failure, quick
    return None, False
