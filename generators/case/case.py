"""A case file as it was read, and the whole set of them."""

import json
import os
from dataclasses import dataclass
from typing import Iterator

from generators.case.errors import CaseError
from generators.case.schema import Validator
from generators.case.spec import Spec

FAMILIES = ("descriptor", "size-field", "placement", "sharing", "stream-deflate", "stream-zstd", "mapping", "range",
            "map", "snapshot", "check", "repair", "write", "modify", "resource", "width")


@dataclass(frozen=True)
class Case:
    """`path` is relative to the repository's root; `text` is the file's bytes."""

    path: str
    family: str
    text: bytes
    document: Spec

    @property
    def id(self) -> str:
        return str(self.document["id"])

    @property
    def image(self) -> Spec:
        return self.document["image"]

    @property
    def siblings(self) -> dict[str, Spec]:
        return self.document.get("siblings", {})

    @property
    def clauses(self) -> list[str]:
        return self.document["clauses"]

    @property
    def operations(self) -> list[Spec]:
        return self.document["operations"]

    @property
    def withdrawn(self) -> bool:
        return "status" in self.document


def case_files(root: str) -> Iterator[tuple[str, str]]:
    """(family, path relative to the root) of every case file, in order."""
    folder = os.path.join(root, "cases")
    for family in sorted(os.listdir(folder)):
        if not os.path.isdir(os.path.join(folder, family)):
            continue
        if family not in FAMILIES:
            raise CaseError(f"no such family; families are {', '.join(FAMILIES)}", f"cases/{family}")
        for name in sorted(os.listdir(os.path.join(folder, family))):
            yield family, f"cases/{family}/{name}"


def parse_case(family: str, path: str, text: bytes, validator: Validator) -> Case:
    """Reads one case file and holds it against the schema and its file name."""
    try:
        document = json.loads(text.decode("ascii"), object_pairs_hook=_no_key_twice)
        validator.check(document)
        expected = os.path.basename(path)
        if document["id"] + ".json" != expected:
            raise CaseError(f"must be the file's name, '{expected[:-5]}', not '{document['id']}'", "id")
    except CaseError as error:
        raise CaseError(str(error), path) from None
    except UnicodeDecodeError as error:
        raise CaseError(f"byte {error.start} is not ASCII", path) from None
    except json.JSONDecodeError as error:
        raise CaseError(f"line {error.lineno}, column {error.colno}: not JSON: {error.msg}", path) from None
    return Case(path, family, text, document)


def _no_key_twice(pairs: list[tuple[str, object]]) -> Spec:
    document: Spec = {}
    for key, value in pairs:
        if key in document:
            raise CaseError(f"the key '{key}' is there twice")
        document[key] = value
    return document


def load_json(path: str, shown: str) -> Spec:
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except FileNotFoundError:
        raise CaseError("there is no such file", shown) from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CaseError(f"not JSON: {error}", shown) from None
    return document
