"""Literals given to names in code: what JavaScript, R, HCL and their like have in common.

Seen are `name = "v"`, `name: "v"`, `name: type = "v"`, `name <- "v"`, `x["name"] = "v"`, `name || "v"`,
`f("name", "v")`, `{name: "X", value: "v"}` and the default of a block (`variable "x" { default = "v" }`).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from mlscan.documents.pairs.members import Members
from mlscan.documents.pairs.pair import DOUBLE, SINGLE, Pair, plain, unescaped

_SIGNS = rb"<<?-|:=|[=!<>]==?|=>|->|\?\?=?|\|\|=?|&&|\?\.|[=:?,;+(){}\[\]]"
_ASSIGN = frozenset(("=", ":", "<-", "<<-", ":=", "||", "??", "||=", "??="))
_DEEPEST = 200
_COMMENTS = 20
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is `string`, `name` or `sign`; `text` is the decoded content, the span leaves quotes out."""

    kind: str
    text: str
    start: int
    end: int


_NOTHING = Token("sign", "", 0, 0)


def tokens(comment: bytes, raw: bytes = rb"(?!)") -> re.Pattern[bytes]:
    """The expression of a token of a language; `raw` are its strings that may span lines.

    `comment` is one up to the end of a line, or the sign that opens one that ends with `*/`.
    """
    return re.compile(
        rb"(?P<comment>" + comment + rb")|(?P<string>" + raw + rb"|" + DOUBLE + rb"|" + SINGLE
        + rb")|(?P<name>(?:\$[A-Za-z]{1,10}:)?[A-Za-z_$][\w$.\-]*)|(?P<sign>" + _SIGNS + rb")|\\.|\d[\w.]*",
        re.DOTALL,
    )  # fmt: skip


def literals(
    text: bytes, offset: int, syntax: str, expression: re.Pattern[bytes], depth: int = 0
) -> Iterator[Pair]:
    """Every literal with the name it is given, in the order of the text; comments are read as code.

    `depth` counts the comments that this text stands in: a line may hold thousands of their signs.
    """
    stack = [Members("")]
    recent: deque[Token] = deque([_NOTHING] * 5, maxlen=5)
    position = 0
    while match := expression.search(text, position):
        position = match.end()
        kind = match.lastgroup or "other"
        if kind == "comment":
            if match[0] == b"/*":
                closing = text.find(b"*/", position)
                position = len(text) if closing < 0 else closing + 2
            elif depth < _COMMENTS and (code := match[0].lstrip(b"#/-;* ")):
                yield from literals(code, offset + match.end() - len(code), syntax, expression, depth + 1)
            continue
        token = _token(kind, match)
        if kind == "string" and (name := _named(recent)):
            pair = Pair(name, token.text, offset + token.start, offset + token.end, syntax)
            yield stack[-1].add(pair)
        elif token.text == "{" and kind == "sign":
            if len(stack) < _DEEPEST:
                stack.append(Members(_label(recent)))
        elif token.text == "}" and kind == "sign":
            if len(stack) > 1:
                yield from stack.pop().together()
        elif token.text == ")" and (said := _two_strings(recent)):
            first, second = said
            yield Pair(first.text, second.text, offset + second.start, offset + second.end, syntax)
        recent.append(token)


def _token(kind: str, match: re.Match[bytes]) -> Token:
    raw = match[0]
    if kind != "string":
        return Token(kind, plain(raw), match.start(), match.end())
    width = 3 if len(raw) >= 6 and raw[:3] in (b'"""', b"'''") else 1
    return Token(kind, unescaped(raw[width:-width]), match.start() + width, match.end() - width)


def _named(recent: deque[Token]) -> str:
    """The name an assignment that ends `recent` gives its value to, or an empty string."""
    before, middle, closer, sign = recent[1], recent[2], recent[3], recent[4]
    if sign.kind != "sign" or sign.text not in _ASSIGN:
        return ""
    if closer.kind == "sign":
        # x["name"] = "v", getenv("name") || "v"
        inside = closer.text in ("]", ")") and middle.kind == "string" and before.text in ("[", "(")
        return _short(middle) if inside else ""
    if sign.text == ":" and middle.text == "?" and middle.kind == "sign":
        return ""
    if sign.text == "=" and middle.text == ":" and before.kind == "name" and closer.kind == "name":
        return _short(before)  # const name: type = "v"
    return _short(closer)


def _short(token: Token) -> str:
    """`process.env.X` and PowerShell's `$env:X` to `X`; a string that names something is short too."""
    name = token.text.rpartition(":")[2].rpartition(".")[2] if token.kind == "name" else token.text
    return name if len(name) <= _LONGEST_NAME else ""


def _label(recent: deque[Token]) -> str:
    """What a brace is the body of: `variable "x" {`, `x: {`, `x = {`."""
    sign, last = recent[3], recent[4]
    if last.kind == "string":
        return _short(last) if sign.kind in ("name", "string") else ""
    return _short(sign) if last.text in ("=", ":") and sign.kind in ("name", "string") else ""


def _two_strings(recent: deque[Token]) -> tuple[Token, Token] | None:
    """The arguments of a call that takes exactly a name and a literal."""
    opening, first, comma, second = recent[1], recent[2], recent[3], recent[4]
    strings = first.kind == second.kind == "string" and len(first.text) <= _LONGEST_NAME
    return (first, second) if strings and opening.text == "(" and comma.text == "," else None
