"""JavaScript, TypeScript and JSX: object keys, constants, `process.env.X || "literal"`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.pairs.literals import literals, tokens
from mlscan.documents.pairs.pair import Pair

_TOKENS = tokens(rb"//[^\n]*|/\*", rb"`[^`\\]*(?:\\.[^`\\]*)*`")
# Lines nobody writes: bundles and minified code, whose names are not their authors'.
_BUILT = re.compile(rb"[^\n]{1000,}")


def pairs(text: bytes, offset: int = 0) -> Iterator[Pair]:
    """Every literal with its name, those of built code left out."""
    text = _BUILT.sub(lambda line: b" " * len(line[0]), text)
    return literals(text, offset, "javascript", _TOKENS)
