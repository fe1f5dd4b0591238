"""Scripts in several pieces, as most platforms write them, and texts whose holes are written anew."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mlscan.documents.document import Document
from mlscan.model import Place
from mlscan.promotion.located import Located


@dataclass(frozen=True)
class Piece:
    """A text and, where it was rewritten, for each of its bytes the byte of `origin` it stands for."""

    origin: Located
    data: bytes
    index: tuple[int, ...] | None = None

    def place(self, start: int, end: int, note: str) -> Place:
        if self.index is None:
            return self.origin.place(start, end, note)
        if not self.index:
            return self.origin.place(0, 0, note)
        last = len(self.index) - 1
        first = self.index[min(start, last)]
        return self.origin.place(first, max(first, self.index[min(max(start, end - 1), last)] + 1), note)


class Script(Located):
    """Pieces run one after another, so that `cd` and variables of one hold for the next."""

    def __init__(self, document: Document, pieces: Sequence[Piece]) -> None:
        super().__init__(document, b"\n".join(piece.data for piece in pieces))
        self._pieces = pieces
        self._starts: list[int] = []
        at = 0
        for piece in pieces:
            self._starts.append(at)
            at += len(piece.data) + 1

    def place(self, start: int, end: int, note: str = "") -> Place:
        if not self._pieces:
            return self.document.place(0, 0, note)
        number = max(0, bisect_right(self._starts, start) - 1)
        piece, base = self._pieces[number], self._starts[number]
        return piece.place(start - base, min(end - base, len(piece.data)), note)


def rewritten(
    origin: Located, holes: re.Pattern[bytes], write: Callable[[re.Match[bytes]], bytes | None]
) -> Piece:
    """The text with every match written anew; None leaves one as it is."""
    data = origin.data
    found = bytearray()
    index: list[int] = []
    at = 0
    for match in holes.finditer(data):
        new = write(match)
        if new is None:
            continue
        found += data[at : match.start()] + new
        index += range(at, match.start())
        index += [min(match.start() + offset, match.end() - 1) for offset in range(len(new))]
        at = match.end()
    if not index and at == 0:
        return Piece(origin, data)
    found += data[at:]
    index += range(at, len(data))
    return Piece(origin, bytes(found), tuple(index))
