"""R: `Sys.setenv(X = "v")`, `name <- "v"`, arguments, also in R Markdown chunks."""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.documents.pairs.literals import literals, tokens
from mlscan.documents.pairs.pair import Pair

_TOKENS = tokens(rb"#[^\n]*")


def pairs(text: bytes, offset: int = 0) -> Iterator[Pair]:
    """Every literal with its name."""
    return literals(text, offset, "r", _TOKENS)
