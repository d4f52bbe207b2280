"""The folders of the product stand in the order of order.json: nothing is included or imported from above, or in a
circle."""

import functools
import json
import re
import unittest
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ORDER = json.loads((Path(__file__).parent / "order.json").read_text(encoding="utf-8"))
MODULES_MAX = 16
README_LINES_MAX = 15
BELOW_ALL = "command_line/"  # of both programs; it includes nothing of them
SHARED_BY_ALL = {"generators/layout", "generators/__init__"}

INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
IMPORT = re.compile(r"^(?:from generators\.([\w.]+) import|from generators import (\w+))", re.MULTILINE)


def sources(part: str) -> list[Path]:
    endings = {".py"} if part == "generators" else {".cpp", ".hpp"}
    return sorted(path for path in (ROOT / part).rglob("*") if path.suffix in endings)


def folder_of(module: str) -> str:
    part, _, inside = module.partition("/")
    return inside.rpartition("/")[0] or "."


def module_of(path: Path) -> str:
    """A header and its source are one module."""
    return path.relative_to(ROOT).with_suffix("").as_posix()


def named_in(path: Path, part: str) -> set[str]:
    text = path.read_text(encoding="utf-8")
    if part == "generators":
        return {f"generators/{(a or b).replace('.', '/')}" for a, b in IMPORT.findall(text)}
    return {f"{part}/{name.rpartition('.')[0]}" for name in INCLUDE.findall(text) if not name.startswith(BELOW_ALL)}


def graph(part: str) -> dict[str, set[str]]:
    edges: dict[str, set[str]] = defaultdict(set)
    for path in sources(part):
        edges[module_of(path)] |= named_in(path, part) - {module_of(path)}
    return edges


def circle(edges: dict[str, set[str]]) -> list[str]:
    """Some modules that name each other in turn; empty: there is no circle."""
    state: dict[str, int] = {}

    def visit(module: str, way: list[str]) -> list[str]:
        state[module] = 1
        for named in sorted(edges.get(module, ())):
            if state.get(named) == 1:
                return [*way[way.index(named):], named] if named in way else [module, named]
            if named not in state and (found := visit(named, [*way, named])):
                return found
        state[module] = 2
        return []

    for module in sorted(edges):
        if module not in state and (found := visit(module, [module])):
            return found
    return []


def upward(edges: dict[str, set[str]], lines: list[list[str]]) -> list[str]:
    level = {folder: number for number, line in enumerate(lines) for folder in line}
    found = []
    for module, named in sorted(edges.items()):
        for other in sorted(named - SHARED_BY_ALL):
            mine, theirs = folder_of(module), folder_of(other)
            if mine != theirs and level[theirs] >= level[mine]:
                found.append(f"{module} -> {other}")
    return found


PARTS = {part: [line["folders"] for line in ORDER[part]] for part in ("model", "conform", "generators")}


def each_part(test):
    """Runs the test for every part of the product, each as a subtest."""

    @functools.wraps(test)
    def run(self):
        for part, lines in PARTS.items():
            with self.subTest(part):
                test(self, part, lines)

    return run


class Order(unittest.TestCase):
    @each_part
    def test_every_folder_has_its_place(self, part, lines):
        there = {folder_of(module_of(path)) for path in sources(part)}
        listed = {folder for line in lines for folder in line}
        self.assertEqual(there, listed)

    @each_part
    def test_nothing_goes_up(self, part, lines):
        self.assertEqual([], upward(graph(part), lines))

    @each_part
    def test_there_is_no_circle(self, part, _):
        self.assertEqual([], circle(graph(part)))

    @each_part
    def test_what_is_included_exists(self, part, _):
        edges = graph(part)
        named = {other for names in edges.values() for other in names}
        packages = {f"{part}/{folder}" for folder in map(folder_of, edges)}
        self.assertEqual([], sorted(named - set(edges) - packages))

    @each_part
    def test_no_folder_holds_more_than_one_can_see_at_once(self, part, _):
        modules = defaultdict(set)
        for path in sources(part):
            if path.name != "__init__.py":
                modules[folder_of(module_of(path))].add(module_of(path))
        large = {folder: len(held) for folder, held in modules.items() if len(held) > MODULES_MAX}
        large.pop("cli", None)  # a file a command
        self.assertEqual({}, large)

    @each_part
    def test_each_folder_says_what_it_is(self, part, lines):
        for folder in (folder for line in lines for folder in line):
            readme = ROOT / part / folder / "README.md"
            self.assertTrue(readme.is_file(), f"{part}/{folder} has no README.md")
            self.assertLessEqual(len(readme.read_text(encoding="utf-8").splitlines()), README_LINES_MAX, readme)

    def test_what_both_programs_share_includes_neither(self):
        included = {name for path in (ROOT / BELOW_ALL).iterdir() if path.suffix in {".cpp", ".hpp"}
                    for name in INCLUDE.findall(path.read_text(encoding="utf-8"))}
        self.assertEqual([], [name for name in included if not name.startswith(BELOW_ALL)])


class Rules(unittest.TestCase):
    """That the rules above can fail."""

    def test_an_include_that_goes_up_is_found(self):
        self.assertEqual(["p/a/x -> p/b/y"], upward({"p/a/x": {"p/b/y"}, "p/b/y": set()}, [["a"], ["b"]]))

    def test_an_include_across_a_line_is_found(self):
        self.assertEqual(["p/a/x -> p/b/y"], upward({"p/a/x": {"p/b/y"}}, [["a", "b"]]))

    def test_a_circle_is_found(self):
        self.assertEqual(["a", "b", "a"], circle({"a": {"b"}, "b": {"c", "a"}, "c": set()}))


if __name__ == "__main__":
    unittest.main()
