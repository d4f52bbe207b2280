"""Every command of a page for users is typed by a test in a bare root (test_bare.py), or a reason says why not."""

import unittest
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from tests.documents import pages, session
from tests.documents.pages import PAGES, Block, blocks, commands


class Listed(unittest.TestCase):
    def test_each_command_is_typed_or_has_a_reason(self) -> None:
        typed = 0
        for page in PAGES:
            for command in commands(page):
                if page in session.ORDER:
                    typed += not session.reason(command)
                else:
                    self.assertTrue(session.reason(command), f"{page}: {command.text}")
        self.assertGreater(typed, 60)

    def test_no_reason_is_left_over(self) -> None:
        for page, reasons in session.REASONS.items():
            self.assertLessEqual(reasons.keys(), {command.text for command in commands(page)}, page)

    def test_what_is_said_of_a_command_is_said_of_one_that_is_typed(self) -> None:
        typed = {command.text for page in session.ORDER for command in commands(page) if not session.reason(command)}
        self.assertLessEqual({*session.BEFORE_COMMAND, *session.STATUS, *session.ANSWERS}, typed)

    def test_each_other_block_is_known(self) -> None:
        for page in PAGES:
            known = dict(session.OTHER_BLOCKS.get(page, {}))
            for block in blocks(page):
                if not block.is_commands:
                    found = [start for start in known if block.lines[0].startswith(start)]
                    self.assertEqual(1, len(found), f"{page}: {block.lines[0]}")
            for start in known:
                self.assertTrue(any(block.lines[0].startswith(start) for block in blocks(page)), f"{page}: {start}")


class Pages(unittest.TestCase):
    """What counts as a command."""

    def of(self, text: str) -> list[tuple[str, object]]:
        with TemporaryDirectory() as folder, mock.patch.object(pages, "ROOT", Path(folder)):
            (Path(folder) / "page.md").write_text(text)
            return [(command.text, command.prints) for command in commands("page.md")]

    def test_blocks_of_both_kinds(self) -> None:
        self.assertEqual([("./run '#'", None), ("cd x", None)],
                         self.of("# A\n    ./run '#'    # b\n\n    # c\n    cd x\n\nB\n"))
        self.assertEqual([('A="b c" cmake \\\n  d', None)],
                         self.of('A\n```sh\n#!/bin/sh\nA="b c" cmake \\\n  d\n```\n'))
        self.assertEqual([("cat a", "1\n2\n"), ("cat b", "")], self.of("A\n\n    $ cat a\n    1\n    2\n    $ cat b\n"))

    def test_what_is_none(self) -> None:
        self.assertEqual([], self.of("A\n\n    {\n    ./run\n\n```text\n./run a\n```\n`build/release` `./run`\n"))

    def test_sentences(self) -> None:
        self.assertEqual([("./run a b", None)], self.of("Type `./run a\nb`, and `./run a b`.\n"))

    def test_a_language_makes_a_block_one_of_commands(self) -> None:
        self.assertTrue(Block("x", "sh", ("unknown-program x",)).is_commands)
        self.assertFalse(Block("x", "", ("unknown-program x",)).is_commands)


if __name__ == "__main__":
    unittest.main()
