"""C text cut into tokens, and the bodies of its functions. No preprocessor: its lines, and comments, are left out.

A token knows where it stands in the text, so that a change is a piece of text for a span.
"""

import re
from dataclasses import dataclass

KEYWORDS = frozenset("break case char const continue default do double else enum extern float for goto if inline int "
                     "long return short signed sizeof static struct switch typedef union unsigned void while".split())
_PARTS = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)
      | (?P<directive>^[ \t]*\#(?:[^\\\n]|\\.)*)
      | (?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      | (?P<number>\.?\d(?:[\w.]|[eEpP][+-])*)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<sign><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[^\s\w])""",
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_CLOSERS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class Token:
    """`kind` is text, number, word or sign; [begin, end) is its place, in characters."""

    kind: str
    text: str
    begin: int
    end: int


@dataclass(frozen=True)
class Function:
    """`tokens` are its body's, with both braces."""

    name: str
    tokens: tuple[Token, ...]


def tokens_of(text: str) -> list[Token]:
    """All tokens but comments and the preprocessor's lines."""
    return [Token(str(part.lastgroup), part[0], part.start(), part.end()) for part in _PARTS.finditer(text)
            if part.lastgroup not in ("comment", "directive")]


def closing(tokens: list[Token] | tuple[Token, ...], opening: int) -> int:
    """The index of the bracket that closes the one at `opening`; ValueError where none does."""
    opens, closes = tokens[opening].text, _CLOSERS[tokens[opening].text]
    depth = 0
    for index in range(opening, len(tokens)):
        if tokens[index].kind == "sign":
            depth += (tokens[index].text == opens) - (tokens[index].text == closes)
        if depth == 0:
            return index
    raise ValueError(f"nothing closes the {opens} at character {tokens[opening].begin}")


def functions_of(text: str) -> list[Function]:
    """The functions that the text defines, in its order."""
    tokens = tokens_of(text)
    found = []
    index = 0
    while index < len(tokens):
        if tokens[index].text != "{":
            index += 1
            continue
        end = closing(tokens, index)
        if index > 0 and tokens[index - 1].text == ")":
            found.append(Function(_name_before(tokens, index - 1), tuple(tokens[index:end + 1])))
        index = end + 1
    return found


def _name_before(tokens: list[Token], closer: int) -> str:
    """The word before the parameters that end at `closer`."""
    depth = 0
    for index in range(closer, -1, -1):
        depth += (tokens[index].text == ")") - (tokens[index].text == "(")
        if depth == 0:
            return tokens[index - 1].text
    raise ValueError(f"nothing opens the ) at character {tokens[closer].begin}")
