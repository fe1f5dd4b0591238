"""The magics of all code cells of a notebook, whichever kind of file it is."""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.documents.document import Document
from mlscan.documents.magics import SHELLS, Magic, magics
from mlscan.documents.text_notebook import TextNotebook, bare, language_of, uncommented


def cell_magics(document: Document) -> Iterator[tuple[int, bytes, Magic]]:
    """(offset of the cell, its text, a magic of it) for every code cell of a notebook."""
    text_notebook = isinstance(document, TextNotebook)
    for unit in document.units:
        if unit.syntax != "python" or unit.part != "source":
            continue
        text = document.data[unit.start : unit.end]
        if text_notebook and (language := language_of(document.data, unit)):
            kind = "shell" if language in SHELLS else "body"
            yield unit.start, bare(text), Magic(kind, language, 0, len(text))
        elif b"%" in text or b"!" in text:
            text = uncommented(text) if text_notebook else text
            for magic in magics(text):
                yield unit.start, text, magic
