"""What the corpus does not reach in the model's library, held to the list of exceptions: python3 -m
tests.coverage.ledger GCOVR_JSON [MARKDOWN]

Of gcovr's JSON these count: lines that are never run, and on lines that are, branches that are never taken. A branch is
looked at where the line has a condition (others are the compiler's own) and is no assertion. exceptions.json names each
such line by its text, with the reason; a `from` and a `to` name all unreached lines between the two. Exit 1: a line or
branch is not reached and not named, or named and reached, or named and gone.
"""

import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator

ROOT = Path(__file__).resolve().parents[2]
CONDITION = re.compile(r"\b(if|while|for|switch|case)\b|\?|&&|\|\|")


@dataclass
class File:
    """One source file: its text, and by line number what was not reached."""

    name: str
    text: list[str]
    lines: int = 0
    branches: int = 0
    unreached: dict[int, int] = field(default_factory=dict)  # line -> branches never taken; 0: the line itself

    def line(self, number: int) -> str:
        return self.text[number - 1].strip()


def files_of(report: dict[str, Any], root: Path) -> Iterator[File]:
    for entry in report["files"]:
        file = File(entry["file"], (root / entry["file"]).read_text().splitlines())
        for line in entry["lines"]:
            if line.get("gcovr/noncode"):
                continue
            number, text = line["line_number"], file.line(line["line_number"])
            file.lines += 1
            if line["count"] == 0:
                file.unreached[number] = 0
            elif CONDITION.search(text) and not text.startswith("assert("):
                file.branches += len(line["branches"])
                missed = sum(branch["count"] == 0 for branch in line["branches"])
                if missed:
                    file.unreached[number] = missed
        yield file


def named_lines(file: File, entry: dict[str, str]) -> list[int]:
    """The unreached lines that an exception names."""
    if "text" in entry:
        return [number for number in file.unreached if file.line(number) == entry["text"]]
    begins = [number for number in range(1, len(file.text) + 1) if file.line(number) == entry["from"]]
    if not begins:
        return []
    ends = [number for number in range(begins[0], len(file.text) + 1) if file.line(number) == entry["to"]]
    return [number for number in file.unreached if ends and begins[0] <= number <= ends[0]]


def judge(files: list[File], groups: list[dict[str, Any]]) -> tuple[list[str], dict[str, int]]:
    """What is wrong, a line each, and how many places each file has that are excepted."""
    faults: list[str] = []
    left = {file.name: dict(file.unreached) for file in files}
    by_name = {file.name: file for file in files}
    for group in groups:
        for entry in group["places"]:
            file = by_name.get(entry["file"])
            numbers = named_lines(file, entry) if file else []
            if not numbers:
                faults.append(
                    f"{entry['file']}: an exception names '{entry.get('text', entry.get('from'))}', which is reached "
                    "or gone"
                )
            for number in numbers:
                left[entry["file"]].pop(number, None)
    for file in files:
        for number, branches in left[file.name].items():
            what = f"{branches} branches are" if branches else "the line is"
            faults.append(f"{file.name}:{number}: {what} never reached: {file.line(number)}")
    excepted = {file.name: len(file.unreached) - len(left[file.name]) for file in files}
    return faults, excepted


def table(files: list[File], excepted: dict[str, int], groups: list[dict[str, Any]]) -> str:
    rows = ["| file | lines | reached | branches | taken | places excepted |", "|---|---:|---:|---:|---:|---:|"]
    total = [0] * 5
    for file in files:
        missed_lines = sum(count == 0 for count in file.unreached.values())
        cells = [file.lines, file.lines - missed_lines, file.branches, file.branches - sum(file.unreached.values()),
                 excepted[file.name]]
        total = [a + b for a, b in zip(total, cells)]
        rows.append("| " + " | ".join([file.name, *map(str, cells)]) + " |")
    rows.append("| " + " | ".join(["all", *map(str, total)]) + " |")
    reasons = [f"- {group['reason']} ({len(group['places'])} places named)" for group in groups]
    return (
        "# Coverage of the model by the corpus\n\nMade by `scripts/coverage`: the cases' read, read-range, check, "
        "check --deep and write on a build with gcov, and nothing else.\n`tests/coverage/exceptions.json` names every "
        "line and branch that they do not reach. Not looked at: cli/ and repair, which have\ntests of their own; "
        "branches on lines without a condition, and of assertions.\n\n"
        + "\n".join(rows)
        + "\n\nWhy places are excepted:\n\n"
        + "\n".join(reasons)
        + "\n"
    )


def main() -> int:
    report = json.loads(Path(sys.argv[1]).read_text())
    groups = json.loads((ROOT / "tests/coverage/exceptions.json").read_text())["exceptions"]
    files = list(files_of(report, ROOT))
    faults, excepted = judge(files, groups)
    for fault in faults:
        print(fault)
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(table(files, excepted, groups))
    lines = sum(file.lines for file in files)
    print(f"{lines} lines in {len(files)} files; {sum(excepted.values())} places excepted, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
