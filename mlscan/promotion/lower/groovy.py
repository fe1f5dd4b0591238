"""As much Groovy as pipelines are written in: calls with their texts, named arguments and closures.

Tolerant: what is not understood is stepped over. Offsets are byte offsets into the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(
    rb"""(?P<blank>[ \t\r]+|//[^\n]*|/\*(?:.*?\*/|.*)|\\\n|^\#![^\n]*)|(?P<line>[\n;])"""
    rb"""|(?P<text>'''(?:[^\\']|\\.|'(?!''))*(?:'''|\Z)|\"\"\"(?:[^\\"]|\\.|"(?!""))*(?:\"\"\"|\Z)"""
    rb"""|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")|(?P<word>[A-Za-z_$][\w$.]*)|(?P<sign>.)""",
    re.DOTALL,
)
_DEFINES = frozenset(
    (b"def", b"void", b"String", b"boolean", b"Boolean", b"static", b"private", b"Map", b"List")
)
_OPEN = {b"(": b")", b"[": b"]"}
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Text:
    """A literal: offsets of its inside, and whether `${}` in it is filled in by Groovy."""

    value: str
    start: int
    end: int
    filled: bool


@dataclass(slots=True)
class Call:
    """`name(...) {...}`, `name 'text'` or `name {...}`. `texts` are all literals among the arguments, `named`
    those with a name, `closures` closures among them; `inside` are the offsets of the arguments or, without
    any, of the body. `defined` for a function, whose `parameters` are names."""

    name: str
    start: int
    end: int
    texts: list[Text] = field(default_factory=list)
    named: dict[str, Text] = field(default_factory=dict)
    closures: list[tuple[str, list[Call]]] = field(default_factory=list)
    body: list[Call] | None = None
    inside: tuple[int, int] = (0, 0)
    defined: bool = False
    parameters: tuple[str, ...] = ()

    def text(self, name: str = "") -> str:
        """A named argument, or the first that is a literal."""
        found = self.named.get(name) if name else next(iter(self.texts), None)
        return found.value if found is not None else ""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    data: bytes
    start: int
    end: int


def calls(data: bytes) -> list[Call]:
    """The calls of a file at its top level, each with those in its body."""
    tokens = [
        _Token(match.lastgroup or "", match[0], match.start(), match.end())
        for match in _TOKEN.finditer(data)
        if match.lastgroup != "blank"
    ]
    parser = _Parser(tokens)
    found: list[Call] = []
    while parser.more:
        found += parser.block(0)
    return found


