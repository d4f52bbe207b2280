"""The documents of spec/ and pages of results, read with markdown-it: headings with anchors, clauses, references.

A clause is a paragraph `**[slug]** (level) sentence`, with the block quote that says what it rests on. `[slug]`
anywhere else is a reference to it. Raw HTML is refused but for comments, so a page holds no markup that this program
did not make.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

LEVELS = ("must", "should", "may", "unspecified")
CLAUSE = re.compile(r"\*\*\[([a-z0-9]+(?:-[a-z0-9]+)*)\]\*\*\s+\((%s)\)\s+(.+)" % "|".join(LEVELS), re.DOTALL)
REFERENCE = re.compile(r"\[([a-z0-9]+(?:-[a-z0-9]+)*)\]")
COMMENT = re.compile(r"\s*(<!--.*?-->\s*)+", re.DOTALL)


class SpecError(Exception):
    """The text is not as it should be; the message names the file."""


@dataclass(frozen=True)
class Clause:
    slug: str
    level: str
    sentence: str  # Markdown


@dataclass
class Block:
    """A run of tokens on the top level, or a clause."""

    tokens: list[Token]
    clause: Clause | None = None
    ground: list[Token] = field(default_factory=list)  # what is inside the block quote


@dataclass(frozen=True)
class Heading:
    level: int
    title: str  # plain text
    anchor: str
    clauses: tuple[str, ...] = ()  # those up to the next heading


@dataclass
class Document:
    name: str  # the file's, without .md
    title: str
    blocks: list[Block]
    path: Path

    @property
    def clauses(self) -> list[Clause]:
        return [block.clause for block in self.blocks if block.clause]

    def headings(self) -> list[Heading]:
        """Those below the title, each with the clauses under it."""
        found: list[Heading] = []
        for block in self.blocks:
            if block.clause and found:
                last = found[-1]
                found[-1] = Heading(last.level, last.title, last.anchor, (*last.clauses, block.clause.slug))
            elif block.tokens and block.tokens[0].type == "heading_open" and block.tokens[0].tag != "h1":
                opening = block.tokens[0]
                found.append(Heading(int(opening.tag[1]), plain(block.tokens[1]), str(opening.attrs["id"])))
        return found

    def anchors(self) -> set[str]:
        return {heading.anchor for heading in self.headings()} | {clause.slug for clause in self.clauses}


def parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def plain(inline: Token) -> str:
    """The text of an inline token without its markup."""
    return "".join(child.content for child in inline.children or [] if child.type in ("text", "code_inline"))


def heading_anchor(title: str) -> str:
    """As forges make it: lower case, no punctuation, hyphens for spaces."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def load(path: Path) -> Document:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"{path}: {error}") from error
    return parse(text, path)


def parse(text: str, path: Path) -> Document:
    name = path.stem
    blocks = [block for block in top_level(parser().parse(text)) if not left_out(block, name)]
    blocks = list(with_clauses(blocks))
    used: set[str] = set()
    for block in blocks:
        if block.clause and block.clause.slug in used:
            raise SpecError(f"{name}.md: the anchor {block.clause.slug} is there twice")
        used |= {block.clause.slug} if block.clause else set()
    for block in blocks:
        if not block.clause and block.tokens[0].type == "heading_open":
            block.tokens[0].attrs["id"] = fresh(heading_anchor(plain(block.tokens[1])), used)
    title = next((plain(b.tokens[1]) for b in blocks if b.tokens and b.tokens[0].tag == "h1"), name)
    return Document(name, title, [b for b in blocks if not (b.tokens and b.tokens[0].tag == "h1")], path)


def fresh(anchor: str, used: set[str]) -> str:
    candidate, number = anchor, 0
    while candidate in used:
        number += 1
        candidate = f"{anchor}-{number}"
    used.add(candidate)
    return candidate


def top_level(tokens: list[Token]) -> Iterator[Block]:
    run: list[Token] = []
    for token in tokens:
        run.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield Block(run)
            run = []


def left_out(block: Block, name: str) -> bool:
    """Comments, and a list of contents: the page makes its own."""
    first = block.tokens[0]
    for token in block.tokens:
        raw = [token, *(token.children or [])]
        if any(t.type == "html_inline" or (t.type == "html_block" and not COMMENT.fullmatch(t.content)) for t in raw):
            raise SpecError(f"{name}.md: raw HTML, near line {(first.map or [0])[0] + 1}")
    return first.type == "html_block" or (
        first.type == "paragraph_open" and block.tokens[1].content.startswith("Contents:\n"))


def with_clauses(blocks: list[Block]) -> Iterator[Block]:
    """Paragraphs that are clauses become so, and take the block quote behind them as their ground."""
    waiting: Block | None = None
    for block in blocks:
        if waiting and block.tokens[0].type == "blockquote_open":
            waiting.ground = block.tokens[1:-1]
            yield waiting
            waiting = None
            continue
        if waiting:
            yield waiting
            waiting = None
        match = CLAUSE.fullmatch(block.tokens[1].content) if block.tokens[0].type == "paragraph_open" else None
        if match:
            waiting = Block([], Clause(*match.groups()))
        else:
            yield block
    if waiting:
        yield waiting


def refer(inline: Token, href_of: Callable[[str], str | None]) -> None:
    """Turns `[slug]` in an inline token's text into a link, where href_of knows the slug."""
    children: list[Token] = []
    inside_link = 0
    for child in inline.children or []:
        inside_link += child.nesting if child.type.startswith("link_") else 0
        if child.type != "text" or inside_link:
            children.append(child)
            continue
        position = 0
        for match in REFERENCE.finditer(child.content):
            href = href_of(match[1])
            if href is None:
                continue
            children.append(text_token(child.content[position:match.start()]))
            children += [Token("link_open", "a", 1, attrs={"href": href, "class": "slug"}), text_token(match[1]),
                         Token("link_close", "a", -1)]
            position = match.end()
        children.append(text_token(child.content[position:]))
    inline.children = children


def text_token(content: str) -> Token:
    return Token("text", "", 0, content=content)
