"""Literals given to names in code of any brace or call language: what JavaScript, R and HCL have in common.

Seen are `name = "v"`, `name: "v"`, `name: type = "v"`, `name <- "v"`, `x["name"] = "v"`, `name || "v"`,
`f("name", "v")`, `{name: "X", value: "v"}` and a default in a labelled block (`variable "x" { default = "v" }`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mlscan.documents.pairs.members import Members
from mlscan.documents.pairs.pair import DOUBLE, SINGLE, Pair, plain, unescaped

_SIGNS = rb"<<?-|:=|[=!<>]==?|=>|->|\?\?=?|\|\|=?|&&|\?\.|[=:?,;+.(){}\[\]\n]"
_ASSIGN = frozenset((b"=", b":", b"<-", b"<<-", b":=", b"||", b"??", b"||=", b"??="))
_DEEPEST = 200


@dataclass(frozen=True, slots=True)
class Language:
    """`comment` is an expression for comments; `raw` one for strings that may span lines."""

    syntax: str
    comment: bytes
    raw: bytes = rb"`[^`\\]*(?:\\.[^`\\]*)*`"

    def tokens(self) -> re.Pattern[bytes]:
        """The expression of a token; anything else is skipped."""
        return re.compile(
            rb"(?P<comment>" + self.comment + rb")|(?P<string>" + self.raw + rb"|" + DOUBLE + rb"|" + SINGLE
            + rb")|(?P<name>[A-Za-z_$][\w$.\-]*)|(?P<sign>" + _SIGNS + rb")|\\.|\d[\w.]*",
            re.DOTALL,
        )  # fmt: skip


def literals(text: bytes, offset: int, syntax: str, tokens: re.Pattern[bytes]) -> Iterator[Pair]:
    """Every literal with the name it is given, in the order of the text."""
    stack = [Members("")]
    name = label = ""  # what an assignment would name, what a brace would be the body of
    given = typed = ternary = False
    argument: Pair | None = None  # the first of two strings of a call
    opened = False
    for match in tokens.finditer(text):
        kind = match.lastgroup
        if kind == "comment":
            continue
        if kind == "string":
            pair = _pair(match, offset, name, syntax)
            if given and name:
                yield stack[-1].add(pair)
                name, given = "", False
            else:
                name = label = pair.value if len(pair.value) <= 80 else ""
            if argument is not None and argument.name == ",":
                yield replace(pair, name=argument.value)
            argument = replace(pair, name="(") if opened else None
        elif kind == "name":
            word = plain(match[0])
            typed = given and not typed
            if not typed:
                name = word.rpartition(".")[2] if syntax != "r" else word
                given = False
            argument = None
        elif kind == "sign":
            sign = match[0]
            if sign in _ASSIGN:
                if sign == b":" and ternary:
                    name, ternary = "", False
                given = bool(name)
                label = name or label
            elif sign == b"?":
                ternary = True
            elif sign == b"{":
                if len(stack) < _DEEPEST:
                    stack.append(Members(label))
                name = label = ""
                given = typed = False
            elif sign == b"}":
                if len(stack) > 1:
                    yield from stack.pop().together()
                name, given = "", False
            elif sign == b"," and argument is not None and argument.name == "(":
                argument = replace(argument, name=",")
                name, given = "", False
                opened = typed = False
                continue
            elif sign not in (b"]", b"\n") and not (sign == b"(" and given):
                name = label = ""
                given = typed = ternary = False
            if sign == b"\n":
                if opened:
                    continue
                ternary = False
                name = name if given else ""
            opened = sign == b"("
            argument = None
            continue
        else:
            name, given, argument = "", False, None
        opened = False


def _pair(match: re.Match[bytes], offset: int, name: str, syntax: str) -> Pair:
    """The content of a string token; triple quotes have three letters on each side."""
    raw = match[0]
    width = 3 if len(raw) >= 6 and raw[:3] in (b'"""', b"'''") else 1
    start, end = match.start() + width, match.end() - width
    return Pair(name, unescaped(raw[width:-width]), offset + start, offset + end, syntax)
