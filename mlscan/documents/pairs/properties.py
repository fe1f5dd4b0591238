"""Java properties, and `name value` or `name = value` as in redis.conf and spark-defaults.conf.

https://docs.oracle.com/javase/8/docs/api/java/util/Properties.html#load-java.io.Reader-
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.pairs.pair import Pair, plain, unescaped, unquoted

_LINE = re.compile(rb"(?m)^[ \t]*([A-Za-z_][\w.\-/]{0,100})(?:[ \t]*[=:][ \t]*|[ \t]+)([^\s=:#][^\r\n]*)")


def pairs(text: bytes, offset: int = 0) -> Iterator[Pair]:
    """Every name with a value on its line; prose of several words is left to the judge of the value."""
    for match in _LINE.finditer(text):
        content, start, _ = unquoted(match[2].rstrip().removesuffix(b";"), match.start(2))
        start += offset
        yield Pair(plain(match[1]), unescaped(content), start, start + len(content), "properties")
