"""What is prose in a Markdown page or a case, and what makes it hard to read."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

WORDS_MAX = 35

# What each is, with a sentence that it must find and the better one, which it must leave alone.
CONSTRUCTIONS = {
    "a place is said with after, before or at; behind is for a backing file": (
        r"\bbehind\b(?!-)",
        "What stands behind byte 72 is no feature field", "Bytes from 72 on hold none of these fields"),
    "a sentence does not begin with Who": (
        r"(?:^|[.:;] )Whoe?v?e?r? (?!is bound\b)[a-z]+(?![^.]*\?)",
        "Who cannot decrypt would hand out other bytes.", "A reader that cannot decrypt would return other bytes."),
    "what a thing is not: say what it is": (
        r"(?<!there )\b(?:is|are|was|were) no (?:must|should|may|multiple|part|plain|feature|deflate|zero flag"
        r"|complement|sequence|spare|block|number|answer|kill|wrong|user|stream|business|count|header)\b|\bno must\b",
        "QEMU does so; so it is no must", "QEMU does so; so this is only a should"),
    "told of, told apart, said to; who says what?": (
        r"\b(?:is|are|was|were) told\b|\btold (?:apart|of)\b|\b(?:is|are|was) said to\b|\b[Tt]ells? of\b",
        "Zero flag and alignment are told of the standard descriptor only",
        "Zero flag and alignment are defined only for the standard descriptor"),
    "do otherwise: say what is done": (
        r"\b(?:do|does|did) otherwise\b",
        "a test notices when the same version comes to do otherwise",
        "a test fails if the same version's behaviour changes"),
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


def constructions(text: str) -> list[str]:
    unquoted = re.sub(r'"[^"]*"', '""', text)
    return [f"{name}: {found[0].strip()}" for name, (pattern, _, _) in CONSTRUCTIONS.items()
            if (found := re.search(pattern, unquoted))]


def texts_of_case(path: Path) -> dict[str, str]:
    case = json.loads(path.read_text(encoding="utf-8"))
    return {key: case[key] for key in ("title", "why", "delta", "reason") if key in case}
