"""Offsets to lines and columns. Lines end at LF, CR LF or a lone CR, as SARIF and Python's `ast` count."""

from __future__ import annotations

import re
from bisect import bisect_right

from mlscan.model import Region

_NEWLINE = re.compile(rb"\r\n|\r|\n")


class Lines:
    """Line index of a UTF-8 text; built on first use, so clean files never pay for it."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._starts: list[int] | None = None
        self._ascii = text.isascii()

    @property
    def starts(self) -> list[int]:
        """Byte offset of the first byte of every line."""
        if self._starts is None:
            self._starts = [0, *(match.end() for match in _NEWLINE.finditer(self._text))]
        return self._starts

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of a byte offset, 1-based, column in code points."""
        line = bisect_right(self.starts, offset)
        start = self.starts[line - 1]
        if self._ascii:
            return line, min(offset, len(self._text)) - start + 1
        return line, len(self._text[start:offset].decode("utf-8", "replace")) + 1

    def offset(self, line: int, column_bytes: int) -> int:
        """Byte offset of a 1-based line and a 0-based column in bytes, the coordinates of `ast` nodes."""
        return min(self.starts[line - 1] + column_bytes, len(self._text))

    def line_span(self, line: int) -> tuple[int, int]:
        """Byte offsets of a 1-based line, its line break left out."""
        start = self.starts[line - 1]
        end = self.starts[line] if line < len(self.starts) else len(self._text)
        while end > start and self._text[end - 1] in b"\r\n":
            end -= 1
        return start, end

    def region(self, start: int, end: int) -> Region:
        """The region of a byte span."""
        return Region(*self.position(start), *self.position(end))
