"""Checks a document against the subset of JSON Schema (draft-07) that cases/schema.json uses.

A keyword outside the subset is an error of the schema, so that no rule is ever passed over in silence.
"""

import re
from typing import Callable

from generators.case.errors import CaseError

Schema = dict[str, object]

_TYPES: dict[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
}
_SILENT = {"$schema", "title", "definitions", "type", "const", "enum", "pattern", "minLength", "minimum", "maximum",
           "minItems", "maxItems", "uniqueItems", "items", "required", "minProperties", "properties",
           "patternProperties", "additionalProperties", "anyOf", "$ref"}


class Validator:
    def __init__(self, schema: Schema) -> None:
        self._root = schema

    def check(self, value: object) -> None:
        """Raises a CaseError that names the first place where the document breaks the schema."""
        self._check(value, self._root)

    def _check(self, value: object, schema: Schema) -> None:
        schema = self._resolved(schema)
        unknown = set(schema) - _SILENT
        assert not unknown, f"cases/schema.json uses {unknown}, which generators/schema.py does not know"
        if "anyOf" in schema:
            return self._any(value, schema["anyOf"])  # type: ignore[arg-type]
        if "type" in schema and not _TYPES[str(schema["type"])](value):
            raise CaseError(f"must be of type {schema['type']}, not {_shown(value)}")
        if "const" in schema and not _same(value, schema["const"]):
            raise CaseError(f"must be {_shown(schema['const'])}, not {_shown(value)}")
        if "enum" in schema and not any(_same(value, item) for item in schema["enum"]):  # type: ignore[attr-defined]
            allowed = ", ".join(_shown(item) for item in schema["enum"])  # type: ignore[attr-defined]
            raise CaseError(f"must be one of {allowed}, not {_shown(value)}")
        if isinstance(value, dict):
            self._object(value, schema)
        elif isinstance(value, list):
            self._array(value, schema)
        else:
            _scalar(value, schema)

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            target: object = self._root
            for part in str(schema["$ref"]).split("/")[1:]:
                target = target[part]  # type: ignore[index]
            schema = target  # type: ignore[assignment]
        return schema

    def _any(self, value: object, branches: list[Schema]) -> None:
        """The error of the branch that is meant: the only one whose type fits, where there is one."""
        errors: list[CaseError] = []
        fitting: list[CaseError] = []
        for branch in branches:
            try:
                return self._check(value, branch)
            except CaseError as error:
                errors.append(error)
                kind = self._resolved(branch).get("type")
                if kind is not None and _TYPES[str(kind)](value):
                    fitting.append(error)
        if len(fitting) == 1:
            raise fitting[0]
        deepest = max(errors, key=lambda error: len(error.where))
        raise deepest if deepest.where else CaseError(f"{_shown(value)} has none of the allowed forms")

    def _object(self, value: dict[str, object], schema: Schema) -> None:
        for key in schema.get("required", []):  # type: ignore[attr-defined]
            if key not in value:
                raise CaseError(f"'{key}' is missing")
        if len(value) < int(str(schema.get("minProperties", 0))):
            raise CaseError(f"must have {schema['minProperties']} keys or more")
        named: dict[str, Schema] = schema.get("properties", {})  # type: ignore[assignment]
        patterns: dict[str, Schema] = schema.get("patternProperties", {})  # type: ignore[assignment]
        more = schema.get("additionalProperties", True)
        for key, item in value.items():
            rules = [named[key]] if key in named else []
            rules += [rule for pattern, rule in patterns.items() if re.search(pattern, key)]
            if not rules and more is False:
                raise CaseError(f"unknown key '{key}'")
            if not rules and isinstance(more, dict):
                rules = [more]
            for rule in rules:
                self._inside(item, rule, key)

    def _array(self, value: list[object], schema: Schema) -> None:
        least, most = int(str(schema.get("minItems", 0))), schema.get("maxItems")
        if len(value) < least or isinstance(most, int) and len(value) > most:
            raise CaseError(f"must have {least} to {most if most is not None else 'any number of'} items")
        if schema.get("uniqueItems") and any(item in value[:index] for index, item in enumerate(value)):
            raise CaseError("has an item twice")
        for index, item in enumerate(value):
            self._inside(item, schema.get("items", {}), str(index))  # type: ignore[arg-type]

    def _inside(self, value: object, schema: Schema, key: str) -> None:
        try:
            self._check(value, schema)
        except CaseError as error:
            raise error.inside(key) from None


def _same(value: object, other: object) -> bool:
    """Equal as JSON values: true is not 1."""
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _scalar(value: object, schema: Schema) -> None:
    if isinstance(value, str):
        if "pattern" in schema and not re.search(str(schema["pattern"]), value):
            raise CaseError(f"{_shown(value)} does not match {schema['pattern']}")
        if len(value) < int(str(schema.get("minLength", 0))):
            raise CaseError(f"must have {schema['minLength']} characters or more")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if "minimum" in schema and value < schema["minimum"]:  # type: ignore[operator]
            raise CaseError(f"must be {schema['minimum']} or more, not {value}")
        if "maximum" in schema and value > schema["maximum"]:  # type: ignore[operator]
            raise CaseError(f"must be {schema['maximum']} or less, not {value}")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
