"""HOCON, as ClearML's clearml.conf and Akka's application.conf are written: JSON with fewer quotes.

https://github.com/lightbend/config/blob/main/HOCON.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.pairs.pair import DOUBLE, Pair, plain, unescaped

_TOKEN = re.compile(
    rb"(?P<long>\"\"\")|(?P<comment>(?://|#)[^\n]*)|(?:(?P<quoted>"
    + DOUBLE
    + rb")|(?P<key>[A-Za-z_][\w.\-]*))"
    rb"[ \t]*(?:\+?=|:(?!/))[ \t]*(?:(?P<value>" + DOUBLE + rb")(?!\"\")"
    rb"|(?P<bare>[^\s\"{}\[\],#$=:][^\n{}\[\],#]*))?|" + DOUBLE + rb"|\\.|[A-Za-z_][\w.\-]*",
    re.DOTALL,
)


def pairs(text: bytes, offset: int = 0) -> Iterator[Pair]:
    """Every key with a text, quoted or bare."""
    position = 0
    while match := _TOKEN.search(text, position):
        position = match.end()
        if match["long"]:
            closing = text.find(b'"""', position)
            position = len(text) if closing < 0 else closing + 3
            continue
        key = unescaped(match["quoted"][1:-1]) if match["quoted"] else plain(match["key"] or b"")
        if match["value"] is not None:
            raw, start = match["value"][1:-1], match.start("value") + 1
            yield Pair(key, unescaped(raw), offset + start, offset + start + len(raw), "hocon")
        elif match["bare"] is not None:
            raw, start = match["bare"].rstrip(), match.start("bare")
            yield Pair(key, plain(raw), offset + start, offset + start + len(raw), "hocon")
