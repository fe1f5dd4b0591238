"""`.pgpass`: `host:port:database:user:password` a line, `\\` escapes `:` and itself.

https://www.postgresql.org/docs/current/libpq-pgpass.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.pairs.pair import Pair, plain

_LINE = re.compile(rb"(?m)^(?!#)(?:(?:[^:\\\r\n]|\\.)+:){4}([^\r\n]+)")
_ESCAPED = re.compile(r"\\(.)")


def pairs(text: bytes, offset: int = 0) -> Iterator[Pair]:
    """The password of every line with all five fields."""
    for match in _LINE.finditer(text):
        start, end = match.span(1)
        yield Pair("password", _ESCAPED.sub(r"\1", plain(match[1])), offset + start, offset + end, "pgpass")
