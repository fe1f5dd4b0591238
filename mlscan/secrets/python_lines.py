"""A cheap look at the literals of Python before it is parsed: is there one that could be a credential?

The multi-pattern pass has told where literals stand beside a secret's name, and where opaque ones do. Wide on
purpose: what it lets through is judged on the tree. Parsing costs fifty times such a look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.catalog.database import Fired
from mlscan.secrets.judge import Judge
from mlscan.secrets.names import Names

_IDENTIFIER = re.compile(rb"[A-Za-z_][\w\-]{1,60}(?:\.[\w\-]{1,60}){0,6}")
_WORD = re.compile(rb"[A-Za-z_]\w{2,60}")
_COMMON = frozenset({b"self", b"return", b"str", b"None", b"get", b"environ", b"getenv", b"key", b"name"})
_SCHEME = re.compile(r"(?i)^(?:bearer|basic|token|api-?key) ")
_BEFORE, _LONGEST = 160, 400
# The trigger `name` ends this many bytes into the literal.
_INSIDE = 3


def plausible(text: bytes, fired: Fired, judge: Judge, names: Names) -> bool:
    """Whether parsing the text can find a credential."""
    return any(True for _ in clues(text, fired, judge, names))


def clues(text: bytes, fired: Fired, judge: Judge, names: Names) -> Iterator[bytes]:
    """The names with literals, and the literals that a call might take, that speak for parsing the text."""
    for end in fired.ends.get("name", ()):
        if _named(text, end - _INSIDE, judge, names):
            yield text[text.rfind(b"\n", max(0, end - _BEFORE), end) + 1 : end + _LONGEST].split(b"\n", 1)[0]
    if fired & {"sink", "name"}:
        yield from opaque(text, fired, judge)


def opaque(text: bytes, fired: Fired, judge: Judge) -> Iterator[bytes]:
    """The literals that a call might take for a credential, each with what stands before it on its line."""
    for end in fired.ends.get("opaque", ()):
        if _opaque(text, end, judge):
            yield text[text.rfind(b"\n", max(0, end - _LONGEST), end) + 1 : end]


def carriers(text: bytes, fired: Fired, judge: Judge) -> set[bytes]:
    """The words before such literals on their lines: the names among them carry the values elsewhere."""
    found: set[bytes] = set()
    for line in opaque(text, fired, judge):
        found.update(_WORD.findall(line))
    return found - _COMMON


def _named(text: bytes, start: int, judge: Judge, names: Names) -> bool:
    """Whether the literal that starts here stands behind a secret's name and may be its value."""
    quote = text[start - 1 : start]
    close = text.find(quote, start, start + _LONGEST) if quote in (b"'", b'"') else -1
    value = _SCHEME.sub("", text[start : close if close > 0 else start + 40].decode("utf-8", "replace"))
    for match in _IDENTIFIER.finditer(text, max(0, start - _BEFORE), start):
        kind = names.kind(match[0].rpartition(b".")[2].decode()) or names.kind(match[0].decode())
        # A short piece may be the start of a longer one that is put together.
        if kind and (len(value) < 8 or judge.named(value, kind, sink=True).confidence is not None):
            return True
    return False


def _opaque(text: bytes, end: int, judge: Judge) -> bool:
    quote = text[end - 1 : end]
    if quote not in (b"'", b'"'):
        return True
    start = max(text.rfind(mark, 0, end - 1) for mark in (b"'", b'"'))
    return judge.is_random(text[start + 1 : end - 1].decode("utf-8", "replace"))
