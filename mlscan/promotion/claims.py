"""Comments and names that say somebody approves: what an author meant, to be held against the graph."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.document import Document
from mlscan.model import Place

_CLAIM = re.compile(
    r"\b(?:requir\w+|needs?|needing|after|awaits?|waits? for|pending|with|manual(?:ly)?|human)\s+"
    r"(?:[\w-]+\s+){0,2}approv(?:al|ed)\b|\bapproval\s+(?:is\s+)?(?:required|needed|gate)\b"
    r"|\bmust be approved\b",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:no|not|non|without|skip\w*|todo|fixme|add|optional\w*|auto\w*|if|unless|disabl\w+|remov\w+)\b"
    r"|\bshould\b|n't\b",
    re.IGNORECASE,
)
_COMMENT = re.compile(rb"(?:^|[ \t])(?:#|//)[^\n]*approv[^\n]*", re.IGNORECASE | re.MULTILINE)
# The comment lines that follow: a block of comments is one remark.
_REST = re.compile(rb"(?:\r?\n[ \t]*(?:#|//)[^\n]*)+")


def claims_approval(text: str) -> bool:
    """Whether a text says that an approval is asked for: `Deploy to prod (approval required)`."""
    return _CLAIM.search(text) is not None and _DENIES.search(text) is None


def claims_in(document: Document) -> Iterator[Place]:
    """The comments of a configuration file that say so; those of a program speak of anything."""
    if document.kind not in ("yaml", "text"):
        return
    if b"pprov" not in document.data and b"PPROV" not in document.data:
        return
    for match in _COMMENT.finditer(document.data):
        text = match[0].decode("utf-8", "replace").strip()
        if claims_approval(text):
            start = match.end() - len(match[0].lstrip())
            rest = _REST.match(document.data, match.end())
            yield document.place(start, rest.end() if rest else match.end(), "speaks of an approval")
