"""All cases on one page, by family: what each is about, what it expects, and its file."""

from __future__ import annotations

import html
from itertools import groupby

import cases
from cases import Case
from document_page import Site, badge, contents_list
from shell import Page

LEAKS = {"other-cluster": "another cluster's bytes", "other-tenant": "another tenant's bytes",
         "backing-file": "the backing file's bytes", "memory": "bytes of the reader's memory"}


def page(site: Site) -> Page:
    families = [(name, list(members)) for name, members in groupby(site.cases, key=lambda case: case.family)]
    body = "".join(family(site, name, members) for name, members in families)
    items = "".join(f'<li class="section"><a href="#family-{html.escape(name)}">{html.escape(name)}</a> '
                    f'<span class="count">{len(members)}</span></li>' for name, members in families)
    lead = (
        f"<p>{len(site.cases)} cases in {len(families)} families. Each is an image that makes one point; what every "
        f"operation on it must answer follows from the clauses that it names.</p>"
        if families
        else "<p>There is no case yet.</p>"
    )
    return Page(
        "cases.html",
        "The cases – qcow2-conform",
        f'<article class="text"><h1>The cases</h1>{lead}{body}</article>',
        contents=contents_list(items, "The cases"),
    )


def family(site: Site, name: str, members: list[Case]) -> str:
    return (f'<h2 id="family-{html.escape(name)}">{html.escape(name)}</h2>\n' +
            "\n".join(one(site, case) for case in members))


def one(site: Site, case: Case) -> str:
    fields = case.fields
    parts = [
        f'<p class="head"><a class="slug" href="#{html.escape(case.id)}">{html.escape(case.id)}</a> '
        f'{badge(case.level)}</p>',
        f'<p class="sentence">{html.escape(case.title)}</p>',
    ]
    if case.withdrawn:
        parts.append(f'<p class="withdrawn">Withdrawn: {html.escape(fields.get("reason", ""))}</p>')
    parts.append(f'<p class="why">{html.escape(fields["why"])}</p>')
    parts.append("<dl>" + "".join(f"<dt>{term}</dt><dd>{told}</dd>" for term, told in facts(site, case)) + "</dl>")
    parts.append(f'<details class="cases"><summary>{html.escape(f"cases/{case.family}/{case.id}.json")}</summary>'
                 f'<pre tabindex="0"><code>{html.escape(case.text)}</code></pre></details>')
    return (
        f'<section class="clause case {case.level}" id="{html.escape(case.id)}" aria-label="Case '
        f'{html.escape(case.id)}">\n'
        + "\n".join(parts)
        + "\n</section>"
    )


def facts(site: Site, case: Case) -> list[tuple[str, str]]:
    fields = case.fields
    found = [("clauses", ", ".join(clause_link(site, slug) for slug in fields["clauses"])),
             ("expects", "<br>".join(html.escape(cases.expectation(operation)) for operation in fields["operations"]))]
    if "leak" in fields:
        found.append(("could leak", html.escape(LEAKS.get(fields["leak"], fields["leak"]))))
    if "baseline" in fields:
        twin = html.escape(fields["baseline"])
        found.append(
            ("valid twin", f'<a class="slug" href="#{twin}">{twin}</a>: {html.escape(fields.get("delta", ""))}')
        )
    return found


def clause_link(site: Site, slug: str) -> str:
    href = site.clause_href(slug, "cases")
    return f'<a class="slug" href="{href}">{html.escape(slug)}</a>' if href else html.escape(slug)
