"""docs/results.md: what the full pages of results come to. scripts/publish calls this.

    results_summary.py PAGES RESULTS_MD     PAGES is the folder of the full pages

A part whose page is not in PAGES stays as it is.
"""

import re
import sys
from pathlib import Path

KINDS = ("Wrong data", "Accepts what is invalid", "Leaves a flaw unnoticed",
         "Rejects what is valid", "Leaves an unsound image", "No answer")
PROGRAM = re.compile(r"^## (?P<name>[^\s:]+)(?:: (?P<versions>.+)| \((?P<version>.+)\))?$", re.MULTILINE)
KIND = re.compile(r"^### (?P<kind>[^:\n]+): (?P<count>\d+) cases?$", re.MULTILINE)
MARKER = "<!-- made by scripts/publish: {} -->"


def readers(page: str) -> str:
    """From divergences.md: a row for each program, with its cases of each kind."""
    rows = ["| program | versions | " + " | ".join(map(str.lower, KINDS)) + " |", "|---|---|" + "---:|" * len(KINDS)]
    programs = list(PROGRAM.finditer(page))
    for program, following in zip(programs, [*programs[1:], None]):
        text = page[program.end():following.start() if following else len(page)]
        counts = {kind["kind"]: kind["count"] for kind in KIND.finditer(text)}
        if strange := counts.keys() - set(KINDS):
            raise SystemExit(f"divergences.md: no such kind: {', '.join(sorted(strange))}")
        cells = [counts.get(kind, "0") for kind in KINDS]
        # The one that is installed has no version in its name; those that were fetched do.
        fetched = [one for one in (program["versions"] or "").split(", ") if one not in ("", program["name"])]
        versions = ", ".join(fetched) or program["version"] or "not said"
        rows.append(f"| {program['name']} | {versions} | {' | '.join(cells)} |")
    if not programs:
        raise SystemExit("divergences.md: no program in it")
    return "\n".join(rows)


def matrix(page: str) -> str:
    """From kill-matrix.md: its line in bold type."""
    return found(r"^\*\*(\d+ mutants: .+)\*\*$", page)


def coverage(page: str) -> str:
    """From coverage.md: the row of all files."""
    lines, reached, branches, taken, places = found(r"^\| all \| (.+) \|$", page).split(" | ")
    return (f"{reached} of {lines} lines and {taken} of {branches} branches are reached; "
            f"{places} places have a reason why not.")


def found(pattern: str, page: str) -> str:
    match = re.search(pattern, page, re.MULTILINE)
    if match is None:
        raise SystemExit(f"nothing like {pattern} in the page")
    return match[1]


PARTS = (("divergences.md", readers), ("kill-matrix.md", matrix), ("coverage.md", coverage))


def with_part(text: str, name: str, part: str) -> str:
    """The text with another part between the marker of the page and its end."""
    before, marker, after = text.partition(MARKER.format(name))
    if not marker:
        raise SystemExit(f"results.md has no place for {name}")
    end = re.search(r"^(?=<!-- end -->$)", after, re.MULTILINE)
    if end is None:
        raise SystemExit(f"results.md: the part of {name} has no end")
    return f"{before}{marker}\n{part}\n{after[end.start():]}"


def main() -> None:
    pages, results = Path(sys.argv[1]), Path(sys.argv[2])
    text = results.read_text(encoding="utf-8")
    for name, make in PARTS:
        if (pages / name).exists():
            text = with_part(text, name, make((pages / name).read_text(encoding="utf-8")))
    results.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
