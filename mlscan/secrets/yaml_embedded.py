"""Scalars of YAML that hold another syntax: JSON, dotenv files, scripts, command lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mlscan.documents.document import Document
from mlscan.documents.pairs import expansions, json, shell
from mlscan.documents.pairs.choose import Reader, reader_for
from mlscan.documents.pairs.pair import Pair
from mlscan.documents.yaml import Scalar

# A command line that may hold a value, or a text of several lines.
_WORTH = re.compile(r"(?i)[=\s]-{1,2}[a-z]|[a-z_]=|pass|token|secret|key|login|bearer")


def embedded(document: Document, node: Scalar, file: str = "") -> Iterator[Pair]:
    """The pairs inside a scalar, at their own place where it is written as it is, else at the scalar.

    `file` is the key it stands under where that may name a file.
    """
    value = node.value
    readers = [_reader(value, file)] if _worth_reading(node) else []
    # A script's own reader knows of the defaults of its variables.
    if "${" in value and shell.pairs not in readers:
        readers.insert(0, expansions.pairs)
    for reader in readers:
        yield from _placed(reader, document, node)


def _worth_reading(node: Scalar) -> bool:
    several = " " in node.value.strip() or "\n" in node.value
    return several and not node.tag.startswith("!") and _WORTH.search(node.value) is not None


def _reader(value: str, file: str) -> Reader:
    """The reader of the file that a key names, else of JSON or of a script."""
    named = reader_for(file, value[:100].encode("utf-8", "replace")) if file and "\n" in value else None
    return named or (json.pairs if value.lstrip().startswith(("{", "[{", '["')) else shell.pairs)


def _placed(reader: Reader, document: Document, node: Scalar) -> Iterator[Pair]:
    """What a reader finds in a scalar, with offsets of the document."""
    start, end = _body(document, node)
    raw, value = document.data[start:end], node.value.encode("utf-8", "replace")
    if node.style in ("|", "") or raw == value:
        # Indentation means nothing to these readers: offsets of the raw text are exact.
        yield from reader(raw, start)
        return
    for pair in reader(value):
        yield replace(pair, start=start, end=end)


def _body(document: Document, node: Scalar) -> tuple[int, int]:
    """The content of a scalar: quotes, or the header line of a block, left out."""
    if node.style in ("'", '"'):
        return node.start + 1, max(node.start + 1, node.end - 1)
    if node.style in ("|", ">"):
        line = document.data.find(b"\n", node.start, node.end)
        return (node.end if line < 0 else line + 1), node.end
    return node.start, node.end
