"""The commands: build the corpus, renew the lock, check or format the case files, make a new one or the page of
hazards, show what a case's image holds."""

import argparse
import hashlib
import json
import os
import sys
from typing import Optional

from generators.case.canonical import canonical_text
from generators.case.case import FAMILIES, Case, case_files, load_json, parse_case
from generators.case.clauses import Clause, parse_clauses
from generators.corpus import Corpus, sources_digest
from generators.case.errors import CaseError
from generators.hazards import hazards_page, lint_hazards
from generators.case.lint import lint
from generators.case.lock import differing, lock_text
from generators.case.schema import Validator
from generators.new_case import Ask, missing, new_case, write_new
from generators.show import shown
from generators.case.spec import Spec

SPEC = "spec/compressed-clusters.md"
SCHEMA = "cases/schema.json"
LOCK = "cases/lock.json"
HAZARDS = "cases/hazards.json"
HAZARDS_PAGE = "spec/hazards.md"
INTERPRETING = "cases/INTERPRETING.md"
QUICK = "cases/quick.json"  # which cases `run --quick` takes
KILL_MATRIX = "docs/kill-matrix.json"
NAMED_MAX = 5  # cases that a warning names


class Project:
    """The repository: its cases, its schema, its clauses, its lock."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.schema = load_json(self.path(SCHEMA), SCHEMA)

    def path(self, name: str) -> str:
        return os.path.join(self.root, name)

    def cases(self) -> list[Case]:
        validator = Validator(self.schema)
        return [parse_case(family, path, self.read(path), validator) for family, path in case_files(self.root)]

    def read(self, name: str) -> bytes:
        with open(self.path(name), "rb") as file:
            return file.read()

    def inputs_digest(self, sources: str) -> str:
        """Of all that a build depends on: what it reads without, as yet, understanding any of it."""
        digest = hashlib.sha256(sources.encode())
        for name in [SCHEMA, SPEC, LOCK, QUICK, INTERPRETING, *(path for _, path in case_files(self.root))]:
            digest.update(name.encode() + b"\0")
            if os.path.exists(self.path(name)):
                digest.update(hashlib.sha256(self.read(name)).digest())
        return digest.hexdigest()

    def clauses(self) -> list[Clause]:
        try:
            return parse_clauses(self.read(SPEC).decode())
        except FileNotFoundError:
            raise CaseError("there is no such file, but the clauses must be in it", SPEC) from None
        except CaseError as error:
            raise CaseError(str(error), SPEC) from None

    def locked(self) -> Spec:
        if not os.path.exists(self.path(LOCK)):
            return {}
        return load_json(self.path(LOCK), LOCK)["cases"]

    def in_kill_matrix(self) -> set[str]:
        if not os.path.exists(self.path(KILL_MATRIX)):
            return set()
        return {case["id"] for case in load_json(self.path(KILL_MATRIX), KILL_MATRIX)["cases"]}

    def linted(self) -> tuple[list[Case], list[Clause]]:
        cases, clauses = self.cases(), self.clauses()
        lint(cases, {clause["slug"]: clause["level"] for clause in clauses})
        return cases, clauses


def build(project: Project, out: str, renew: bool) -> int:
    sources = sources_digest()
    inputs = project.inputs_digest(sources)
    corpus = Corpus(out)
    if not renew and corpus.is_whole(inputs):
        return 0
    cases, clauses = project.linted()
    corpus.put_text("schema.json", project.read(SCHEMA).decode())
    if os.path.exists(project.path(INTERPRETING)):
        corpus.put_text("INTERPRETING.md", project.read(INTERPRETING).decode())
    corpus.put_text("clauses.json", json.dumps({"schema": 1, "clauses": clauses}, indent=1) + "\n")
    if os.path.exists(project.path(QUICK)):
        corpus.put_text("quick.json", project.read(QUICK).decode())
    made: list[str] = []
    entries = corpus.build(cases, sources, made.append)
    if made:
        print(f"generators: {len(made)} of {len(cases)} cases rebuilt", file=sys.stderr)
    changed = differing(project.locked(), entries)
    if renew:
        with open(project.path(LOCK), "w", encoding="ascii") as file:
            file.write(lock_text(entries))
        print(f"{LOCK}: {len(entries)} cases, {len(changed)} changed")
        changed, inputs = [], project.inputs_digest(sources)
    elif changed:
        more = f" and {len(changed) - NAMED_MAX} more" if len(changed) > NAMED_MAX else ""
        names = ", ".join(changed[:NAMED_MAX]) + more
        print(f"generators: warning: {LOCK} does not match what was built for {names}", file=sys.stderr)
    if os.path.exists(project.path(LOCK)):
        corpus.put_text("lock.json", project.read(LOCK).decode())
    if not changed:  # else the next build shall warn again
        corpus.note_whole(inputs)
    return 0


def check(project: Project) -> int:
    cases, clauses = project.linted()
    tried = {slug for case in cases for slug in case.clauses}
    untried = [clause["slug"] for clause in clauses if clause["slug"] not in tried]
    if os.path.exists(project.path(HAZARDS)):
        lint_hazards(load_json(project.path(HAZARDS), HAZARDS), cases, {clause["slug"] for clause in clauses})
    print(f"{len(cases)} cases, {len(tried)} of {len(clauses)} clauses tried")
    for slug in untried:
        print(f"no case yet: {slug}")
    return 0


def format_cases(project: Project) -> int:
    for case in project.cases():
        text = canonical_text(case.document).encode()
        if text != case.text:
            with open(project.path(case.path), "wb") as file:
                file.write(text)
            print(f"formatted {case.path}")
    return 0


def write_hazards(project: Project) -> int:
    cases, clauses = project.linted()
    hazards = load_json(project.path(HAZARDS), HAZARDS)
    lint_hazards(hazards, cases, {clause["slug"] for clause in clauses})
    with open(project.path(HAZARDS_PAGE), "w", encoding="ascii") as file:
        file.write(hazards_page(hazards, cases))
    return 0


def show(project: Project, name: str) -> int:
    for case in project.cases():
        if case.id == name:
            print(shown(case))
            return 0
    raise CaseError(f"there is no case '{name}'")


def ask(question: str, otherwise: str) -> str:
    """One line of standard input; an empty one, or none, stands for `otherwise`."""
    print(f"{question} [{otherwise}]: " if otherwise else f"{question}: ", end="", flush=True)
    return sys.stdin.readline().strip() or otherwise


def new(project: Project, family: str, name: str, ask: Ask = ask) -> int:
    """Makes the case if there is none, and says what it lacks; exit 1 while it lacks anything."""
    path = f"cases/{family}/{name}.json"
    if not os.path.exists(project.path(path)):
        if family not in FAMILIES:
            raise CaseError(f"no such family; families are {', '.join(FAMILIES)}", path)
        write_new(project.root, *new_case(name, family, project.cases(), ask))
        print(f"\nwrote {path}")
    try:
        cases, _ = project.linted()
    except CaseError as error:
        print(f"missing: {error}")
        return 1
    case = next(case for case in cases if case.path == path)
    lacks = missing(case, project.locked(), project.in_kill_matrix())
    for lack in lacks:
        print(f"missing: {lack}")
    return 1 if lacks else 0


def main(arguments: Optional[list[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m generators", description=__doc__)
    parser.add_argument("--root", default=os.getcwd(), help="the repository (default: the current folder)")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (("build", "make the corpus"), ("lock", f"make the corpus and write {LOCK} again")):
        commands.add_parser(name, help=text).add_argument("--out", default="build/release/corpus", metavar="DIR")
    commands.add_parser("check", help="check all case files, and list clauses without a case")
    commands.add_parser("format", help="put all case files into canonical form")
    commands.add_parser("hazards", help=f"make {HAZARDS_PAGE} from {HAZARDS}")
    commands.add_parser("show", help="show where everything is in a case's image").add_argument("case")
    maker = commands.add_parser("new", help="make a case from a few answers, or say what a case lacks")
    maker.add_argument("family", metavar="FAMILY", help=", ".join(FAMILIES))
    maker.add_argument("case", metavar="ID")
    options = parser.parse_args(arguments)
    try:
        project = Project(options.root)
        if options.command in ("build", "lock"):
            return build(project, options.out, renew=options.command == "lock")
        if options.command == "hazards":
            return write_hazards(project)
        if options.command == "show":
            return show(project, options.case)
        if options.command == "new":
            return new(project, options.family, options.case)
        return check(project) if options.command == "check" else format_cases(project)
    except (CaseError, OSError) as error:
        print(f"generators: {error}", file=sys.stderr)
        return 2
