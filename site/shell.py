"""A whole HTML page around its content: one file, everything inline, and a policy that lets it ask no host for
anything."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from string import Template

SITE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Link:
    href: str
    text: str


@dataclass
class Page:
    name: str  # the file's
    title: str
    main: str  # HTML
    contents: str = ""  # HTML of the list of contents
    scripts: tuple[str, ...] = ()  # files under site/, in their order
    data: str = ""  # HTML of script elements that hold data


def source(name: str) -> str:
    return (SITE / name).read_text(encoding="utf-8")


def style() -> str:
    """style.css, with its dark colours in both places that need them: the system's choice, and the reader's."""
    sheet = source("style.css")
    dark = sheet.partition("/* dark: */")[2].partition("/* end of dark */")[0]
    rest = sheet.replace(dark, "")
    chosen = f':root[data-theme="dark"] {{{dark}}}\n'
    by_system = f'@media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{{dark}}} }}\n'
    return rest + by_system + chosen


def scope(files: Iterable[str]) -> str:
    """Script files as one, in a scope of its own."""
    return '(() => {\n"use strict";\n' + "\n".join(source(name) for name in files) + "})();\n"


def hash_of(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def render(page: Page, navigation: list[Link], footer: str) -> str:
    sheet, early = style(), scope(["early.js"])
    script = scope(["page.js", *page.scripts])
    policy = (f"default-src 'none'; img-src data:; style-src {hash_of(sheet)}; base-uri 'none'; form-action 'none'; "
              f"script-src {hash_of(early)} {hash_of(script)} 'wasm-unsafe-eval'")
    return Template(source("page.html")).substitute(
        policy=policy, title=html.escape(page.title), style=sheet, early=early, script=script, data=page.data,
        body_class="with-contents" if page.contents else "wide", contents=page.contents, main=page.main, footer=footer,
        navigation=" ".join(entry(link, page.name) for link in navigation))


def entry(link: Link, here: str) -> str:
    current = ' aria-current="page"' if link.href == here else ""
    return f'<a href="{html.escape(link.href)}"{current}>{html.escape(link.text)}</a>'
