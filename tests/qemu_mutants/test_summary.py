"""The page: each mutant in one column, arguments held to the results, the published page made from both."""

import unittest
from pathlib import Path

from tests.qemu_mutants import summary
from tests.qemu_mutants.__main__ import PAGE, RESULTS
from tests.qemu_mutants.ledger import KILLED, LIVED, NOT_RUN, OUT_OF_TIME, Header, Line, Outcome, Results, merged

HEADER = Header("1:9.9", "00", 2018)
ARGUMENTS = summary.arguments_of({"arguments": [
    {"mutants": ["same", "same-too"], "kind": "equivalent", "argument": "The value is never read."},
    {"mutants": ["slow", "beyond"], "kind": "out-of-reach", "argument": "It is only slower."},
]})


def line(name: str, suite: str, own: str, quick: bool = False, area: str = "mapping") -> Line:
    return Line(name, area, True, Outcome(suite, "by" if suite == KILLED else "", quick), Outcome(own))


LINES = {one.name: one for one in (
    line("both", KILLED, KILLED, quick=True), line("ours", KILLED, LIVED), line("theirs", LIVED, KILLED),
    line("none", LIVED, LIVED), line("same", LIVED, LIVED, area="snapshots"), line("same-too", LIVED, LIVED),
    line("slow", LIVED, LIVED), line("beyond", LIVED, KILLED),
    line("waits", OUT_OF_TIME, LIVED), Line("broken", "mapping", False),
    line("ours-so-far", KILLED, NOT_RUN), line("none-so-far", LIVED, NOT_RUN),
)}

FIRST = {**LINES, "ours": line("ours", LIVED, LIVED)}
RESULTS_OF_LINES = Results(HEADER, ("013", "014"), LINES, FIRST)


class Summary(unittest.TestCase):
    def test_each_mutant_has_one_column(self) -> None:
        columns = {name: summary.column_of(one, ARGUMENTS) for name, one in LINES.items() if one.has_suite()}
        self.assertEqual({
            "both": "killed by both", "ours": "by this suite alone", "theirs": "by QEMU's own alone",
            "none": "by neither", "same": "equivalent", "same-too": "equivalent", "slow": "out of reach",
            "beyond": "out of reach",
            "broken": "does not compile", "ours-so-far": "by this suite, QEMU's own not run",
            "none-so-far": "not by this suite, QEMU's own not run"}, columns)

    def test_the_counts(self) -> None:
        page = summary.results(RESULTS_OF_LINES, 20, ARGUMENTS)
        self.assertIn("**11 of 20 mutants were run**; 8 of them compile and are not known to be equivalent.", page)
        self.assertIn("This suite kills 3 of 8 (38%); of those within reach 3 of 6 (50%).", page)
        self.assertIn("before a case was written for them, 2 of 6 (33%) of those within reach were killed.", page)
        self.assertIn("as it was when each was run, kill 1 of 8 (12%)", page)
        self.assertIn("QEMU's own 2 tests of compression kill 3 of 6 (50%); of those within this suite's reach "
                      "2 of 4 (50%).", page)
        self.assertIn("| mapping | 10 | 1 | 1 | 2 | 1 | 1 | 1 | 1 | 1 | 1 |", page)
        self.assertIn("| all | 11 | 1 | 2 | 2 | 1 | 1 | 1 | 1 | 1 | 1 |", page)
        self.assertIn("1 more ran out of time, and count nowhere.", page)

    def test_what_nothing_kills_is_named(self) -> None:
        page = summary.results(RESULTS_OF_LINES, 20, ARGUMENTS)
        self.assertIn("### Killed by neither\n\n- `none`\n", page)
        self.assertIn("### Equivalent\n\n- `same`, `same-too`: The value is never read.\n", page)

    def test_what_is_out_of_this_suites_reach_may_be_killed_by_qemus_own_tests(self) -> None:
        page = summary.results(RESULTS_OF_LINES, 20, ARGUMENTS)
        self.assertIn("### Out of reach\n\n- `beyond`, `slow`: It is only slower.\n\n"
                      "QEMU's own tests kill these of them: `beyond`.\n", page)

    def test_columns_of_what_waits_are_there_only_where_something_does(self) -> None:
        done = {name: one for name, one in LINES.items() if "so-far" not in name}
        page = summary.results(Results(HEADER, ("013",), done, FIRST), 20, ARGUMENTS)
        self.assertIn("| by neither |\n", page)
        self.assertIn("| mapping | 8 | 1 | 1 | 2 | 1 | 1 | 1 | 1 |\n", page)

    def test_a_kill_refutes_an_argument(self) -> None:
        refuted = {**LINES, "same": line("same", KILLED, LIVED)}
        self.assertEqual("by this suite alone", summary.column_of(refuted["same"], ARGUMENTS))
        self.assertEqual(1, len(summary.faults(refuted, ARGUMENTS)))
        self.assertEqual([], summary.faults(LINES, ARGUMENTS))
        del refuted["same"]
        self.assertEqual(["same: has an argument, and was not run"], summary.faults(refuted, ARGUMENTS))

    def test_only_the_marked_part_of_the_page_is_made(self) -> None:
        page = f"above\n{summary.BEGIN}\nold\n{summary.END}\nbelow\n"
        self.assertEqual(f"above\n{summary.BEGIN}\nnew\n{summary.END}\nbelow\n", summary.with_results(page, "new"))


class Published(unittest.TestCase):
    def test_the_page_is_made_from_the_results(self) -> None:
        results = merged([Path(RESULTS)])
        arguments = summary.load_arguments()
        self.assertEqual([], summary.faults(results.lines, arguments))
        text = PAGE.read_text()
        self.assertEqual(summary.with_results(text, summary.results(results, 200, arguments)), text)


if __name__ == "__main__":
    unittest.main()
