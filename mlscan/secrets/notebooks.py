"""What only notebooks hold: magics, files written by cells, metadata, JSON outputs and printed values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from mlscan.documents.document import Document, Unit, text_document
from mlscan.documents.notebook import NotebookDocument
from mlscan.documents.pairs.choose import reader_of
from mlscan.documents.pairs.pair import Pair
from mlscan.secrets import json_values, magics, outputs
from mlscan.secrets.candidate import Candidate
from mlscan.secrets.judge import Judge
from mlscan.secrets.names import Names
from mlscan.secrets.outputs import explained
from mlscan.secrets.settings import judged
from mlscan.sources.source import Source

__all__ = ["explained", "find"]

_WORTH = re.compile(rb"(?i)pass|pwd|secret|token|key|auth|cred|sas|dsn|conn|login|curl|mysql")
_NAMED = {"name", "yaml-name", "setting", "command"}


def find(
    document: Document,
    fired: frozenset[str],
    judge: Judge,
    names: Names,
    written: Callable[[Document], Iterable[Candidate]],
) -> Iterator[Candidate]:
    """The candidates of a notebook; `written` reads a Python or YAML file that a cell writes."""
    if isinstance(document, NotebookDocument):
        yield from json_values.find(document, judge, names)
    if fired & _NAMED:
        for unit in document.units:
            if unit.part == "source" and unit.syntax != "python":
                yield from judged(document, _foreign(document, unit), judge, names)
    if "magic" in fired:
        yield from magics.find(document, judge, names)
        if fired & (_NAMED | {"sink", "login", "default"}):
            for file in magics.files(document):
                inner = text_document(Source(file.name, file.data))
                yield from (magics.moved(candidate, file.start) for candidate in written(inner))
    if isinstance(document, NotebookDocument) and fired & _NAMED:
        yield from outputs.find(document, judge, names)


def _foreign(document: Document, unit: Unit) -> Iterator[Pair]:
    """The pairs of a cell that is not Python: prose with fenced blocks, or another kernel's language."""
    text = document.data[unit.start : unit.end]
    fenced = unit.syntax != "markdown" or b"```" in text or b"~~~" in text
    reader = reader_of(unit.syntax) if fenced and _WORTH.search(text) else None
    return reader(text, unit.start) if reader else iter(())
