"""The one form that a case file may have, so that a change of a case shows as the lines that it changed.

Two blanks an indent. An array or object that fits into 100 columns on its line (indent, key and comma counted) stands
there as {"a": 1, "b": [2, 3]}; a longer one has one item a line. The case as a whole is always spread. ASCII only.
"""

import json
from typing import Any

from generators.case.spec import Spec

COLUMNS = 100
INDENT = 2

CASE_KEYS = ("schema", "id", "rev", "title", "why", "leak", "clauses", "features", "requires", "status", "reason",
             "image", "siblings", "baseline", "delta", "choice_group", "control", "operations", "limits", "evidence")
OPERATION_KEYS = ("op", "offset", "length", "snapshot", "steps", "expect")


def canonical_text(case: Spec) -> str:
    """The text of a case file; keys of the case and of its operations in their order, others as they stand."""
    ordered = _in_order(case, CASE_KEYS)
    if isinstance(ordered.get("operations"), list):
        ordered["operations"] = [_in_order(operation, OPERATION_KEYS)
                                 for operation in ordered["operations"]]
    return _spread(ordered, 0) + "\n"


def _in_order(value: Spec, keys: tuple[str, ...]) -> Spec:
    known = {key: value[key] for key in keys if key in value}
    return {**known, **{key: item for key, item in value.items() if key not in known}}


def _formatted(value: object, indent: int, before: int, after: int) -> str:
    """`before` and `after`: columns taken on the line by a key and by a comma."""
    line = json.dumps(value)
    if not isinstance(value, (dict, list)) or not value or indent + before + len(line) + after <= COLUMNS:
        return line
    return _spread(value, indent)


def _spread(value: Any, indent: int) -> str:
    inner = indent + INDENT
    lines: list[str] = []
    keys = [json.dumps(key) + ": " for key in value] if isinstance(value, dict) else []
    items = list(value.values()) if isinstance(value, dict) else list(value)
    for index, item in enumerate(items):
        key = keys[index] if keys else ""
        comma = "," if index + 1 < len(items) else ""
        lines.append(" " * inner + key + _formatted(item, inner, len(key), len(comma)) + comma)
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return "\n".join([opening, *lines, " " * indent + closing])
