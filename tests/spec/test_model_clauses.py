"""Every clause can be found in the model: at the line that does it, or in model/README.md, which says why none has to.

A clause is cited as `// [slug]`, above the line that does what it says or at that line's end, with the spec's own words
in quotes where they help. The line is one that matters: a mutant changes it, or a test fails without it."""

import json
import re
import unittest
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SPEC = (ROOT / "spec/compressed-clusters.md").read_text(encoding="utf-8")
LEVELS = dict(re.findall(r"^\*\*\[([a-z0-9-]+)\]\*\* \((must|should|may|unspecified)\)", SPEC, re.MULTILINE))
BINDING = [slug for slug, level in LEVELS.items() if level in ("must", "should")]

COMMENT = re.compile(r"//.*")
CITED = re.compile(r"(?<![\w`])\[([a-z0-9]+(?:-[a-z0-9]+)*)\]")
QUOTED = re.compile(r'\[([a-z0-9-]+)\] "([^"]+)"')
ROW = re.compile(r"^\| \[([a-z0-9-]+)\] \| (\S.*) \|$", re.MULTILINE)
RULE = re.compile(r'Rule \w+\{"([a-z0-9-]+)",')
HITS_MAX = 2
REACH = 12  # lines below a citation in which a mutant changes something

# Tests that fail when the line is taken out, where no mutant changes it: each line was, and each test did.
HELD_BY_TESTS = {
    ("backing-file-missing", "model/files/chain.cpp"):
        "model/test_chain.py: test_a_file_that_is_not_there_or_no_file",
    ("cache-whole-entry", "model/read/compressed_cluster.hpp"):
        "model/reader_ranges_test.cpp: small reads of one cluster decode it once, and those of another entry",
    ("check-metadata-overlap", "model/check/host_use.hpp"):
        "model/host_use_test.cpp: tables and data are told apart, and counted together",
    ("deflate-invalid", "model/read/decompress_deflate.cpp"):
        "model/deflate_test.cpp: what is no deflate is refused",
    ("extended-l2-entry", "model/read/walk.cpp"):
        "model/corpus_test.cpp: the model reads every case of the corpus as the case expects",
    ("external-data-file-missing", "model/files/chain.cpp"):
        "model/test_chain.py: test_it_must_be_there_and_named_plainly",
    ("external-data-file-standard", "model/format/l2_entry.cpp"):
        "model/corpus_test.cpp: the model reads every case of the corpus as the case expects",
    ("incomplete-refused", "model/read/decompress_deflate.cpp"):
        "model/deflate_test.cpp: a stream that ends before its cluster is complete is refused",
    ("last-cluster-partial", "model/read/walk.cpp"):
        "model/walk_test.cpp: the largest disk there can be is walked to its last byte",
    ("modify-autoclear", "model/change/prepare.cpp"):
        "system/test_modify.py: test_unknown_autoclear_bits_are_cleared_and_the_rest_of_the_header_stays",
    ("modify-bitmaps", "model/change/bitmaps_in_use.cpp"):
        "system/test_modify.py: test_bitmaps_that_follow_writes_are_marked",
    ("modify-corrupt-bit", "model/change/prepare.cpp"):
        "system/test_modify.py: test_an_image_that_is_marked_corrupt",
    ("modify-write-zeroes", "model/change/state/clusters.cpp"):
        "system/test_modify_chains.py: test_a_commit_moves_everything_behind_and_the_image_reads_alike",
    ("outside-extent", "model/read/decompress_deflate.cpp"):
        "model/reader_test.cpp: bytes behind the extent are not read, although the file has them",
    ("refcount-extent", "model/write/allocator.hpp"):
        "model/allocator_test.cpp: streams, clusters and refcount blocks never overlap, and are counted",
    ("refcount-lookup", "model/format/refcount.cpp"):
        "model/host_use_test.cpp: a host cluster beyond the refcount table has refcount 0",
    ("refcount-width", "model/repair/repair_refcounts.cpp"):
        "system/test_repair.py: test_more_references_than_the_width_can_say",
    ("standard-cluster", "model/format/l2_entry.cpp"):
        "model/l2_entry_test.cpp: a standard entry names the place of its bytes",
    ("writer-field-limits", "model/format/descriptor.hpp"):
        "model/descriptor_test.cpp: what does not fit the fields is not encoded",
    ("zstd-dictionary", "model/read/decompress_zstd.cpp"):
        "model/zstd_test.cpp: a frame that names a dictionary is refused",
    ("zstd-invalid", "model/read/decompress_zstd.cpp"):
        "model/zstd_test.cpp: a frame of zstd 0.7 is none, even where libzstd still has its decoder",
    ("zstd-skippable", "model/read/decompress_zstd.cpp"):
        "model/zstd_test.cpp: frames follow one another, empty and skippable ones between them",
}


