"""The console blocks of a page, each held to what its commands print."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "spec"))

import console  # noqa: E402  (found by the line above)


def run_every_block(test: unittest.TestCase, page: Path) -> None:
    """A block that differs is a failure of its own, one without its program a skip of its own."""
    outcomes = console.run_page(page)
    test.assertTrue(outcomes)
    for outcome in outcomes:
        with test.subTest(outcome.block.heading):
            if outcome.missing.startswith("$"):
                continue  # ./test says that it is left out
            if outcome.missing:
                test.skipTest(f"{outcome.missing} is not there")
            test.assertEqual("", outcome.differs)
