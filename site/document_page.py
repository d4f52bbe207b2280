"""A document as a page: clauses with their cases, links between documents, entries that open in the
explorer."""

from __future__ import annotations

import html
import re

import cases
import spec_text
from cases import Case
from markdown_it.token import Token
from shell import Page
from spec_text import Block, Clause, Document

CLAUSES_DOCUMENT = "compressed-clusters"
HEX_NUMBER = re.compile(r"0x[0-9a-f]+")
GROUND = re.compile(r"(Rests on|Derived):\s*")
EXTERNAL = re.compile(r"https?://")


class Site:
    """All documents and cases, and where each thing is found."""

    def __init__(self, documents: list[Document], all_cases: list[Case]) -> None:
        self.documents = {document.name: document for document in documents}
        self.cases = all_cases
        self.pages = {document.path.resolve(): document.name for document in documents}
        self.clauses = {clause.slug: clause for document in documents for clause in document.clauses}
        self.home = {clause.slug: document.name for document in documents for clause in document.clauses}
        self.warnings: list[str] = []

    def clause_href(self, slug: str, here: str) -> str | None:
        if slug not in self.clauses:
            return None
        return f"#{slug}" if self.home[slug] == here else f"{self.home[slug]}.html#{slug}"

    def resolve(self, href: str, here: str) -> str | None:
        """Where a link of a document goes on the page; None for what is not on it."""
        if EXTERNAL.match(href):
            return href
        path, _, anchor = href.partition("#")
        page = self.documents[here].path
        place = (page.parent / path if path else page).resolve()
        if name := self.pages.get(place):
            if anchor and anchor not in self.documents[name].anchors():
                self.warnings.append(f"{here}.md: no anchor {anchor} in {name}.md")
            target = "" if name == here else f"{name}.html"
            return target + (f"#{anchor}" if anchor else "")
        if place.suffix == ".json" and any(place.stem == case.id for case in self.cases):
            return f"cases.html#{place.stem}"
        if not place.exists():
            self.warnings.append(f"{here}.md: nothing at {path}")
        return None


class Writer:
    """The HTML of one document."""

    def __init__(self, site: Site, document: Document) -> None:
        self.site = site
        self.document = document
        self.markdown = spec_text.parser()
        for kind in ("code_block", "fence"):
            self.markdown.add_render_rule(kind, lambda _, tokens, index, options, env: code(tokens[index].content))

    def page(self, shown_as: str) -> Page:
        body = "\n".join(self.block(block) for block in self.document.blocks)
        title = self.inline_of(self.document.title)
        return Page(f"{self.document.name}.html", f"{self.document.title} – qcow2-conform",
                    f'<article class="text"><h1>{title}</h1>\n{body}</article>', contents=self.contents(shown_as))

    def block(self, block: Block) -> str:
        if block.clause:
            return self.clause(block.clause, block.ground)
        if block.tokens[0].type == "table_open":
            return (
                '<div class="table" tabindex="0" role="group" '
                f'aria-label="Table">{self.render(table(block.tokens))}</div>\n'
            )
        return self.render(block.tokens)

    def clause(self, clause: Clause, ground: list[Token]) -> str:
        return (f'<section class="clause {clause.level}" id="{clause.slug}" aria-label="Clause {clause.slug}">\n'
                f'<p class="head"><a class="slug" href="#{clause.slug}">{clause.slug}</a> {badge(clause.level)}</p>\n'
                f'<p class="sentence">{self.inline_of(clause.sentence)}</p>\n'
                f'{self.ground(ground)}{self.cases_of(clause)}</section>\n')

    def ground(self, tokens: list[Token]) -> str:
        if not tokens:
            return ""
        first = tokens[1].children[0]
        match = GROUND.match(first.content)
        label = f'<span class="label">{match[1]}</span> ' if match else ""
        first.content = first.content[match.end():] if match else first.content
        return f'<div class="ground">{label}{self.render(tokens)}</div>\n'

    def cases_of(self, clause: Clause) -> str:
        found = cases.of_clause(self.site.cases, clause.slug)
        if not found:
            return '<p class="no-cases">no case yet</p>\n'
        items = "".join(
            f'<li><a href="cases.html#{html.escape(case.id)}">{html.escape(case.title)}</a></li>' for case in found
        )
        count = "1 case" if len(found) == 1 else f"{len(found)} cases"
        return f'<details class="cases"><summary>{count}</summary><ul>{items}</ul></details>\n'

    def inline_of(self, markdown: str) -> str:
        return self.render(self.markdown.parseInline(markdown))

    def render(self, tokens: list[Token]) -> str:
        for token in tokens:
            if token.type != "inline":
                continue
            spec_text.refer(token, lambda slug: self.site.clause_href(slug, self.document.name))
            self.relink(token.children or [])
            self.look_for_slips(token)
        return self.markdown.renderer.render(tokens, self.markdown.options, {})

    def relink(self, children: list[Token]) -> None:
        opened: list[Token] = []
        for position, child in enumerate(children):
            if child.type == "link_close":
                child.tag = opened.pop().tag
            if child.type != "link_open":
                continue
            opened.append(child)
            if child.attrs.get("class"):
                continue  # made by this program
            written = str(child.attrs["href"])
            href = self.site.resolve(written, self.document.name)
            text = children[position + 1]
            if text.content == written and written.removesuffix(".md") in self.site.documents:
                text.content = short_title(written.removesuffix(".md"))
            if href is None:
                child.tag, child.attrs = "span", {"class": "file"}
            else:
                child.attrs["href"] = href

    def look_for_slips(self, inline: Token) -> None:
        """A backtick that is left in text: a code span that a line break has turned into a list, or that is not
        closed."""
        if any(child.type == "text" and "`" in child.content for child in inline.children or []):
            line = f" near line {inline.map[0] + 1}" if inline.map else ""
            self.site.warnings.append(
                f"{self.document.name}.md: a code span is not closed{line}: {inline.content[:60]!r}"
            )

    def contents(self, shown_as: str) -> str:
        items, opened = "", False
        for heading in self.document.headings():
            link = f'<a href="#{heading.anchor}">{html.escape(heading.title)}</a>'
            inner = "".join(f'<li><a class="slug {self.site.clauses[slug].level}" href="#{slug}">{slug}</a></li>'
                            for slug in heading.clauses)
            if heading.level > 2 and opened:
                items += f'<li class="subsection">{link}</li>{inner}'
                continue
            items += ("</ul></li>" if opened else "") + f'<li class="section">{link}<ul>{inner}'
            opened = True
        items += "</ul></li>" if opened else ""
        return contents_list(items, shown_as)


