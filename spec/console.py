"""Runs the console blocks of a Markdown page and compares what they print with what the page says.

    python3 spec/console.py [--update] [--only HEADING] [--bin DIR] FILE…

A block is fenced by ```console. A line "$ command" is run by bash, in the page's order; the lines up to the next
command are what it must print on standard output and standard error, and a last line "[N]" its exit status when that is
not 0. A line "…" stands for any lines. The blocks under one heading share a folder of their own, in which spec/ is at
hand and the project's programs are on the path. What the blocks under the heading "Setup" leave behind is there for all
others. --update writes what was printed into the page. QCOW2_BIN is the folder of the project's programs where it is
not build/release/bin; the corpus stands beside it.

Exit 0 when all agree, 1 when not, 2 for a wrong use. A block that needs a program which is not there is not run, and
counted as such; so is one that names $QEMU_GIT (the git directory of a clone of QEMU) or $QCHECK (the program qcheck)
where that is not set.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field

SPEC = pathlib.Path(__file__).resolve().parent
BIN = pathlib.Path(os.environ.get("QCOW2_BIN", SPEC.parent / "build/release/bin"))
CORPUS = BIN.parent / "corpus"
PROGRAMS = ("qemu-img", "qemu-io", "qemu-nbd", "qcow2-model", "7zz", "libqcow-read")
VARIABLES = re.compile(r"\$(QEMU_GIT|QCHECK)\b")
PROOF = "python3 spec/proofs/theorems.py "
TIMEOUT_SECONDS = 120


@dataclass
class Command:
    line: str
    expected: list[str] = field(default_factory=list)


@dataclass
class Block:
    heading: str
    first_line: int  # of the block's content, counted from 0
    last_line: int  # one behind
    commands: list[Command]


@dataclass
class Outcome:
    block: Block
    printed: list[list[str]]
    missing: str = ""
    differs: str = ""


def blocks_of(text: str) -> list[Block]:
    blocks, heading, inside, commands, first = [], "", False, [], 0
    for number, line in enumerate(text.splitlines()):
        if inside and line == "```":
            blocks.append(Block(heading, first, number, commands))
            inside = False
        elif inside and line.startswith("$ "):
            commands.append(Command(line[2:]))
        elif inside:
            commands[-1].expected.append(line)
        elif line == "```console":
            inside, commands, first = True, [], number + 1
        elif line.startswith("#"):
            heading = line.lstrip("#").strip()
    return blocks


def environment(programs: pathlib.Path) -> dict[str, str]:
    return {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "LC_ALL": "C",
        "PYTHONDONTWRITEBYTECODE": "1",
        "QCOW2_BIN": str(programs),
    }


def missing_program(block: Block, path: str) -> str:
    """The first program that the block calls and that is not there; ask.py calls them all, and reads the corpus."""
    for name in VARIABLES.findall(" ".join(command.line for command in block.commands)):
        if not os.environ.get(name):
            return f"${name}"
    named = {word for command in block.commands for word in re.findall(r"[\w-]+", command.line)}
    if "ask" in named:
        named.update(PROGRAMS)
        if not (CORPUS / "images").exists():
            return str(CORPUS)
    return next((name for name in PROGRAMS if name in named and not shutil.which(name, path=path)), "")


def run(line: str, folder: pathlib.Path, programs: pathlib.Path) -> list[str]:
    if line.startswith(PROOF):
        return prove(line)
    return bash(line, folder, programs)


@functools.lru_cache(None)
def prove(line: str) -> list[str]:
    """A theorem is the same under every heading: proved once."""
    return bash(line, SPEC.parent, BIN)


def bash(line: str, folder: pathlib.Path, programs: pathlib.Path) -> list[str]:
    try:
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", line],
            cwd=folder,
            env=environment(programs),
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return ["[time-out]"]
    return done.stdout.splitlines() + ([f"[{done.returncode}]"] if done.returncode else [])


def agrees(expected: list[str], printed: list[str]) -> bool:
    """Whether printed matches, where "…" stands for any lines."""
    if not expected:
        return not printed
    if expected[0] == "…":
        return any(agrees(expected[1:], printed[skip:]) for skip in range(len(printed) + 1))
    return bool(printed) and expected[0] == printed[0] and agrees(expected[1:], printed[1:])


def run_blocks(blocks: list[Block], folder: pathlib.Path, programs: pathlib.Path) -> list[Outcome]:
    """The blocks of one heading, in their order, in one folder."""
    outcomes = []
    for block in blocks:
        outcome = Outcome(block, [], missing_program(block, environment(programs)["PATH"]))
        for command in [] if outcome.missing else block.commands:
            outcome.printed.append(run(command.line, folder, programs))
            if not agrees(command.expected, outcome.printed[-1]) and not outcome.differs:
                outcome.differs = "\n".join(
                    [f"$ {command.line}", "printed:", *outcome.printed[-1], "the page says:", *command.expected]
                )
        outcomes.append(outcome)
    return outcomes


def run_page(path: pathlib.Path, programs: pathlib.Path = BIN, only: str = "") -> list[Outcome]:
    blocks = blocks_of(path.read_text(encoding="utf-8"))
    headings = list(
        dict.fromkeys(block.heading for block in blocks if block.heading != "Setup" and only in block.heading)
    )
    with tempfile.TemporaryDirectory(prefix="qcow2-conform-") as name:
        setup = pathlib.Path(name) / "setup"
        setup.mkdir()
        (setup / "spec").symlink_to(SPEC)
        outcomes = run_blocks([block for block in blocks if block.heading == "Setup"], setup, programs)

        def under(heading: str) -> list[Outcome]:
            folder = pathlib.Path(name) / f"{headings.index(heading)}"
            shutil.copytree(setup, folder, symlinks=True)
            return run_blocks([block for block in blocks if block.heading == heading], folder, programs)

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for own in pool.map(under, headings):
                outcomes.extend(own)
    return outcomes


def update(path: pathlib.Path, outcomes: list[Outcome]) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    for outcome in sorted(outcomes, key=lambda outcome: -outcome.block.first_line):
        if outcome.missing:
            continue
        new = []
        for command, printed in zip(outcome.block.commands, outcome.printed):
            new += [f"$ {command.line}", *(command.expected if agrees(command.expected, printed) else printed)]
        lines[outcome.block.first_line:outcome.block.last_line] = new
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Runs the console blocks of a Markdown page.")
    parser.add_argument("pages", nargs="+", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--update", action="store_true", help="write what was printed into the page")
    parser.add_argument("--only", default="", metavar="HEADING", help="only headings that contain this")
    parser.add_argument("--bin", type=pathlib.Path, default=BIN, metavar="DIR", help="where the project's programs are")
    options = parser.parse_args(arguments)
    failed = False
    for page in options.pages:
        outcomes = run_page(page, options.bin, options.only)
        for outcome in outcomes:
            if outcome.differs:
                print(f"{page.name}: {outcome.block.heading}\n{outcome.differs}\n")
        differ, missing = (sum(bool(getattr(outcome, what)) for outcome in outcomes) for what in ("differs", "missing"))
        print(f"{page.name}: {len(outcomes)} blocks, {differ} differ, {missing} not run for want of a program")
        if options.update:
            update(page, outcomes)
        failed = failed or differ > 0
    return 1 if failed and not options.update else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
