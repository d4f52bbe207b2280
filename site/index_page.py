"""The first page: what this is, the explorer with the model inside, the documents, and every clause in a table."""

from __future__ import annotations

import base64
import html
import json
from string import Template

import cases
import shell
from document_page import CLAUSES_DOCUMENT, Site, Writer, badge, short_title
from shell import Page
from spec_text import LEVELS

EXPLORER_SCRIPTS = tuple(f"explorer/{name}.js" for name in ("model", "input", "bits", "sectors", "main"))

ABOUT = {
    CLAUSES_DOCUMENT: "The rules, clause by clause, in an order a reader can be written from, each with what it rests "
                      "on.",
    "erratum": "Six errata, the text before and after February 2018, who still computes it, and the proofs.",
    "thread": "What was claimed in the review thread of 2018, and what settles each claim.",
    "open-questions": "What the text leaves open, what implementations do, and a sentence proposed for each.",
    "registers": "Where QEMU refuses what the text allows, and where it accepts what the text refuses.",
    "hazards": "What of the format programs get wrong, and the cases that notice.",
}

EXAMPLES = [  # what it shows, cluster_bits, entry
    ("the thread’s", 9, 0x6000000000000BFE), ("its first sector alone", 9, 0x4000000000000BFE),
    ("an odd size field", 16, 0x4A40000000050123), ("QEMU’s test 214", 21, 0x4008000000A00802),
    ("the largest extent", 21, 0x7FFE000000A00000), ("1 << 62 alone", 16, 0x4000000000000000),
    ("an offset above bit 55", 9, 0x4100000000000C00), ("bit 63 set", 12, 0xC400000000005001),
    ("all ones", 9, 0xFFFFFFFFFFFFFFFF), ("a standard cluster", 16, 0x8000000000050000),
]


def page(site: Site, module: bytes) -> Page:
    main = Template(shell.source("index.html")).substitute(
        explorer=explorer(), documents=documents(site), clauses=clause_table(site),
        levels="".join(level_box(site, level) for level in LEVELS))
    clauses = {
        slug: {"level": clause.level, "href": site.clause_href(slug, "index")} for slug, clause in site.clauses.items()
    }
    data = (f'<script type="application/json" id="clauses">{json.dumps(clauses)}</script>\n'
            f'<script type="application/wasm-base64" id="model">{base64.b64encode(module).decode()}</script>')
    return Page(
        "index.html", "Compressed clusters in qcow2 images – qcow2-conform", main, scripts=EXPLORER_SCRIPTS, data=data
    )


def explorer() -> str:
    options = "".join(f'<option value="{bits}">{bits} ({size(1 << bits)})</option>' for bits in range(9, 22))
    examples = "".join(
        f'<button type="button" data-cluster-bits="{bits}" data-entry="{entry:#018x}">{html.escape(name)}</button>'
        for name, bits, entry in EXAMPLES
    )
    return Template(shell.source("explorer/explorer.html")).substitute(cluster_bits_options=options, examples=examples)


def size(number: int) -> str:
    for unit, factor in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if number >= factor:
            return f"{number // factor} {unit}"
    return f"{number} bytes"


def documents(site: Site) -> str:
    entries = [(f"{name}.html", short_title(name), ABOUT.get(name, "")) for name in site.documents]
    entries.append(
        ("cases.html", "The cases", f"The {len(site.cases)} images that test the clauses, and what each must give.")
    )
    return "".join(f'<li><a href="{href}">{html.escape(title)}</a> <span>{html.escape(about)}</span></li>'
                   for href, title, about in entries)


def level_box(site: Site, level: str) -> str:
    count = sum(clause.level == level for clause in site.clauses.values())
    return (
        f'<label><input type="checkbox" value="{level}" checked> {badge(level)} <span '
        f'class="count">{count}</span></label>'
    )


def clause_table(site: Site) -> str:
    return "".join(section_rows(site, document.name) for document in site.documents.values() if document.clauses)


def section_rows(site: Site, name: str) -> str:
    document, groups = site.documents[name], ""
    writer = Writer(site, document)
    for heading in document.headings():
        if not heading.clauses:
            continue
        rows = "".join(row(site, writer, slug) for slug in heading.clauses)
        groups += (f'<tbody data-group><tr class="group"><th colspan="3" scope="rowgroup">'
                   f'<a href="{name}.html#{heading.anchor}">{html.escape(heading.title)}</a></th></tr>{rows}</tbody>')
    return groups


def row(site: Site, writer: Writer, slug: str) -> str:
    clause = site.clauses[slug]
    count = len(cases.of_clause(site.cases, slug))
    unit = "case" if count == 1 else "cases"
    sentence = writer.inline_of(clause.sentence).replace('href="#', f'href="{site.home[slug]}.html#')
    words = html.escape(f"{slug} {clause.sentence}".lower().replace("\n", " "))
    return (
        f'<tr data-level="{clause.level}" data-words="{words}"><td>{badge(clause.level)}</td>'
        f'<td><a class="slug" href="{site.clause_href(slug, "index")}">{slug}</a> <span '
        f'class="told">{sentence}</span></td>'
        f'<td class="number" data-unit="{unit}">{count}</td></tr>'
    )
