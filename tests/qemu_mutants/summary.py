"""docs/qemu-mutants.md, from the results and the arguments of equivalents.json."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.qemu_mutants.catalogue import SCOPE
from tests.qemu_mutants.ledger import Line, Results
from tests.qemu_mutants.operators import OPERATORS

ARGUMENTS = Path(__file__).with_name("equivalents.json")
BEGIN, END = "<!-- made by scripts/qemu-mutants: begin -->", "<!-- made by scripts/qemu-mutants: end -->"
WAITING = ("by this suite, QEMU's own not run", "not by this suite, QEMU's own not run")
COLUMNS = ("tried", "does not compile", "equivalent", "out of reach", "killed by both", "by this suite alone",
           "by QEMU's own alone", "by neither", *WAITING)


@dataclass(frozen=True)
class Argument:
    """Why a mutant cannot be killed: `kind` is equivalent, or out-of-reach (no operation of the suite can show it, and
    QEMU's own tests may)."""

    kind: str
    text: str

    def is_refuted_by(self, line: Line) -> bool:
        suite, own = line.killed_by()
        return suite or (own and self.kind == "equivalent")


def arguments_of(document: dict[str, list[dict[str, str]]]) -> dict[str, Argument]:
    """By the mutant's name; one argument may be that of several."""
    return {name: Argument(entry["kind"], entry["argument"])
            for entry in document["arguments"] for name in entry["mutants"]}


def load_arguments(file: Path = ARGUMENTS) -> dict[str, Argument]:
    return arguments_of(json.loads(file.read_text()))


def column_of(line: Line, arguments: dict[str, Argument]) -> str:
    """In which column a mutant counts, whatever an argument says that is refuted."""
    if not line.compiles:
        return "does not compile"
    argument = arguments.get(line.name)
    if argument and not argument.is_refuted_by(line):
        return "equivalent" if argument.kind == "equivalent" else "out of reach"
    suite, own = line.killed_by()
    if not line.has_both():
        return WAITING[0 if suite else 1]
    if suite or own:
        return "killed by both" if suite and own else "by this suite alone" if suite else "by QEMU's own alone"
    return "by neither"


def faults(lines: dict[str, Line], arguments: dict[str, Argument]) -> list[str]:
    """Arguments that are refuted, or of no mutant that was run."""
    found = []
    for name in arguments:
        line = lines.get(name)
        if line is None:
            found.append(f"{name}: has an argument, and was not run")
        elif not line.compiles or arguments[name].is_refuted_by(line):
            found.append(f"{name}: has an argument why it cannot be killed, and is killed or does not compile")
    return found


def _table(lines: list[Line], arguments: dict[str, Argument]) -> list[str]:
    waits = any(column_of(line, arguments) in WAITING for line in lines)
    columns = [column for column in COLUMNS if waits or column not in WAITING]
    rows = ["| area | " + " | ".join(columns) + " |", "|---|" + "---:|" * len(columns)]
    for area in [*SCOPE, ""]:
        counts = Counter(column_of(line, arguments) for line in lines if area in ("", line.area))
        cells = [sum(counts.values()), *(counts[column] for column in columns[1:])]
        rows.append(f"| {area or 'all'} | " + " | ".join(map(str, cells)) + " |")
    return rows


def share(killed: int, of: int) -> str:
    return f"{killed} of {of} ({killed / of:.0%})" if of else "0 of 0"


def _headline(run: Results, lines: list[Line], wanted: int, arguments: dict[str, Argument]) -> list[str]:
    mattering = [line for line in lines if column_of(line, arguments) not in ("does not compile", "equivalent")]
    in_reach = [line for line in mattering if column_of(line, arguments) != "out of reach"]
    suite = [line for line in mattering if line.killed_by()[0]]
    own_ran = [line for line in mattering if line.has_both()]
    own = [line for line in own_ran if line.killed_by()[1]]
    own_in_reach = [line for line in own_ran if line in in_reach]
    at_first = [line for line in in_reach if run.first[line.name].killed_by()[0]]
    quick = [line for line in suite if line.suite is not None and line.suite.quick]
    return [
        f"QEMU {run.header.qemu}. **{len(lines)} of {wanted} mutants were run**; {len(mattering)} of them compile and "
        "are not known to be equivalent.",
        "",
        f"- This suite kills {share(len(suite), len(mattering))}; of those within reach "
        f"{share(len(suite), len(in_reach))}.",
        f"- At their first runs, before a case was written for them, {share(len(at_first), len(in_reach))} of those "
        "within reach were killed.",
        f"- The cases of `run --quick`, as it was when each was run, kill {share(len(quick), len(mattering))}.",
        f"- QEMU's own {len(run.own_tests)} tests of compression kill {share(len(own), len(own_ran))}; of those within "
        f"this suite's reach {share(len([line for line in own if line in in_reach]), len(own_in_reach))}."
        if run.own_tests else "- QEMU's own tests were not run yet.",
    ]


def _listed(title: str, column: str, lines: list[Line], arguments: dict[str, Argument]) -> list[str]:
    chosen = sorted(line.name for line in lines if column_of(line, arguments) == column)
    return ["", f"### {title}", "", *(f"- `{name}`" for name in chosen)] if chosen else []


def _argued(title: str, column: str, lines: list[Line], arguments: dict[str, Argument]) -> list[str]:
    by_text: dict[str, list[str]] = {}
    for line in lines:
        if column_of(line, arguments) == column:
            by_text.setdefault(arguments[line.name].text, []).append(line.name)
    entries = [f"- {', '.join(f'`{name}`' for name in sorted(names))}: {text}" for text, names in by_text.items()]
    return ["", f"### {title}", "", *entries] if entries else []


def results(run: Results, wanted: int, arguments: dict[str, Argument]) -> str:
    """The part of the page that is made: counts, then the mutants that are not killed by this suite, by name."""
    lines = [line for line in run.lines.values() if line.has_suite()]
    page = [*_headline(run, lines, wanted, arguments), "", *_table(lines, arguments)]
    waiting = len(run.lines) - len(lines)
    if waiting:
        page += ["", f"{waiting} more ran out of time, and count nowhere."]
    page += _listed("Killed by neither", "by neither", lines, arguments)
    page += _listed("Not killed by this suite, QEMU's own not run", WAITING[1], lines, arguments)
    page += _listed("Killed by QEMU's own tests alone", "by QEMU's own alone", lines, arguments)
    page += _argued("Out of reach", "out of reach", lines, arguments)
    beyond = sorted(line.name for line in lines if column_of(line, arguments) == "out of reach" and line.killed_by()[1])
    if beyond:
        page += ["", f"QEMU's own tests kill these of them: {', '.join(f'`{name}`' for name in beyond)}."]
    page += _argued("Equivalent", "equivalent", lines, arguments)
    page += ["", f"Operators: {', '.join(OPERATORS)}."]
    if run.own_tests:
        page += ["", f"QEMU's own tests: {', '.join(run.own_tests)}."]
    return "\n".join(page)


def with_results(page: str, made: str) -> str:
    """The page with the part between its two marks made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{made}\n{END}{after}"
