"""The fixed list of operators: each names the single changes of its kind that a function's body allows.

An operator takes the tokens of a body and yields edits in their order. It knows C's signs and nothing of any program,
but for calls that only tell or assert (`TALKS`), which it passes over: a change there cannot be seen in an image.
"""

import re
from dataclasses import dataclass
from typing import Callable, Iterator, Sequence

from tests.qemu_mutants.c_text import KEYWORDS, Token, closing

TALKS = re.compile(r"^(trace_|error_|warn_|g?_?assert|g_free$|qemu_vfree$|BLKDBG_EVENT$)")
SIMPLE_NUMBER = re.compile(r"^(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)$")
KEPT = "\0"
CONSTANT = re.compile(r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$")

Tokens = Sequence[Token]


@dataclass(frozen=True)
class Edit:
    """`text` in the place of the characters [begin, end); KEPT in it stands for what was there."""

    begin: int
    end: int
    text: str

    def applied(self, source: str) -> str:
        text = self.text.replace(KEPT, source[self.begin:self.end])
        return source[:self.begin] + text + source[self.end:]


Operator = Callable[[Tokens], Iterator[Edit]]


def _replaced(token: Token, text: str) -> Edit:
    return Edit(token.begin, token.end, text)


def _ends_operand(tokens: Tokens, index: int) -> bool:
    """Whether a value ends at the token, so that the sign after it has two sides."""
    token = tokens[index]
    if token.text == ")":
        return not _is_cast(tokens, index)
    return token.kind == "number" or token.text == "]" or (token.kind == "word" and token.text not in KEYWORDS)


def _is_cast(tokens: Tokens, closer: int) -> bool:
    """Whether the ) ends a type in brackets, such as (uint64_t) or (char *)."""
    inside = []
    for index in range(closer - 1, -1, -1):
        if tokens[index].text == "(":
            before = tokens[index - 1] if index else None
            called = before is not None and before.kind == "word" and before.text not in KEYWORDS
            return not called and any(text.endswith("_t") or text in KEYWORDS for text in inside)
        if tokens[index].kind != "word" and tokens[index].text != "*":
            return False
        inside.append(tokens[index].text)
    return False


def _operand_end(tokens: Tokens, index: int) -> int:
    """The index after the operand that begins at `index`: signs before it, then a value and what is applied to it."""
    while tokens[index].text in ("~", "!", "-", "*", "&"):
        index += 1
    if tokens[index].text == "(":
        closer = closing(tokens, index)
        if _is_cast(tokens, closer):
            return _operand_end(tokens, closer + 1)
        index = closer
    index += 1
    while tokens[index].text in ("(", "[", "->", "."):
        index = closing(tokens, index) + 1 if tokens[index].text in "([" else index + 2
    return index


def _talking(tokens: Tokens) -> set[int]:
    """The indices of tokens inside calls that only tell or assert."""
    inside: set[int] = set()
    for index, token in enumerate(tokens):
        if token.kind == "word" and TALKS.match(token.text) and tokens[index + 1].text == "(":
            inside.update(range(index, closing(tokens, index + 1) + 1))
    return inside


def swap(signs: dict[str, str], binary: bool = False) -> Operator:
    """Each sign in the place of another; with `binary` only between two sides."""

    def operator(tokens: Tokens) -> Iterator[Edit]:
        for index, token in enumerate(tokens):
            if token.kind == "sign" and token.text in signs and (not binary or _ends_operand(tokens, index - 1)):
                yield _replaced(token, signs[token.text])

    return operator


def drop_side(sign: str) -> Operator:
    """The right side of `&` or `|` is left out, and the sign with it."""

    def operator(tokens: Tokens) -> Iterator[Edit]:
        for index, token in enumerate(tokens):
            if token.kind == "sign" and token.text == sign and _ends_operand(tokens, index - 1):
                yield Edit(token.begin, tokens[_operand_end(tokens, index + 1) - 1].end, "")

    return operator


def drop_term(sign: str) -> Operator:
    """The right side of `&&` or `||` is left out, up to the next of these or the end of the brackets."""

    def operator(tokens: Tokens) -> Iterator[Edit]:
        for index, token in enumerate(tokens):
            if token.text != sign:
                continue
            end = index + 1
            while tokens[end].text not in ("&&", "||", ")", ";", ",", "?", ":"):
                end = closing(tokens, end) + 1 if tokens[end].text in ("(", "[") else end + 1
            yield Edit(token.begin, tokens[end - 1].end, "")

    return operator


def drop_sign(signs: str) -> Operator:
    """A sign before a value is left out: !, ~, or a minus."""

    def operator(tokens: Tokens) -> Iterator[Edit]:
        for index, token in enumerate(tokens):
            if token.kind == "sign" and token.text in signs and not _ends_operand(tokens, index - 1):
                yield _replaced(token, "")

    return operator


def number(step: int) -> Operator:
    """A number that stands in the text becomes one more, or one less; none becomes negative."""

    def operator(tokens: Tokens) -> Iterator[Edit]:
        for token in tokens:
            simple = SIMPLE_NUMBER.match(token.text)
            if token.kind == "number" and simple and int(simple[1], 0) + step >= 0:
                yield _replaced(token, f"{int(simple[1], 0) + step}{simple[2]}")

    return operator


def off_by_one(tokens: Tokens) -> Iterator[Edit]:
    """What is added or subtracted, or compared by < and its like, is one more."""
    for index, token in enumerate(tokens):
        if token.text in ("+", "-", "<", ">", "<=", ">=") and _ends_operand(tokens, index - 1):
            end = tokens[_operand_end(tokens, index + 1) - 1].end
            if tokens[index + 1].kind != "number":
                yield Edit(end, end, " + 1")


def negate_condition(tokens: Tokens) -> Iterator[Edit]:
    """What an `if` asks is turned round."""
    for index, token in enumerate(tokens):
        if token.text == "if" and tokens[index + 1].text == "(":
            yield Edit(tokens[index + 1].begin, tokens[closing(tokens, index + 1)].end, f"(!{KEPT})")


def swap_constant(tokens: Tokens) -> Iterator[Edit]:
    """A constant in capitals becomes the next of its family (the same words but the last) in the function."""
    families: dict[str, list[str]] = {}
    for token in tokens:
        if token.kind == "word" and CONSTANT.match(token.text):
            family = families.setdefault(token.text.rpartition("_")[0], [])
            if token.text not in family:
                family.append(token.text)
    for token in tokens:
        family = families.get(token.text.rpartition("_")[0], []) if token.kind == "word" else []
        if token.text in family and len(family) > 1:
            yield _replaced(token, family[(family.index(token.text) + 1) % len(family)])


@dataclass(frozen=True)
class _Statement:
    """An expression that is a statement: its tokens' indices, `end` at the semicolon, `equals` at its assignment."""

    begin: int
    end: int
    equals: int | None


def _statements(tokens: Tokens) -> Iterator[_Statement]:
    for index, token in enumerate(tokens):
        before = tokens[index - 1].text if index else ""
        starts = before in (";", "{", "}", ":", "else") or (before == ")" and _closes_condition(tokens, index - 1))
        if not starts or token.text in KEYWORDS or (token.kind != "word" and token.text != "*"):
            continue
        after = _operand_end(tokens, index)
        end = after
        while tokens[end].text not in (";", "{", "}"):
            end = closing(tokens, end) + 1 if tokens[end].text in ("(", "[") else end + 1
        if tokens[end].text != ";":
            continue
        if tokens[after].text == "=":
            yield _Statement(index, end, after)
        elif after == end and tokens[end - 1].text == ")":
            yield _Statement(index, end, None)


def _closes_condition(tokens: Tokens, closer: int) -> bool:
    for index in range(closer - 1, -1, -1):
        if tokens[index].text == "(" and closing(tokens, index) == closer:
            return index > 0 and tokens[index - 1].text in ("if", "while", "for", "switch")
    return False


def remove_call(tokens: Tokens) -> Iterator[Edit]:
    """A call whose value nobody takes is left out."""
    for statement in _statements(tokens):
        if statement.equals is None:
            yield Edit(tokens[statement.begin].begin, tokens[statement.end].begin, "")


def remove_assignment(tokens: Tokens) -> Iterator[Edit]:
    """An assignment is left out; the variable keeps what it held."""
    for statement in _statements(tokens):
        if statement.equals is not None:
            yield Edit(tokens[statement.begin].begin, tokens[statement.end].begin, "")


def call_to_zero(tokens: Tokens) -> Iterator[Edit]:
    """A call is left out, and what took its value takes 0."""
    for statement in _statements(tokens):
        if statement.equals is not None:
            value = statement.equals + 1
            if tokens[value].kind == "word" and tokens[value + 1].text == "(" and \
                    closing(tokens, value + 1) + 1 == statement.end:
                yield Edit(tokens[value].begin, tokens[statement.end].begin, "0")


OPERATORS: dict[str, Operator] = {
    "relation": swap({"<": "<=", "<=": "<", ">": ">=", ">=": ">"}),
    "equality": swap({"==": "!=", "!=": "=="}),
    "connective": swap({"&&": "||", "||": "&&"}),
    "arithmetic": swap({"+": "-", "-": "+", "/": "*", "%": "/"}, binary=True),
    "shift": swap({"<<": ">>", ">>": "<<"}),
    "update": swap({"+=": "-=", "-=": "+=", "++": "--", "--": "++", "|=": "=", "&=": "="}),
    "mask-dropped": drop_side("&"),
    "flag-dropped": drop_side("|"),
    "and-dropped": drop_term("&&"),
    "or-dropped": drop_term("||"),
    "negation-dropped": drop_sign("!~"),
    "minus-dropped": drop_sign("-"),
    "number-up": number(1),
    "number-down": number(-1),
    "off-by-one": off_by_one,
    "condition-negated": negate_condition,
    "constant-swapped": swap_constant,
    "call-removed": remove_call,
    "call-to-zero": call_to_zero,
    "assignment-removed": remove_assignment,
    "continue-to-break": lambda tokens: (_replaced(token, "break") for token in tokens if token.text == "continue"),
}


def edits(name: str, tokens: Tokens) -> list[Edit]:
    """The operator's edits of a body, without those inside calls that only tell or assert."""
    talking = [(tokens[index].begin, tokens[index].end) for index in sorted(_talking(tokens))]
    return [edit for edit in OPERATORS[name](tokens)
            if not any(begin <= edit.begin < end for begin, end in talking)]
