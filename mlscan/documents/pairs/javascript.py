"""JavaScript, TypeScript and JSX: object keys, constants, `process.env.X || "literal"`."""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.documents.pairs.literals import Language, literals
from mlscan.documents.pairs.pair import Pair

_TOKENS = Language("javascript", rb"//[^\n]*|/\*").tokens()


def pairs(text: bytes, offset: int = 0) -> Iterator[Pair]:
    """Every literal with its name."""
    return literals(text, offset, "javascript", _TOKENS)
