"""Dotenv files as docker and python-dotenv read them: `NAME=value`, `export`, quotes, comments.

https://saurabh-kumar.com/python-dotenv/reference/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.pairs.pair import DOUBLE, Pair, plain, unescaped

_LINE = re.compile(
    rb"(?m)^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.\-]{0,100})[ \t]*=[ \t]*(?:("
    + DOUBLE
    + rb")|'([^'\n]*)'|([^\s\"'#][^\r\n]*))"
)
_COMMENT = re.compile(rb"[ \t]#")


def pairs(text: bytes, offset: int = 0) -> Iterator[Pair]:
    """Every variable with a value on its line."""
    for match in _LINE.finditer(text):
        if match[2] is not None:
            raw, start = match[2][1:-1], match.start(2) + 1
            value = unescaped(raw)
        elif match[3] is not None:
            raw, start = match[3], match.start(3)
            value = plain(raw)
        else:
            raw, start = _COMMENT.split(match[4], maxsplit=1)[0].rstrip(), match.start(4)
            value = plain(raw)
        yield Pair(plain(match[1]), value, offset + start, offset + start + len(raw), "dotenv")
