"""TOML 1.0: strings given to keys, also in inline tables and dotted keys (https://toml.io/en/v1.0.0).

Only strings count: a date, a number or a boolean is no credential.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.pairs.pair import DOUBLE, Pair, plain, unescaped

_TOKEN = re.compile(
    rb"(?P<long>\"\"\"|''')|(?P<key>[\w.\-]+)[ \t]*=[ \t]*"
    rb"|(?P<basic>" + DOUBLE + rb")|(?P<literal>'[^'\n]*')|#[^\n]*|(?P<end>[\n,\[\]{}])|[\w.\-]+|\\.",
    re.DOTALL,
)
_QUOTED_KEY = re.compile(rb"[ \t]*=(?!=)[ \t]*")


def pairs(text: bytes, offset: int = 0) -> Iterator[Pair]:
    """Every key with a string."""
    name, position = "", 0
    while match := _TOKEN.search(text, position):
        position = match.end()
        kind = match.lastgroup
        if kind == "key":
            name = plain(match["key"])
        elif kind == "long":
            closing = text.find(match[0], position)
            stop = len(text) if closing < 0 else closing
            if name:
                start = position
                yield Pair(name, plain(text[start:stop]), offset + start, offset + stop, "toml")
            name, position = "", min(len(text), stop + 3)
        elif kind in ("basic", "literal"):
            raw, start = match[0][1:-1], match.start() + 1
            value = unescaped(raw) if kind == "basic" else plain(raw)
            equals = _QUOTED_KEY.match(text, position)
            if equals and not name:
                name, position = value, equals.end()
            elif name:
                yield Pair(name, value, offset + start, offset + start + len(raw), "toml")
                name = ""
        elif kind == "end":
            name = ""
