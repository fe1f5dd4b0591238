"""JavaScript, TypeScript and JSX: object keys, constants, `process.env.X || "literal"`."""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.documents.pairs.literals import literals, tokens
from mlscan.documents.pairs.pair import Pair

_TOKENS = tokens(rb"//[^\n]*|/\*", rb"`[^`\\]*(?:\\.[^`\\]*)*`")
_LONG_LINE = 400


def pairs(text: bytes, offset: int = 0) -> Iterator[Pair]:
    """Every literal with its name; a minified file is a build product and has none."""
    if len(text) > _LONG_LINE * (text.count(b"\n") + 5):
        return iter(())
    return literals(text, offset, "javascript", _TOKENS)
