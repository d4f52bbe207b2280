"""What .editorconfig says is true of every file that git tracks."""

import configparser
import fnmatch
import functools
import itertools
import re
import unittest

from tests.habits.tracked import ROOT, python, tracked

Properties = dict[str, str]


def patterns(section: str) -> list[str]:
    """The section's name without braces: *.{a,b} is *.a and *.b."""
    brace = re.search(r"\{([^{}]*)\}", section)
    if brace is None:
        return [section]
    filled = (section[:brace.start()] + word + section[brace.end():] for word in brace[1].split(","))
    return list(itertools.chain.from_iterable(map(patterns, filled)))


def fits(name: str, section: str) -> bool:
    """A pattern without a slash is about names in any folder."""
    return any(fnmatch.fnmatchcase(name if "/" in pattern else name.rpartition("/")[2], pattern)
               for pattern in patterns(section))


@functools.cache
def sections() -> tuple[tuple[str, Properties], ...]:
    parser = configparser.ConfigParser(default_section="preamble of .editorconfig", interpolation=None)
    text = (ROOT / ".editorconfig").read_text(encoding="utf-8")
    parser.read_string(text[text.index("["):])
    return tuple((name, dict(parser[name])) for name in parser.sections())


def properties_of(name: str) -> Properties:
    found: Properties = {}
    for section, properties in sections():
        if fits(name, section):
            found |= properties
    return found


def faults(data: bytes, wanted: Properties) -> list[str]:
    """What is wrong with a file's bytes, each with its line."""
    if wanted["charset"] == "unset":  # no text
        return []
    try:
        text = data.decode(wanted["charset"])
    except UnicodeDecodeError as error:
        return [f"no {wanted['charset']} at byte {error.start}"]
    found = []
    if wanted["insert_final_newline"] == "true" and text and (not text.endswith("\n") or text.endswith("\n\n")):
        found.append("does not end with one newline")
    longest = wanted["max_line_length"]
    for number, line in enumerate(text.split("\n"), start=1):
        if wanted["end_of_line"] == "lf" and "\r" in line:
            found.append(f"line {number}: a carriage return")
        if wanted["trim_trailing_whitespace"] == "true" and line.rstrip("\r") != line.rstrip():
            found.append(f"line {number}: white space at its end")
        if wanted["indent_style"] == "space" and "\t" in line[:len(line) - len(line.lstrip())]:
            found.append(f"line {number}: indented by a tab")
        if longest != "off" and len(line) > int(longest):
            found.append(f"line {number}: {len(line)} characters")
    return found


class Editorconfig(unittest.TestCase):
    def test_every_file_is_as_it_says(self) -> None:
        for name in tracked():
            with self.subTest(name):
                self.assertEqual(faults((ROOT / name).read_bytes(), properties_of(name)), [])

    def test_python_is_indented_by_four(self) -> None:
        """pycodestyle holds Python to four; here an editor is told so too."""
        self.assertEqual([name for name in python() if properties_of(name)["indent_size"] != "4"], [])

    def test_every_section_is_about_some_file(self) -> None:
        for section, _ in sections():
            for pattern in patterns(section):
                self.assertTrue(any(fits(name, pattern) for name in tracked()), pattern)

    def test_each_fault_is_found(self) -> None:
        wanted = properties_of("run")
        self.assertEqual(faults(b"", wanted) + faults(b"a\n", wanted), [])
        for data, fault in ((b"a", "does not end with one newline"), (b"a\n\n", "does not end with one newline"),
                            (b"\xff\n", "no utf-8 at byte 0"), (b"a\r\n", "line 1: a carriage return"),
                            (b"a \n", "line 1: white space at its end"), (b"a\n  \tb\n", "line 2: indented by a tab"),
                            (b"a" * 121 + b"\n", "line 1: 121 characters")):
            self.assertEqual(faults(data, wanted), [fault])
