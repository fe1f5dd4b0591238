"""Recipes of a Makefile as shell scripts: those of a goal's prerequisites before its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.document import Document
from mlscan.promotion.located import Located

_RECIPE = re.compile(
    rb"^([A-Za-z0-9_.\-/% ]+?)\s*:(?![=:])([^\n#]*)\n((?:(?:\t| {4})[^\n]*\n?|[ \t]*\n)*)", re.MULTILINE
)
_DEEPEST = 2


class Recipe(Located):
    """The recipe of a make target, with make's prefixes and variables turned into shell's."""

    def __init__(self, document: Document, start: int, end: int) -> None:
        data = re.sub(rb"(?m)^([\t ]*)[@+\-]+", lambda m: b" " * len(m[0]), document.data[start:end])
        data = re.sub(rb"\$\((\w+)\)", rb"${\1}", data).replace(b"$$", b" $")
        super().__init__(document, data, start=start)


def recipes(document: Document, goal: str) -> Iterator[Recipe]:
    """What make runs for a goal, in order."""
    return (Recipe(document, start, end) for start, end in _spans(document, goal))


def _spans(document: Document, goal: str, depth: int = 0) -> Iterator[tuple[int, int]]:
    """Byte offsets of the recipe of a goal, those of its prerequisites first."""
    for match in _RECIPE.finditer(document.data):
        if goal in match[1].decode("utf-8", "replace").split():
            for before in match[2].decode("utf-8", "replace").split():
                if depth < _DEEPEST:
                    yield from _spans(document, before, depth + 1)
            yield match.start(3), match.end(3)
            return
