"""Reads the clauses out of spec/compressed-clusters.md, which is their only registry.

A clause is a paragraph that begins with "**[slug]** (level)"; the block of quoted lines under it is what it rests on.
"""

import re

from generators.case.errors import CaseError

_HEAD = re.compile(r"\*\*\[([a-z0-9-]+)\]\*\* \((\w+)\) +(.*)", re.DOTALL)
_SECTION = re.compile(r"## +(.*)")
LEVELS = ("must", "should", "may", "unspecified")

Clause = dict[str, str]


def parse_clauses(text: str) -> list[Clause]:
    """Every clause in the order of the text, with the section that it stands in."""
    clauses: list[Clause] = []
    section = ""
    seen: set[str] = set()
    paragraphs = re.split(r"\n\s*\n", text)
    for number, paragraph in enumerate(paragraphs):
        heading = _SECTION.match(paragraph)
        if heading:
            section = heading[1].strip()
        if not paragraph.startswith("**["):
            continue
        following = paragraphs[number + 1] if number + 1 < len(paragraphs) else ""
        clause = _clause(paragraph, following, section)
        if clause["slug"] in seen:
            raise CaseError("the clause is there twice", clause["slug"])
        seen.add(clause["slug"])
        clauses.append(clause)
    return clauses


def _clause(paragraph: str, following: str, section: str) -> Clause:
    match = _HEAD.match(paragraph)
    if not match:
        raise CaseError("a clause begins with **[slug]** (level) and its sentence", paragraph.split("\n")[0])
    slug, level, sentence = match[1], match[2], " ".join(match[3].split())
    if level not in LEVELS:
        raise CaseError(f"'{level}' is not a level; levels are {', '.join(LEVELS)}", slug)
    ground = " ".join(re.sub(r"^> ?", "", following, flags=re.MULTILINE).split())
    if not following.startswith(("> Rests on:", "> Derived:")):
        raise CaseError("no '> Rests on:' or '> Derived:' follows the clause", slug)
    return {"slug": slug, "level": level, "sentence": sentence, "section": section, "ground": ground}
