"""A small repository in a temporary folder, for tests of the commands."""

import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path
from typing import Dict, Tuple

from generators.case.canonical import canonical_text
from generators.cli import main

ROOT = Path(__file__).resolve().parents[2]
SPEC = """# Text

## 2 Size

**[size]** (must) The field counts
sectors.

> Rests on: "some words" (there).

**[taste]** (unspecified) Nobody knows.

> Derived: nothing is said.

**[habit]** (should) It is better so.

> Derived: a weak step.
"""

Case = Dict[str, object]


def plain_case(name: str = "plain", **changes: object) -> Case:
    """A case that is accepted by the lint; changes replace its fields, None removes one."""
    case: Case = {
        "schema": 1, "id": name, "rev": 1,
        "title": "A plain image that reads", "why": "A user who cannot read it loses it.",
        "clauses": ["size"], "features": ["deflate"],
        "image": {"cluster_bits": 12, "guest": {"0": "compressed", "1": {"stream": {"length": 600}}}},
        "operations": [{"op": "read", "expect": {"verdict": "accept"}}],
    }
    case.update(changes)
    return {key: value for key, value in case.items() if value is not None}


class ProjectTest(unittest.TestCase):
    """A test with a repository of its own, made of the real schema and the cases that it writes."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="generators-")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.corpus = self.root / "corpus"
        (self.root / "spec").mkdir()
        (self.root / "spec/compressed-clusters.md").write_text(SPEC)
        (self.root / "cases").mkdir()
        (self.root / "cases/schema.json").write_bytes((ROOT / "cases/schema.json").read_bytes())

    def write(self, case: Case, family: str = "size-field", name: str = "") -> Path:
        path = self.root / "cases" / family / f"{name or case['id']}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(canonical_text(json.loads(json.dumps(case))))
        return path

    def run_command(self, *arguments: str) -> Tuple[int, str, str]:
        """(exit status, standard output, standard error) of one command."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(["--root", str(self.root), *arguments])
        return status, out.getvalue(), err.getvalue()

    def build(self, command: str = "build") -> Tuple[int, str, str]:
        return self.run_command(command, "--out", str(self.corpus))

    def files(self) -> Dict[str, bytes]:
        """Everything in the corpus, by its path."""
        return {str(path.relative_to(self.corpus)): path.read_bytes()
                for path in sorted(self.corpus.rglob("*")) if path.is_file()}
