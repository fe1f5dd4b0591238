"""Credentials in Python that is commented out: the parser does not see it, and every reader does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.catalog.database import Fired
from mlscan.documents.document import Document
from mlscan.documents.pairs import script
from mlscan.secrets.candidate import NAME, Candidate
from mlscan.secrets.judge import Judge
from mlscan.secrets.names import Names
from mlscan.secrets.settings import located

_LONGEST = 2000
_COMMENT = re.compile(rb"[ \t]*#[# \t]*")


def find(document: Document, fired: Fired, judge: Judge, names: Names) -> Iterator[Candidate]:
    """A candidate for every literal with a secret's name on a line that is a comment.

    Only lines are read at which the trigger `name` fired.
    """
    data = document.data
    last = -1
    for offset in fired.ends.get("name", ()):
        low = max(0, offset - _LONGEST)
        start = data.rfind(b"\n", low, offset) + 1
        if start == 0 < low:
            continue  # a line of generated code
        opening = _COMMENT.match(data, start) if start != last else None
        last = start
        if opening is not None and document.unit_at(offset).syntax == "python":
            end = data.find(b"\n", offset, offset + _LONGEST)
            end = end if end >= 0 else min(len(data), offset + _LONGEST)
            yield from _said(document, opening.end(), end, judge, names)


def _said(document: Document, start: int, end: int, judge: Judge, names: Names) -> Iterator[Candidate]:
    for pair in script.pairs(document.data[start:end], start):
        kind = names.kind(pair.name)
        judgement = judge.named(pair.value, kind) if kind else None
        if judgement is None or judgement.confidence is None:
            continue
        low, high = located(document, pair.value, pair.start, pair.end)
        yield Candidate(
            low, high, pair.value, "credential-in-variable", NAME, judgement.confidence,
            f"Credential in commented-out code: '{pair.name}'", (f"name '{pair.name}'", judgement.reason),
            weak=judgement.weak,
        )  # fmt: skip