def contents_list(items: str, shown_as: str) -> str:
    return (
        f'<details class="contents"><summary>Contents</summary><nav aria-label="Contents">'
        f'<p class="contents-title"><a href="#main">{html.escape(shown_as)}</a></p><ul>{items}</ul></nav></details>'
    )


def code(content: str) -> str:
    """A block of code; in a console's, what is typed is told from what is answered."""
    lines = [html.escape(line, quote=False) for line in content.rstrip("\n").split("\n")]
    if not content.startswith("$ "):
        return f'<pre tabindex="0"><code>{chr(10).join(lines)}</code></pre>\n'
    shown = [f'<span class="typed">{line}</span>' if line.startswith("$ ") else line for line in lines]
    return f'<pre tabindex="0" class="console"><code>{chr(10).join(shown)}</code></pre>\n'


def badge(level: str) -> str:
    return f'<span class="badge {level}">{level}</span>'


def short_title(name: str) -> str:
    titles = {
        CLAUSES_DOCUMENT: "The text",
        "erratum": "Erratum",
        "thread": "The thread",
        "open-questions": "Open questions",
        "registers": "Registers",
        "hazards": "The hazard table",
        "divergences": "Divergences",
        "kill-matrix": "Kill matrix",
    }
    return titles.get(name, name.replace("-", " ").capitalize())


def table(tokens: list[Token]) -> list[Token]:
    """Marks numbers in cells, and lets an entry beside its cluster_bits open in the explorer."""
    head: list[str] = []
    row: list[Token] = []
    for position, token in enumerate(tokens):
        if token.type == "tr_open":
            row = []
        if token.type not in ("th_open", "td_open"):
            continue
        cell = tokens[position + 1]
        token.attrs.pop("style", None)  # of a column's alignment; the policy of the page forbids it
        if token.type == "th_open":
            head.append(cell.content)
            let_break(cell)
            continue
        mark_number(token, cell)
        row.append(cell)
        if len(row) == len(head):
            link_entry(dict(zip(head, row)))
    return tokens


def let_break(cell: Token) -> None:
    """Lets a narrow column break its head behind the underscores of a name."""
    children: list[Token] = []
    for child in cell.children or []:
        *before, last = child.content.split("_") if child.type == "text" else [child.content]
        for part in before:
            children += [spec_text.text_token(part + "_"), Token("html_inline", "", 0, content="<wbr>")]
        child.content = last
        children.append(child)
    cell.children = children


def mark_number(opening: Token, cell: Token) -> None:
    if HEX_NUMBER.fullmatch(cell.content):
        opening.attrs["class"] = "hex"
    elif cell.content.isdigit():
        opening.attrs["class"] = "number"


def link_entry(cells: dict[str, Token]) -> None:
    bits, entry = cells.get("cluster_bits"), cells.get("entry")
    if bits and entry and bits.content.isdigit() and HEX_NUMBER.fullmatch(entry.content):
        href = explorer_href(int(bits.content), entry.content)
        attrs = {"href": href, "class": "to-explorer", "title": "in the explorer"}
        entry.children = [
            Token("link_open", "a", 1, attrs=attrs),
            *(entry.children or []),
            Token("link_close", "a", -1),
        ]


def explorer_href(cluster_bits: int, entry: str) -> str:
    return f"index.html#cluster_bits={cluster_bits}&entry={entry}"
