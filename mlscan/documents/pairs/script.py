"""Python and PowerShell where nothing else reads them: code of a README, a here-document, `.ps1` files."""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.documents.pairs.literals import literals, tokens
from mlscan.documents.pairs.pair import Pair

_TOKENS = tokens(rb"#[^\n]*", rb'"""[^"]*(?:"(?!"")[^"]*)*"""' + rb"|'''[^']*(?:'(?!'')[^']*)*'''")


def pairs(text: bytes, offset: int = 0) -> Iterator[Pair]:
    """Every literal with its name; `$env:X` is a name like any other."""
    return literals(text, offset, "script", _TOKENS)
