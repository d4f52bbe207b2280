"""The manual pages and the completions that programs print of themselves."""

import re
import unittest

from tests.system.support import BIN, SystemTest, require_tool, run, tool

PROGRAMS = ("qcow2-conform", "qcow2-model")
# Prints what bash would offer for the words of a call, the last of which is being typed.
BASH = """
source "$0"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
compopt() { :; }
"_${1//-/_}"
printf '%s\\n' "${COMPREPLY[@]}"
"""
# What _arguments and _describe are given tells what zsh would offer.
ZSH = """
compdef() { :; }
_arguments() { print -rl -- "$@"; [[ -n $STATE ]] && state=$STATE line=($LINE); }
_describe() { print -rl -- ${(P)2}; }
source "$0"
"_${PROGRAM//-/_}"
"""


def help_of(program: str, *command: str) -> str:
    return tool(BIN / program, *command, "--help").decode()


# Versions of CLI11 differ in the capitals and the columns of the help.
def options_in(text: str) -> set[str]:
    return set(re.findall(r"(?m)^ {2,10}(?:-\w, *)?(--[\w-]+)", text))


def commands_of(program: str) -> list[str]:
    _, listed = re.split("(?i)subcommands:", help_of(program), maxsplit=1)
    return re.findall(r"(?m)^  ([a-z]\S*) ", listed)


class Manuals(SystemTest):
    def test_groff_finds_nothing_wrong(self) -> None:
        require_tool("groff")
        for program in PROGRAMS:
            page = self.dir / "page.1"
            page.write_bytes(tool(BIN / program, "--manual"))
            done = run("groff", "-Kutf8", "-man", "-ww", "-z", "-Tutf8", page)
            self.assertEqual((0, b""), (done.returncode, done.stderr), program)

    def test_every_command_and_option_is_in_them(self) -> None:
        for program in PROGRAMS:
            page = tool(BIN / program, "--manual").decode().replace("\\-", "-")
            self.assertGreater(len(commands_of(program)), 8)
            for command in commands_of(program):
                self.assertIn(f"\n.SS \\fB{program} {command}", page)
                for option in options_in(help_of(program, command)) - {"--help"}:
                    self.assertIn(f"\\fB{option}\\fR", page)

    def test_they_are_the_same_on_every_machine(self) -> None:
        for program in PROGRAMS:
            here = tool(BIN / program, "--manual")
            self.assertEqual(here, tool("taskset", "-c", "0", BIN / program, "--manual"))
            self.assertNotIn(str(BIN.parent).encode(), here)


class Completions(SystemTest):
    def script(self, program: str, shell: str) -> str:
        path = self.dir / f"{program}.{shell}"
        path.write_bytes(tool(BIN / program, "--completion", shell))
        return str(path)

    def by_bash(self, *words: str) -> set[str]:
        return set(tool("bash", "-c", BASH, self.script(words[0], "bash"), *words).decode().split())

    def by_fish(self, line: str) -> set[str]:
        script = self.script(line.split()[0], "fish")
        said = tool("fish", "--no-config", "-c", f"source {script}; complete -C '{line}'").decode()
        return {offered.partition("\t")[0] for offered in said.splitlines()}

    def by_zsh(self, program: str, state: str = "", line: str = "") -> str:
        return tool("env", f"PROGRAM={program}", f"STATE={state}", f"LINE={line}", "zsh", "-f", "-c", ZSH,
                    self.script(program, "zsh")).decode()

    def test_bash_offers_what_the_help_names(self) -> None:
        for program in PROGRAMS:
            self.assertLessEqual({*commands_of(program), "--help"}, self.by_bash(program, ""))
            for command in commands_of(program):
                self.assertLessEqual(options_in(help_of(program, command)), self.by_bash(program, command, "--"))

    def test_bash_offers_values(self) -> None:
        self.assertEqual({"must"}, self.by_bash("qcow2-conform", "run", "--level", "m"))
        self.assertEqual({"export", "verify"}, self.by_bash("qcow2-conform", "corpus", "") - {"--help", "-h"})
        (self.dir / "image.qcow2").touch()
        self.assertEqual({f"{self.dir}/image.qcow2"}, self.by_bash("qcow2-model", "read", f"{self.dir}/im"))

    def test_fish_offers_the_same(self) -> None:
        require_tool("fish")
        for program in PROGRAMS:
            self.assertLessEqual(set(commands_of(program)), self.by_fish(f"{program} "))
        self.assertLessEqual(options_in(help_of("qcow2-conform", "run")), self.by_fish("qcow2-conform run --"))
        self.assertEqual({"must"}, self.by_fish("qcow2-conform run --level m"))
        self.assertEqual({"export", "verify"}, self.by_fish("qcow2-conform corpus ") & {"export", "verify", "run"})

    def test_zsh_offers_the_same(self) -> None:
        require_tool("zsh")
        for program in PROGRAMS:
            self.assertLessEqual(set(commands_of(program)),
                                 {line.partition(":")[0] for line in self.by_zsh(program, "command").splitlines()})
        run_options = self.by_zsh("qcow2-conform", "arguments", "run")
        for option in options_in(help_of("qcow2-conform", "run")):
            self.assertIn(f"{option}[", run_options)
        self.assertIn(":(must should all)", run_options)


if __name__ == "__main__":
    unittest.main()
