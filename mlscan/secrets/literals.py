"""From a folded text back to the bytes of the literal that holds it."""

from __future__ import annotations

import ast
import re

from mlscan.documents.document import Document
from mlscan.flow.fold import Text

_OPENING = re.compile(rb"[rbufRBUF]{0,2}('''|\"\"\"|'|\")")


def span(document: Document, text: Text, value: str) -> tuple[int, int]:
    """Byte offsets in `Document.data` of the value: without quotes where one literal shows it as it is."""
    start, end = text.module.span(text.node)
    raw = document.data[start:end]
    encoded = value.encode("utf-8", "replace")
    found = raw.find(encoded)
    if found >= 0 and raw.count(encoded) == 1:
        return start + found, start + found + len(encoded)
    opening = _OPENING.match(raw)
    if (
        isinstance(text.node, ast.Constant)
        and opening
        and raw.endswith(opening[1])
        and raw.count(opening[1]) == 2
    ):
        return start + opening.end(), end - len(opening[1])
    return start, end
