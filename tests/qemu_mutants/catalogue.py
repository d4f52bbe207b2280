"""Which single changes are tried, and in which order: scope.json's functions, the operators, and a fixed seed.

A change is named FILE:FUNCTION:OPERATOR:ORDINAL; no text of the program changed is kept here. The order goes round the
areas, and in each round the operators, so that the first N are spread over both whatever N is.
"""

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

from tests.qemu_mutants.c_text import functions_of
from tests.qemu_mutants.operators import OPERATORS, Edit, edits

SEED = 2018
SCOPE: dict[str, dict[str, list[str]]] = json.loads(Path(__file__).with_name("scope.json").read_text())["areas"]


@dataclass(frozen=True)
class Change:
    """One edit of one file; `name` is permanent as long as the file is the same."""

    name: str
    area: str
    file: str
    operator: str
    edit: Edit


def changes_of(area: str, file: str, functions: list[str], text: str) -> list[Change]:
    """All changes of these functions; KeyError for a function that the file does not define."""
    defined = {function.name: function for function in functions_of(text)}
    return [Change(f"{file}:{name}:{operator}:{ordinal}", area, file, operator, edit)
            for name in functions
            for operator in OPERATORS
            for ordinal, edit in enumerate(edits(operator, defined[name].tokens), 1)]


def catalogue(texts: Mapping[str, str], scope: dict[str, dict[str, list[str]]], seed: int = SEED) -> list[Change]:
    """All changes of the scope, in the order in which they are tried. `texts`: file name to text."""
    chooser = random.Random(seed)
    areas = [_spread([change for file, functions in files.items()
                      for change in changes_of(area, file, functions, texts[file])], chooser)
             for area, files in scope.items()]
    return _round_robin(areas)


def _spread(changes: list[Change], chooser: random.Random) -> list[Change]:
    by_operator: dict[str, list[Change]] = {}
    for change in changes:
        by_operator.setdefault(change.operator, []).append(change)
    lists = list(by_operator.values())
    for of_one in lists:
        chooser.shuffle(of_one)
    chooser.shuffle(lists)
    return _round_robin(lists)


def _round_robin(lists: list[list[Change]]) -> list[Change]:
    longest = max(map(len, lists), default=0)
    return [changes[turn] for turn in range(longest) for changes in lists if turn < len(changes)]
