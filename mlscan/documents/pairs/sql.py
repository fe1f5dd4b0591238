"""SQL: passwords and keys in account, stage and secret statements.

`IDENTIFIED BY 'x'` (MySQL, Oracle, MariaDB), `[ENCRYPTED] PASSWORD 'x'` (PostgreSQL), `PASSWORD = N'x'`
(SQL Server), `CREDENTIALS = (AWS_SECRET_KEY = 'x')` (Snowflake), `CREDENTIALS 'aws_secret_access_key=x;...'`
(Redshift), `SECRET 'x'` (DuckDB).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.pairs.pair import Pair, plain

_TOKEN = re.compile(
    rb"--[^\n]*|/\*|(?P<name>\b[A-Za-z_]\w*)\"?\s{0,20}(?:=>?|\(|\s)\s{0,20}N?(?P<quote>'|\")"
    rb"|(?P<other>\b\w+)|(?P<string>')"
)
_QUOTED = {b"'": re.compile(rb"[^'\n]*(?:''[^'\n]*)*'"), b'"': re.compile(rb'[^"\n]*"')}
_ENTRY = re.compile(r"(?:\A|;)([a-z_]{3,40})=([^;]+)")


def pairs(text: bytes, offset: int = 0) -> Iterator[Pair]:
    """Every word with a literal behind it."""
    position, last = 0, ""
    while match := _TOKEN.search(text, position):
        position = match.end()
        if match[0] == b"/*":
            closing = text.find(b"*/", position)
            position = len(text) if closing < 0 else closing + 2
        elif quote := match["quote"] or match["string"]:
            closed = _QUOTED[quote].match(text, position)
            name = plain(match["name"] or b"")
            name = "password" if (last.upper(), name.upper()) == ("IDENTIFIED", "BY") else name
            last = ""
            if closed is None:
                continue
            start, end = position, closed.end() - 1
            position = closed.end()
            if name:
                yield from _given(name, plain(text[start:end]), offset + start, offset + end)
        elif match["other"]:
            last = plain(match["other"])


def _given(name: str, value: str, start: int, end: int) -> Iterator[Pair]:
    """The pair itself, and what `a=b;c=d` inside the literal says."""
    yield Pair(name, value.replace("''", "'"), start, end, "sql")
    if value.isascii():
        for entry in _ENTRY.finditer(value):
            yield Pair(entry[1], entry[2], start + entry.start(2), start + entry.end(2), "sql")
