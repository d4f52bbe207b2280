"""The commands that the pages for users tell them to type, as they stand there.

A block of a page, fenced or indented, is a block of commands when its first line begins with a program's name, or with
"$ ". In the second kind the other lines are what the command prints. Comments are left out. A span of a sentence, in
backquotes, is a command when it begins with a program's name and has an argument.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Optional

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")), "examples/README.md",
         "release/templates/tarball.md", "CONTRIBUTING.md", "SECURITY.md")
PROGRAM = re.compile(
    r"(?:[A-Z0-9_]+=(?:\"[^\"]*\"|\S+) )*"
    r"(?:\./[\w-]+"
    r"|(?:\.ci|benchmarks|build/fuzz|build/release/bin|cases|fuzz|implementations|scripts|site)/[\w.-]+"
    r"|qcow2-conform(?:/\.ci/judge)?|qcow2-model|cat|cc|cd|cmake|cpack|ctest|git|go|java|mkdir|node|pkg-config|podman"
    r"|dpkg|pre-commit|python3|rustc|sbatch|seq|tar)(?= |$)")


@dataclass(frozen=True)
class Block:
    page: str
    language: str  # of a fence; "" of an indented block
    lines: tuple[str, ...]

    @property
    def is_commands(self) -> bool:
        first = next(line for line in self.lines if line.strip())
        begins = re.match(r"\$ |#", first) or PROGRAM.match(first)
        return self.language == "sh" or self.language == "" and bool(begins)


@dataclass(frozen=True)
class Command:
    page: str
    text: str
    prints: Optional[str] = None  # where the page shows it


def _pieces(page: str) -> Iterator[tuple[str, list[str]]]:
    """(the language of a fence, "" or "prose"; lines) of a page."""
    kind, lines, before = "prose", [], ""
    for line in (ROOT / page).read_text().splitlines():
        fence = re.match(r"```(\w*)$", line)
        if fence or kind not in ("prose", ""):
            if not fence:
                lines.append(line)
                continue
            yield kind, lines
            kind, lines = ("prose" if kind not in ("prose", "") else fence[1] or "text"), []
            continue
        indented = line.startswith("    ") and (kind == "" or not before.strip() or before.startswith("#"))
        if line.strip() and indented != (kind == ""):
            yield kind, lines
            kind, lines = "" if indented else "prose", []
        lines.append(line)
        before = line
    yield kind, lines


def blocks(page: str) -> Iterator[Block]:
    for kind, lines in _pieces(page):
        if kind != "prose" and lines:
            margin = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
            yield Block(page, kind, tuple("\n".join(line[margin:] for line in lines).rstrip().splitlines()))


def spans(page: str) -> Iterator[str]:
    for kind, lines in _pieces(page):
        if kind == "prose":
            for found in re.findall(r"`([^`]+)`", "\n".join(lines)):
                text = " ".join(found.split())
                if PROGRAM.match(text) and " " in text:
                    yield text


def _of_block(block: Block) -> Iterator[Command]:
    shown = block.lines[0].startswith("$ ")
    at = 0
    lines = block.lines
    while at < len(lines):
        text = lines[at].removeprefix("$ ")
        at += 1
        while text.endswith("\\"):
            text += f"\n{lines[at]}"
            at += 1
        if shown:
            start = at
            while at < len(lines) and not lines[at].startswith("$ "):
                at += 1
            yield Command(block.page, text, "".join(f"{line}\n" for line in lines[start:at]))
        elif text.strip() and not text.startswith("#"):
            yield Command(block.page, re.sub(r" +# [^'\"]*$", "", text))


def commands(page: str) -> list[Command]:
    """In the order of the page: those of its blocks, then those of its sentences; each once."""
    found = [command for block in blocks(page) if block.is_commands for command in _of_block(block)]
    known = {command.text for command in found}
    for text in spans(page):
        if text not in known:
            known.add(text)
            found.append(Command(page, text))
    return found
