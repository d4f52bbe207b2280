"""A bank of readers with one mistake each, made from the spec's own reader: python3 -m tests.bank.bank [NAME…]

Nothing of the model is in them, and they had no part in choosing the bounds of "looks like" (conform/mutants): so they
show how often it, and the failure to start with, name the mistake. Of each reader a line is printed: what was said.
Without names it is the whole bank, and the counts go into docs/looks-like.md.
"""

from __future__ import annotations

import collections
import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.system.support import CONFORM, ROOT

READER = ROOT / "implementations/spec-reader"
SOURCE = "qcow2_spec_reader.py"
PAGE = ROOT / "docs/looks-like.md"
MARKS = ("<!-- made by scripts/looks-like -->\n", "<!-- end -->\n")


@dataclass
class Mistake:
    name: str
    mistake: str
    before: str
    after: str
    mutants: list[str]  # that are the same mistake; none: the list has no such mistake
    clauses: list[str]  # that the mistake breaks

    def reader(self, text: str) -> str:
        if text.count(self.before) != 1:
            raise ValueError(f"{self.name}: its text is not in the reader exactly once")
        return text.replace(self.before, self.after)


@dataclass
class Outcome:
    mistake: Mistake
    start: str  # the clause of the failure to start with; empty: nothing failed
    said: list[str]

    @property
    def verdict(self) -> str:
        if not self.said:
            return "silent"
        return "right" if set(self.said) & set(self.mistake.mutants) else "wrong"

    @property
    def starts_well(self) -> bool:
        return self.start in self.mistake.clauses


def load() -> list[Mistake]:
    document = json.loads((Path(__file__).parent / "mistakes.json").read_text(encoding="utf-8"))
    return [
        Mistake(**{**one, "before": "\n".join(one["before"]), "after": "\n".join(one["after"])})
        for one in document["mistakes"]
    ]


def run(mistake: Mistake, *filters: str) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="bank-") as name:
        folder = Path(name)
        shutil.copy(READER / "adapter.py", folder)
        text = (READER / SOURCE).read_text(encoding="utf-8")
        (folder / SOURCE).write_text(mistake.reader(text), encoding="utf-8")
        adapter = f"{sys.executable} {folder / 'adapter.py'}"
        subprocess.run(
            [CONFORM, "run", "--adapter", adapter, "--timeout", "120", "--out", folder / "out", *filters],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        found = json.loads((folder / "out/summary.json").read_text(encoding="utf-8"))["implementations"][0]
    start = (found["start_here"] or {}).get("clause", "")
    return Outcome(mistake, start, [name for likeness in found["looks_like"] for name in likeness["mistakes"]])


def line(outcome: Outcome) -> str:
    said = " or ".join(outcome.said) or "nothing"
    return (
        f"| {outcome.mistake.name} | {outcome.mistake.mistake} | {outcome.verdict}: {said} "
        f"| {outcome.start or 'nothing fails'}{'' if outcome.starts_well else ' (not its rule)'} |"
    )


def counts(outcomes: list[Outcome]) -> str:
    rows = []
    for title, which in (
        ("the list has this mistake", [one for one in outcomes if one.mistake.mutants]),
        ("the list does not have it", [one for one in outcomes if not one.mistake.mutants]),
    ):
        by = collections.Counter(one.verdict for one in which)
        start = sum(one.starts_well for one in which)
        rows.append(f"| {title} | {len(which)} | {by['right']} | {by['wrong']} | {by['silent']} | {start} |")
    named = sum(one.verdict == "right" or one.starts_well for one in outcomes)
    return "\n".join(
        [
            "| readers | number | right | wrong | silent | starts with a case of its rule |",
            "|---|---:|---:|---:|---:|---:|",
            *rows,
            "",
            f"For {named} of {len(outcomes)} readers one of the two names the mistake.",
            "",
            "| reader | its mistake | looks like | rule of the failure to start with |",
            "|---|---|---|---|",
            *map(line, outcomes),
            "",
        ]
    )


def publish(outcomes: list[Outcome]) -> None:
    begin, end = MARKS
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(pattern.sub(lambda _: begin + counts(outcomes) + end, text), encoding="utf-8")


def main(names: list[str]) -> int:
    bank = [one for one in load() if not names or one.name in names]
    if not bank:
        print(f"no reader of the bank has such a name: {' '.join(names)}", file=sys.stderr)
        return 2
    outcomes = []
    for mistake in bank:
        outcomes.append(run(mistake))
        print(line(outcomes[-1]), flush=True)
    if not names:
        publish(outcomes)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
