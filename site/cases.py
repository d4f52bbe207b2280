"""The cases as the page tells them: cases/<family>/<id>.json, read for their prose; what an image holds stays in the
file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from spec_text import LEVELS, SpecError


@dataclass(frozen=True)
class Case:
    family: str
    id: str
    level: str  # the strictest of its clauses
    text: str  # the file
    fields: dict

    @property
    def title(self) -> str:
        return self.fields["title"]

    @property
    def withdrawn(self) -> bool:
        return self.fields.get("status") == "withdrawn"


def load_all(folder: Path, levels: dict[str, str]) -> list[Case]:
    """By family and id; `levels` gives the level of each clause."""
    return [load(path, levels) for path in sorted(folder.glob("*/*.json"))]


def load(path: Path, levels: dict[str, str]) -> Case:
    try:
        text = path.read_text(encoding="utf-8")
        fields = json.loads(text)
        known = [levels[slug] for slug in fields["clauses"] if slug in levels]
        operations = [expectation(operation) for operation in fields["operations"]]
        if not operations or not isinstance(fields["title"], str) or not isinstance(fields["why"], str):
            raise SpecError(f"{path}: a case has a title, a reason and operations")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SpecError(f"{path}: {type(error).__name__}: {error}") from error
    level = min(known, key=LEVELS.index, default="unspecified")
    return Case(path.parent.name, fields["id"], level, text, fields)


def of_clause(cases: list[Case], slug: str) -> list[Case]:
    return [case for case in cases if slug in case.fields["clauses"]]


def expectation(operation: dict) -> str:
    """One operation and its verdict in words: `read-range 512 at 0: accept`."""
    words = operation["op"]
    if "length" in operation:
        words += f" {operation['length']} at {operation.get('offset', 0)}"
    return f"{words}: {verdict(operation['expect'])}"


def verdict(expect: dict) -> str:
    if expect["verdict"] == "either":
        return "either " + " or ".join(f"{name} ({verdict(choice)})" for name, choice in expect["choices"].items())
    return expect["verdict"] + (f" at {expect['stage']}" if "stage" in expect else "")
