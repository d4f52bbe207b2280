"""The Containerfile, as far as it can be tried without an engine: its form, and that what its steps name is there.
tests/documents runs its steps in a bare root."""

import re
import unittest
from dataclasses import dataclass, field

from tests.system.support import ROOT

KNOWN = {"FROM", "COPY", "WORKDIR", "RUN", "CMD"}


@dataclass
class Stage:
    FOLDER = "/qcow2-conform"  # of the checkout, in the first
    base: str
    name: str = ""
    copies: list[list[str]] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    command: str = ""


def instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Containerfile").read_text().replace("\\\n ", "")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def stages() -> list[Stage]:
    found: list[Stage] = []
    for word, rest in instructions():
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            found.append(Stage(base, name))
        elif word == "COPY":
            found[-1].copies.append(rest.split())
        elif word == "WORKDIR":
            found[-1].folders.append(rest)
        elif word == "RUN":
            found[-1].steps.append(rest)
        elif word == "CMD":
            found[-1].command = rest
    return found


class Container(unittest.TestCase):
    def test_it_has_known_instructions_alone(self) -> None:
        self.assertLessEqual({word for word, _ in instructions()}, KNOWN)
        self.assertEqual("FROM", instructions()[0][0])

    def test_its_stages(self) -> None:
        build, last = stages()
        self.assertEqual(("build", [[".", Stage.FOLDER]], [Stage.FOLDER]), (build.name, build.copies, build.folders))
        (source, folder, target), = last.copies
        self.assertEqual((f"--from={build.name}", folder), (source, target))
        self.assertIn(f"-B {folder}", build.steps[-1])
        self.assertTrue({base.split(":")[0] for base in (build.base, last.base)} == {"debian"})
        self.assertEqual(build.base, last.base.removesuffix("-slim"))

    def test_what_its_steps_name_is_there(self) -> None:
        build, last = stages()
        self.assertTrue((ROOT / build.steps[0].split()[0]).exists())
        preset = re.search(r"--preset (\S+)", build.steps[1])[1]
        self.assertIn(f'"name": "{preset}"', (ROOT / "CMakePresets.json").read_text())
        lists = (ROOT / "packaging/CMakeLists.txt").read_text()
        for package in re.findall(r"/packages/(\S+)_\*\.deb", last.steps[0]):
            self.assertRegex(lists, rf"(?m)^set\(CPACK_PACKAGE_OF_\w+ {re.escape(package)}\)$")
        self.assertIn('"qcow2-conform"', last.command)

    def test_what_is_built_here_stays_here(self) -> None:
        ignored = (ROOT / ".containerignore").read_text().split()
        self.assertLessEqual({".git", "build", "results"}, set(ignored))

    def test_its_programs_are_in_its_bases_or_installed(self) -> None:
        packages = re.search(r"(?sm)^packages_build=\((.*?)\)", (ROOT / "scripts/packages.sh").read_text())[1]
        self.assertIn("cmake", packages.split())  # cpack is in it too
        programs = {part.split()[0] for stage in stages() for step in stage.steps for part in step.split("&&")}
        self.assertEqual({"./run", "apt-get", "cd", "cmake", "cpack", "rm"}, programs)


if __name__ == "__main__":
    unittest.main()
