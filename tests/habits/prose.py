"""What is prose in a Markdown page, a case or a program's messages, and what makes it hard to read."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

WORDS_MAX = 35

# What each is, with a sentence that it must find and the better one, which it must leave alone.
CONSTRUCTIONS = {
    "a place is said with after, before or at; behind is for a backing file": (
        r"\b[Bb]ehind\b(?!-)",
        "What stands behind byte 72 is no feature field", "Bytes from 72 on hold none of these fields"),
    "a sentence does not begin with Who": (
        r"(?:^|[.:;] )Whoe?v?e?r? (?!is bound\b)[a-z]+(?![^.]*\?)",
        "Who cannot decrypt would hand out other bytes.", "A reader that cannot decrypt would return other bytes."),
    "nor does a clause: say a reader, a writer, a user": (
        r"[;:] (?:and |but )?who(?:ever)? [a-z]+(?![^.]*\?)",
        "QEMU does not look at it; who does may refuse", "QEMU does not look at it. A reader that looks may refuse."),
    "is none, of things: say what it is": (
        r"(?<!there )\b(?:is|are|was|were) none\b(?! of)",
        "what only the active disk has is none", "a cluster that only the active disk has is data"),
    "answers, has or means otherwise: say what differs": (
        r"\b(?:answer|read|say|mean|do|does|did)(?:s|ed)? otherwise\b|\b(?:has|have|had) otherwise\b",
        "a test notices when the same version comes to do otherwise",
        "a test fails if the same version's behaviour changes"),
    "what a thing is not: say what it is": (
        r"(?<!there )\b(?:is|are|was|were) no (?:must|should|may|multiple|part|plain|feature|deflate|zero flag"
        r"|complement|sequence|spare|block|number|answer|kill|wrong|user|stream|business|count|header)\b"
        r"|\bno must\b(?! case)",
        "QEMU does so; so it is no must", "QEMU does so; so this is only a should"),
    "told of, told apart, said to; who says what?": (
        r"\b(?:is|are|was|were) told\b|\btold (?:apart|of)\b|\b(?:is|are|was) said to\b|\b[Tt]ells? of\b",
        "Zero flag and alignment are told of the standard descriptor only",
        "Zero flag and alignment are defined only for the standard descriptor"),
    "wants: say what to do": (
        r"\bwants (?:the|another|a|its)\b",
        "A case that kills none wants the mutant that it is there for",
        "If the case kills no mutant, add one that it should kill"),
    "without another but": (
        r"\bwithout (?:an)?other [a-z]+ but\b",
        "without another source but the descriptions", "from this text and the two specifications alone"),
    "the head of a sentence names its subject, not What": (
        r"(?:^|[.:;] )What (?:stands|lies|is|was|does|follows|cannot|comes)\b[^.?]*?"
        r" (?:is|are|stands?|has|goes) (?![^.]*\?)",
        "What was not run is told apart.", "The report counts what was not run."),
    "a refusal with two verbs": (
        r"\bmay be refused as\b[^.]*\bis\b",
        "a name may be refused as a file that cannot be opened is", "A reader may treat any name as such a file"),
    "one that does not": (
        r"\bfinds one that does not\b",
        "A checker that finds one that does not reports it", "A checker must report it as corrupt"),
    "mistakes that somebody makes, or could": (
        r"\bmake(?:s)?, or could\b", "mistakes that readers make, or could", "157 realistic bugs"),
    "the answer is no": (
        r"\bthe answer is no\b", "it accepts them, and the answer is no", "it accepts them, so we do not use it"),
    "nothing when nothing": (
        r"\bnothing when nothing\b", "installs nothing when nothing is missing", "Both say what they install."),
}


def plain(markdown: str) -> str:
    """The page without code, comments, what a program wrote, and the targets of links."""
    for part in (r"(?s)```.*?```", r"(?s)<!-- generated.*?<!-- end generated -->", r"(?s)<!--.*?-->"):
        markdown = re.sub(part, "", markdown)
    return re.sub(r"\]\([^)]*\)", "]", re.sub(r"`[^`]*`", "`code`", markdown))


def paragraphs(markdown: str) -> Iterator[str]:
    """Running text and the items of lists, each in one line; a quotation of the document stands in quotation marks."""
    headed = re.sub(r"^(#+ .*)$", r"\1\n", plain(markdown), flags=re.MULTILINE)
    for block in re.split(r"\n\s*\n|\n(?=[*#|-] ?| +[*-] )|\n(?=\d+\. )", headed):
        if block.strip() and not re.match(r" {4}|\|", block):
            yield " ".join(re.sub(r"^> ?", "", block, flags=re.MULTILINE).split())


def sentences(paragraph: str) -> list[str]:
    return re.split(r"(?<=[.?!:]) (?=\S)", paragraph)


def words(sentence: str) -> int:
    return len(re.findall(r"[\w'’-]+", sentence))


def long_sentences(paragraph: str) -> list[str]:
    """Without what they quote, lists of links (with a dot between two) and markup."""
    unquoted = re.sub(r'"[^"]*"', '""', paragraph)
    return [sentence for sentence in sentences(unquoted)
            if words(sentence) > WORDS_MAX and "·" not in sentence and "<" not in sentence]


def constructions(text: str) -> list[str]:
    unquoted = re.sub(r'"[^"]*"', '""', text)
    return [f"{name}: {found[0].strip()}" for name, (pattern, _, _) in CONSTRUCTIONS.items()
            if (found := re.search(pattern, unquoted))]


def texts_of_case(path: Path) -> dict[str, str]:
    case = json.loads(path.read_text(encoding="utf-8"))
    return {key: case[key] for key in ("title", "why", "delta", "reason") if key in case}


# What a program may say: a literal of three words or more. Code, formats and names of keys have fewer, or no blanks.
TOKEN = re.compile(
    r"//[^\n]*"
    r'|"(?P<text>(?:[^"\\\n]|\\.)*)"'
    r"|'(?P<letter>(?:[^'\\\n]|\\.)*)'"
    r"|`(?P<template>(?:[^`\\]|\\.)*)`"
)
MESSAGE_WORDS_MIN = 3


def _literals(source: str) -> Iterator[str]:
    """String literals of C++ or JavaScript; those beside each other, or joined by +, are one."""
    text, end = "", -1
    for token in TOKEN.finditer(source):
        if token.lastgroup is None:
            continue
        piece = token[token.lastgroup]
        if end >= 0 and re.fullmatch(r"\s*\+?\s*", source[end:token.start()]):
            text += piece
        else:
            yield text
            text = piece
        end = token.end()
    yield text


def _python_literals(source: str) -> Iterator[str]:
    """String literals of Python, with {} for what is put in; no docstrings, which are comments."""
    tree = ast.parse(source)
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in docs or id(node) in inner:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def messages(path: Path) -> list[str]:
    """What the program of this source file may say to its user."""
    source = path.read_text(encoding="utf-8")
    found = _python_literals(source) if path.suffix == ".py" else _literals(source)
    said = (text.replace("\\n", "\n").replace('\\"', '"') for text in found)
    return [text for text in said if len(re.findall(r"(?<![\w-])[A-Za-z]{2,}(?![\w-])", text)) >= MESSAGE_WORDS_MIN]
