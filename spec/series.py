"""Makes a series of patches for `git am` out of spec/proposal, against a copy of the published document.

    scripts/proposal --document FILE [--series compressed|other] [--from 'NAME <ADDRESS>'] [--out DIR]

FILE is QEMU's docs/interop/qcow2.rst (or .txt, as it was called before). Every change names a place by its first and
last words, which must stand in FILE exactly once. The patches carry no Signed-off-by: the sender adds it. --from names
the sender; without it, git's user.name and user.email do. Exit 1 when a place is not found once, 2 for a wrong use.
"""

from __future__ import annotations

import argparse
import difflib
import pathlib
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass

PROPOSAL = pathlib.Path(__file__).resolve().parent / "proposal"
SERIES = ("compressed", "other")
KINDS = ("clarifies", "changes QEMU's behaviour", "new requirement")
ADDS = ("sentence", "paragraph", "replacement")
WIDTH = 79
DATE = "Thu Jan  1 00:00:00 1970 +0000"  # of an mbox's first line, which means nothing
CHANGE = re.compile(
    r"# (?P<subject>.+)\n\n"
    r"- Kind: (?P<kind>.+)\n"
    r"- Cases: (?P<cases>.+)\n"
    r'- Place: "(?P<first>.+)" to "(?P<last>.+)"\n'
    r"- Adds: (?P<adds>.+)\n\n"
    r"## Message\n\n(?P<message>.+?)\n\n"
    r"## Text\n\n(?P<text>.+?)\n",
    re.DOTALL,
)


class NotOnce(Exception):
    """A place that the document does not have, or has more than once."""


@dataclass
class Change:
    name: str
    subject: str
    kind: str
    cases: list[str]
    first: str
    last: str
    adds: str
    message: str
    text: str


def read_change(path: pathlib.Path) -> Change:
    parts = CHANGE.fullmatch(path.read_text(encoding="utf-8"))
    if not parts:
        raise ValueError(f"{path.name} is not in the form of a change")
    fields = parts.groupdict()
    cases = [] if fields.pop("cases") == "none" else parts["cases"].split(", ")
    return Change(name=path.stem, cases=cases, **fields)


def read_series(name: str) -> list[Change]:
    return [read_change(path) for path in sorted((PROPOSAL / name).glob("*.md"))]


def words(text: str) -> str:
    """A pattern for these words, wherever the lines break."""
    return r"\s+".join(re.escape(word) for word in text.split())


def find(document: str, change: Change) -> tuple[int, int]:
    """Where the place begins and ends: from its first words to the next of its last words."""
    place = f"{words(change.first)}.*?{words(change.last)}"
    found = [match.span() for match in re.finditer(place, document, re.DOTALL)]
    if len(found) != 1:
        raise NotOnce(f'{change.name}: "{change.first}" to "{change.last}" is there {len(found)} times')
    return found[0]


def wrapped(text: str, indent: str) -> str:
    return textwrap.fill(" ".join(text.split()), WIDTH, initial_indent=indent, subsequent_indent=indent,
                         break_long_words=False, break_on_hyphens=False)


def apply(document: str, change: Change) -> str:
    begin, end = find(document, change)
    if change.adds == "replacement":
        line = document.rindex("\n", 0, begin) + 1
        rest = document.index("\n", end)
        indent = re.match(" *", document[line:])[0]
        return document[:line] + wrapped(document[line:begin] + change.text + document[end:rest],
                                         indent) + document[rest:]
    line = document.rindex("\n", 0, end) + 1
    indent = re.match(" *", document[line:])[0]
    if change.adds == "paragraph":
        rest = document.index("\n", end)
        return document[:rest] + "\n\n" + wrapped(change.text, indent) + document[rest:]
    paragraph = document.index("\n\n", end)
    return document[:line] + wrapped(f"{document[line:end]} {change.text} {document[end:paragraph]}",
                                     indent) + document[paragraph:]


def diff(before: str, after: str, path: str) -> str:
    lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), f"a/{path}", f"b/{path}")
    return f"diff --git a/{path} b/{path}\n" + "".join(lines)


def patch(change: Change, number: int, of: int, sender: str, difference: str) -> str:
    evidence = f"Cases of qcow2-conform: {', '.join(change.cases)}.\n\n" if change.cases else ""
    return (
        f"From {'0' * 40} {DATE}\nFrom: {sender}\n"
        f"Subject: [PATCH {number}/{of}] docs/interop/qcow2: {change.subject}\n"
        f"MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n"
        f"{change.message}\n\nKind: {change.kind}.\n{textwrap.fill(evidence, 72)}\n"
        f"---\n{difference}-- \nqcow2-conform\n\n"
    )


def make(document: str, changes: list[Change], path: str, sender: str) -> list[tuple[str, str]]:
    """Name and text of each patch; each is made against what those before it leave."""
    patches = []
    for number, change in enumerate(changes, 1):
        after = apply(document, change)
        text = patch(change, number, len(changes), sender, diff(document, after, path))
        patches.append((f"{number:04}-{change.name[3:]}.patch", text))
        document = after
    return patches


def cover(series: str, of: int, sender: str) -> str:
    text = (PROPOSAL / f"{series}.md").read_text(encoding="utf-8")
    subject, body = text.split("\n", 1)
    return f"From {'0' * 40} {DATE}\nFrom: {sender}\nSubject: [PATCH 0/{of}] {subject[2:]}\n{body}"


def git_sender() -> str:
    def get(key: str) -> str:
        done = subprocess.run(["git", "config", key], capture_output=True, text=True, check=False)
        return done.stdout.strip()

    name, address = get("user.name"), get("user.email")
    return f"{name} <{address}>" if name and address else ""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/proposal", description="Makes a series of patches for git am.")
    parser.add_argument("--document", required=True, type=pathlib.Path, metavar="FILE")
    parser.add_argument("--series", choices=SERIES, default=SERIES[0])
    parser.add_argument("--from", dest="sender", default="", metavar="'NAME <ADDRESS>'")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("proposal"), metavar="DIR")
    options = parser.parse_args(arguments)
    sender = options.sender or git_sender()
    if not re.fullmatch(r"[^<>\n]+ <[^<>\s]+@[^<>\s]+>", sender):
        print("say who sends the series: --from 'NAME <ADDRESS>'", file=sys.stderr)
        return 2
    changes = read_series(options.series)
    try:
        document = options.document.read_text(encoding="utf-8")
        patches = make(document, changes, f"docs/interop/qcow2{options.document.suffix}", sender)
    except (OSError, NotOnce) as error:
        print(f"{options.document}: {error}", file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "cover-letter.txt").write_text(cover(options.series, len(changes), sender), encoding="utf-8")
    for name, text in patches:
        (options.out / name).write_text(text, encoding="utf-8")
    print(f"{len(patches)} patches and cover-letter.txt are in {options.out}: git am {options.out}/*.patch")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