class Hit(NamedTuple):
    slug: str
    file: str
    line: int  # from 1


def sources() -> list[Path]:
    return sorted(path for path in (ROOT / "model").rglob("*") if path.suffix in (".cpp", ".hpp"))


def hits() -> list[Hit]:
    found = []
    for path in sources():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for comment in COMMENT.findall(line):
                found += [Hit(slug, path.relative_to(ROOT).as_posix(), number) for slug in CITED.findall(comment)]
    return found


def mutated_lines() -> dict[str, set[int]]:
    """By file, the lines that some mutant changes."""
    lines: dict[str, set[int]] = defaultdict(set)
    for part in sorted((ROOT / "tests/mutants/parts").glob("*.json")):
        for mutant in json.loads(part.read_text(encoding="utf-8"))["mutants"]:
            before = "\n".join(mutant["before"])
            text = (ROOT / mutant["file"]).read_text(encoding="utf-8")
            first = text[:text.index(before)].count("\n") + 1
            lines[mutant["file"]] |= set(range(first, first + before.count("\n") + 1))
    return lines


def comments(path: Path) -> list[str]:
    """Comments, those that go over several lines joined."""
    joined, open_comment = [], False
    for line in path.read_text(encoding="utf-8").splitlines():
        code, mark, text = line.partition("//")
        if mark and open_comment and not code.strip():
            joined[-1] += " " + text.strip(" /<")
        elif mark:
            joined.append(text.strip(" /<"))
        open_comment = bool(mark)
    return joined


def clause_text(slug: str) -> str:
    """From the clause to the next one, line breaks apart."""
    begin = SPEC.index(f"**[{slug}]**")
    return " ".join(SPEC[begin:].split("\n**[", 1)[0].split())


class Clauses(unittest.TestCase):
    def setUp(self) -> None:
        self.hits = hits()
        self.by_slug: dict[str, list[str]] = defaultdict(list)
        for hit in self.hits:
            self.by_slug[hit.slug].append(f"{hit.file}:{hit.line}")
        self.rows = [slug for slug, _ in ROW.findall((ROOT / "model/README.md").read_text(encoding="utf-8"))]
        self.assertGreater(len(self.hits), 80)
        self.assertTrue(self.rows)

    def test_everything_cited_is_a_clause(self) -> None:
        self.assertEqual([], [hit for hit in self.hits if hit.slug not in LEVELS])
        self.assertEqual([], [slug for slug in self.rows if slug not in LEVELS])

    def test_every_binding_clause_is_at_a_line_or_in_the_table(self) -> None:
        self.assertEqual(sorted(set(self.rows)), sorted(self.rows), "a clause has one row")
        for slug in BINDING:
            with self.subTest(slug):
                if slug in self.rows:
                    self.assertEqual([], self.by_slug[slug], "in the table, so at no line")
                else:
                    self.assertIn(len(self.by_slug[slug]), range(1, HITS_MAX + 1), self.by_slug[slug])

    def test_rules_are_clauses(self) -> None:
        rules = set(RULE.findall((ROOT / "model/format/result.hpp").read_text(encoding="utf-8")))
        self.assertTrue(rules)
        self.assertEqual(set(), rules - set(LEVELS))

    def test_quotes_are_the_words_of_the_clause(self) -> None:
        quotes = [quote for path in sources() for comment in comments(path) for quote in QUOTED.findall(comment)]
        self.assertGreater(len(quotes), 40)
        for slug, words in quotes:
            with self.subTest(slug):
                self.assertIn(words, clause_text(slug))

    def test_the_lines_of_musts_matter(self) -> None:
        mutated = mutated_lines()
        without = {(hit.slug, hit.file) for hit in self.hits if LEVELS[hit.slug] == "must"
                   and not mutated[hit.file] & set(range(hit.line, hit.line + REACH + 1))}
        self.assertEqual(set(), without - set(HELD_BY_TESTS), "no mutant is near, and no test is named")
        self.assertEqual(set(), set(HELD_BY_TESTS) - {(hit.slug, hit.file) for hit in self.hits}, "at no line")

    def test_the_tests_that_hold_lines_exist(self) -> None:
        for place, test in HELD_BY_TESTS.items():
            file, _, name = test.partition(": ")
            with self.subTest(place):
                self.assertIn(name, (ROOT / "tests" / file).read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
