"""The failure on the front page is what the program prints."""

import os
import textwrap

from tests.system.support import BIN, CONFORM, ROOT, SystemTest, absent, run

CASE = "zero-cluster-with-a-place-counted"


class FrontPage(SystemTest):
    def test_the_failure_is_as_it_is_printed(self) -> None:
        if not (BIN / "libqcow-adapter").exists():
            absent("libqcow")
        done = run(CONFORM, "run", "--impl", "libqcow", "--case", CASE, "--out", self.dir / "results", cwd=self.dir,
                   env={**os.environ, "COLUMNS": "76"})
        printed = textwrap.dedent("".join(_failure(done.stdout.decode()))).splitlines()
        shown = textwrap.dedent("".join(_failure((ROOT / "README.md").read_text()))).splitlines()
        self.assertGreater(len(shown), 8, done.stderr)
        # Who calls it, and from where, makes another command that repeats it.
        self.assertEqual(printed[:-1], shown[:-1])
        self.assertTrue(shown[-1].startswith(f"  again  qcow2-conform run --impl libqcow --case {CASE}"))


def _failure(text: str) -> list[str]:
    """Its lines, from the first to "again"."""
    lines = text.splitlines(keepends=True)
    first = next((i for i, line in enumerate(lines) if line.strip().startswith(f"wrong-data {CASE}")), len(lines))
    last = next((i for i in range(first, len(lines)) if lines[i].strip().startswith("again ")), first)
    return lines[first:last + 1]
