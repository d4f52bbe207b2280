"""A new case from a few answers, and what a case still lacks."""

import json
import os
from typing import Callable

from generators.case.canonical import canonical_text
from generators.case.case import Case
from generators.case.differences import differing_paths
from generators.case.errors import CaseError
from generators.case.lint import needed_features
from generators.case.spec import Spec

Ask = Callable[[str, str], str]
ORDINARY = '{"guest": {"0": "compressed", "1": "compressed"}}'


def new_case(name: str, family: str, cases: list[Case], ask: Ask) -> tuple[str, str]:
    """The path, relative to the root, and the text of the file. `ask` takes a question and the answer to no answer."""
    document: Spec = {
        "schema": 1, "id": name, "rev": 1,
        "title": ask("Title: the point that it makes, as a fact", ""),
        "why": ask("Why: what a user loses when a reader gets it wrong", ""),
        "clauses": ask("Clauses: slugs of spec/compressed-clusters.md, with blanks between them", "").split(),
        "features": [],
        "image": _image(ask("Image, as cases/README.md says", ORDINARY)),
    }
    answer = ask("A reader answers: accept or reject", "accept")
    if answer == "reject":
        twin = _twin(ask("Twin: the case that is accepted and differs in the point alone", ""), cases)
        places = differing_paths(twin.image, document["image"]) or ["nothing"]
        document["baseline"] = twin.id
        document["delta"] = f"{', '.join(places)}: {ask('In what it differs, in words', '')}"
    document["operations"] = [{"op": "read", "expect": {"verdict": answer}}]
    path = f"cases/{family}/{name}.json"
    unfinished = Case(path, family, b"", document)
    document["features"] = needed_features(unfinished)
    return path, canonical_text(document)


def _image(answer: str) -> Spec:
    try:
        return json.loads(answer)
    except json.JSONDecodeError as error:
        raise CaseError(f"the image is not JSON: {error}") from None


def _twin(name: str, cases: list[Case]) -> Case:
    for case in cases:
        if case.id == name:
            return case
    raise CaseError(f"there is no case '{name}'")


def missing(case: Case, locked: Spec, in_kill_matrix: set[str]) -> list[str]:
    """What the case lacks once every rule of its form holds, each with the command that helps."""
    lacks = []
    if case.id not in locked:
        lacks.append("its digests: python3 -m generators lock")
    for program in ("model", "qemu-img"):
        if program not in case.document.get("evidence", {}):
            lacks.append(f"what {program} does: build/release/bin/qcow2-conform evidence --case {case.id}")
    if case.id not in in_kill_matrix:
        lacks.append(f"which mutants it kills: build/release/bin/qcow2-conform selftest --case {case.id}")
    return lacks


def write_new(root: str, path: str, text: str) -> None:
    file = os.path.join(root, path)
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, "x", encoding="ascii") as out:
        out.write(text)
