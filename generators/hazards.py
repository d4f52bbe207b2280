"""cases/hazards.json, the plan of the catalogue: what of the format programs get wrong, and in which ways.

Each field has the cases that would notice, or the reason why there is none; spec/hazards.md is made from it.
"""

import re
from collections import Counter
from typing import Iterator, Union

from generators.case.case import Case
from generators.case.errors import CaseError
from generators.case.spec import Spec

Field = Union[list[str], str]
LIMIT = "Limit: "  # how a reason begins that names a limit of the machine
CITED = re.compile(r"\[([a-z0-9-]+)\]")
SHARED_MAX = 10  # at most one in so many fields has the same reason

HEAD = """# The hazard table

What of the format programs get wrong (rows), against the ways in which they do (columns). Each field has the cases that
would notice, or a letter that leads to the reason why there is none. `python3 -m generators hazards` makes this page
from [cases/hazards.json](../cases/hazards.json); `python3 -m generators check` fails where a field is empty.
"""


def fields(hazards: Spec) -> Iterator[tuple[str, Field]]:
    """(where it is, what it has) of every field; a row that lacks a column has an empty field there."""
    for part in hazards["parts"]:
        for row in part["rows"]:
            for column in part["columns"]:
                yield f"{part['title']}, {row['name']}, {column}", row["fields"].get(column, [])


def lint_hazards(hazards: Spec, cases: list[Case], slugs: set[str]) -> None:
    """Raises the first breach."""
    known = {case.id for case in cases if not case.withdrawn}
    for part in hazards["parts"]:
        for row in part["rows"]:
            for column in row["fields"]:
                if column not in part["columns"]:
                    raise CaseError(f"the part has no column '{column}'", f"{part['title']}, {row['name']}")
    reasons: Counter[str] = Counter()
    total = 0
    for where, field in fields(hazards):
        total += 1
        if not field:
            raise CaseError("the field has neither a case nor a reason", where)
        if isinstance(field, str):
            reasons[field] += 1
            _judge_reason(field, slugs, where)
        for name in field if isinstance(field, list) else []:
            if name not in known:
                raise CaseError(f"there is no case '{name}', or it is withdrawn", where)
    for reason, count in reasons.items():
        if count * SHARED_MAX > total:
            raise CaseError(f"{count} of {total} fields have the reason '{reason}'", "reasons")


def _judge_reason(reason: str, slugs: set[str], where: str) -> None:
    cited = CITED.findall(reason)
    if not cited and not reason.startswith(LIMIT):
        raise CaseError(f"a reason cites a clause in brackets, or begins with '{LIMIT}'", where)
    for slug in cited:
        if slug not in slugs:
            raise CaseError(f"the spec has no clause '{slug}'", where)


# ---- the page --------------------------------------------------------------------------------------------
def hazards_page(hazards: Spec, cases: list[Case]) -> str:
    paths = {case.id: case.path for case in cases}
    everything = [field for _, field in fields(hazards)]
    filled = [field for field in everything if isinstance(field, list)]
    named = {name for field in filled for name in field}
    lines = [HEAD, f"Of {len(everything)} fields {len(filled)} have cases, {len(named)} different ones in all."]
    letters: dict[str, str] = {}
    for part in hazards["parts"]:
        lines += ["", f"## {part['title']}", "", part["about"], "", "| | " + " | ".join(part["columns"]) + " |",
                  "|---" * (len(part["columns"]) + 1) + "|"]
        for row in part["rows"]:
            cells = [_cell(row["fields"][column], paths, letters) for column in part["columns"]]
            lines.append(f"| {row['name']} | " + " | ".join(cells) + " |")
    lines += ["", "## Reasons", ""]
    lines += [f"- **{letter}**: {reason}" for reason, letter in letters.items()]
    return "\n".join(lines) + "\n"


def _cell(field: Field, paths: dict[str, str], letters: dict[str, str]) -> str:
    if isinstance(field, str):
        return f"**{letters.setdefault(field, _letter(len(letters)))}**"
    return ", ".join(f"[{name}](../{paths[name]})" for name in field)


def _letter(index: int) -> str:
    """a to z, then aa, ab and so on."""
    letter = chr(ord("a") + index % 26)
    return letter if index < 26 else _letter(index // 26 - 1) + letter