def walk(found: list[Call]) -> Iterator[Call]:
    """Every call with those in its body and closures."""
    stack = list(reversed(found))
    while stack:
        call = stack.pop()
        yield call
        inner = [*(call.body or ()), *(one for _, closure in call.closures for one in closure)]
        stack += reversed(inner)


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def more(self) -> bool:
        return self._at < len(self._tokens)

    def _peek(self, ahead: int = 0) -> _Token | None:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else None

    def _is(self, data: bytes, ahead: int = 0) -> bool:
        token = self._peek(ahead)
        return token is not None and token.kind == "sign" and token.data == data

    def block(self, depth: int) -> list[Call]:
        """Calls up to the closing brace, which is taken."""
        found: list[Call] = []
        while (token := self._peek()) is not None:
            if token.kind == "word":
                call = self._call(depth) if token.data not in _DEFINES else None
                if call is None:
                    self._at += 1
                else:
                    found.append(call)
                continue
            self._at += 1
            if self._is_sign(token, b"}"):
                return found
            if self._is_sign(token, b"{") and depth < _DEEPEST:
                found += self.block(depth + 1)
        return found

    def _is_sign(self, token: _Token, data: bytes) -> bool:
        return token.kind == "sign" and token.data == data

    def _call(self, depth: int) -> Call | None:
        """A call that starts at this word, or None where the word is none."""
        first = self._tokens[self._at]
        after = self._peek(1)
        if after is None or depth > _DEEPEST:
            return None
        if first.data in (b"case", b"default"):
            return self._case(first)
        before = self._tokens[self._at - 1] if self._at else None
        call = Call(first.data.decode("utf-8", "replace"), first.start, first.end)
        call.defined = before is not None and before.kind == "word" and before.data in _DEFINES
        if self._is(b"(", 1):
            self._at += 2
            self._arguments(call, depth, b")")
        elif after.kind == "text" or (after.kind == "word" and self._is(b":", 2)):
            self._at += 1
            self._arguments(call, depth, b"")
        elif self._is(b"{", 1):
            self._at += 1
        else:
            if first.data != b"throw":
                return None
            self._at += 1
        ahead = 0
        while (token := self._peek(ahead)) is not None and token.kind == "line" and token.data == b"\n":
            ahead += 1
        if self._is(b"{", ahead):
            self._at += ahead + 1
            start = self._tokens[self._at - 1].end
            call.body = self.block(depth + 1)
            closing = self._tokens[self._at - 1]
            if call.inside == (0, 0):
                call.inside = (start, closing.start)
        return call

    def _case(self, first: _Token) -> Call | None:
        """`case 'prod':` and `default:`, with the text that is compared."""
        values = int(first.data == b"case")
        token = self._peek(1) if values else None
        if not self._is(b":", 1 + values) or (values and (token is None or token.kind != "text")):
            return None
        self._at += 2 + values
        texts = [_text(token)] if token is not None else []
        return Call(first.data.decode(), first.start, first.end, texts)

    def _arguments(self, call: Call, depth: int, closing: bytes) -> None:
        """Arguments up to the closing bracket, which is taken, or to the end of the line."""
        start = self._peek()
        call.inside = (start.start, start.start) if start is not None else (0, 0)
        nesting: list[bytes] = []
        name = ""
        words: list[str] = []
        while (token := self._peek()) is not None:
            if not nesting and ((not closing and token.kind == "line" and not self._continued()) or (
                token.kind == "sign" and token.data == closing
            )):  # fmt: skip
                self._at += 1 if closing else 0
                break
            if token.kind == "sign" and token.data == b"}":
                break
            if token.kind == "sign" and token.data == b"{" and not closing and not name and not nesting:
                break
            call.end = token.end
            call.inside = (call.inside[0], token.end)
            self._at += 1
            if token.kind == "sign" and token.data == b"{":
                call.closures.append((name, self.block(depth + 1) if depth < _DEEPEST else []))
                name = ""
            elif token.kind == "sign" and token.data in _OPEN:
                nesting.append(_OPEN[token.data])
            elif nesting and token.kind == "sign" and token.data == nesting[-1]:
                nesting.pop()
            elif token.kind == "sign" and token.data == b"," and not nesting:
                name = ""
            elif self._is(b":") and token.kind in ("word", "text"):
                name = token.data.decode("utf-8", "replace").strip("'\"")
                self._at += 1
            elif token.kind == "text":
                text = _text(token)
                call.texts.append(text)
                if name:
                    call.named.setdefault(name, text)
            elif token.kind == "word":
                words.append(token.data.decode("utf-8", "replace"))
        call.parameters = tuple(word for word in words if word.encode() not in _DEFINES)

    def _continued(self) -> bool:
        """Whether a line break stands after a comma or an operator."""
        before = self._tokens[self._at - 1]
        return before.kind == "sign" and before.data in (b",", b":", b"+", b"[", b"(")


def _text(token: _Token) -> Text:
    quotes = 3 if token.data[:3] in (b"'''", b'"""') and len(token.data) >= 6 else 1
    inner = token.data[quotes:-quotes]
    value = re.sub(rb"\\(.)", rb"\1", inner, flags=re.DOTALL).decode("utf-8", "replace")
    return Text(value, token.start + quotes, token.end - quotes, token.data[:1] == b'"')
