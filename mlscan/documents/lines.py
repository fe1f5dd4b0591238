"""Offsets to lines and columns. Lines end at LF, CR LF or a lone CR, as SARIF and Python's `ast` count."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from mlscan.model import Region

_NEWLINE = re.compile(rb"\r\n|\r|\n")
_CONTINUED = re.compile(rb"[\x80-\xbf]")
_LARGE = 1 << 24  # bytes of a text of which no copy is made, although that takes five times as long
_STEP = 1 << 16  # bytes of a long line between two places whose column is remembered


class Lines:
    """Line index of a UTF-8 text; built on first use, so clean files never pay for it."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._starts: array[int] | None = None
        self._ascii = text.isascii()
        # Of long lines that were asked for, the columns at every step.
        self._columns: dict[int, list[int]] = {}

    @property
    def starts(self) -> array[int]:
        """Byte offset of the first byte of every line."""
        if self._starts is None:
            self._starts = array("Q", [0])
            if len(self._text) > _LARGE:
                self._starts.extend(match.end() for match in _NEWLINE.finditer(self._text))
            else:
                self._starts.extend(accumulate(map(len, self._text.splitlines(keepends=True))))
                if self._text[-1:] not in (b"\n", b"\r") and self._text:
                    self._starts.pop()
        return self._starts

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of a byte offset, 1-based, column in code points."""
        line = bisect_right(self.starts, offset)
        start = self.starts[line - 1]
        if self._ascii:
            return line, min(offset, len(self._text)) - start + 1
        if offset - start <= _STEP:
            return line, len(self._text[start:offset].decode("utf-8", "replace")) + 1
        return line, self._far(line, start, offset) + 1

    def _far(self, line: int, start: int, offset: int) -> int:
        """Code points of a long line before an offset; what stands in it is counted once."""
        counts = self._columns.get(line)
        if counts is None:
            end = self.line_span(line)[1]
            steps = (self._text[at : at + _STEP] for at in range(start, end, _STEP))
            counts = self._columns[line] = list(accumulate(map(_code_points, steps), initial=0))
        step = (offset - start) // _STEP
        step = min(step, len(counts) - 1)
        return counts[step] + _code_points(self._text[start + step * _STEP : offset])

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


def between(offsets: Sequence[int], start: int, end: int) -> Sequence[int]:
    """Those of some offsets in order that lie from `start` to `end`, both included."""
    return offsets[bisect_left(offsets, start) : bisect_right(offsets, end)]


def around(
    text: bytes, offsets: Sequence[int], start: int, end: int, before: int, behind: int
) -> Iterator[tuple[int, int]]:
    """Byte spans of the whole lines with what lies `before` and `behind` each of some offsets, all in bytes
    and in order, within the part of a text from `start` to `end`; they do not overlap."""
    low = high = start
    for at in between(offsets, start, end):
        if at + behind < high:
            continue
        first = text.rfind(b"\n", start, max(start, at - before)) + 1 or start
        last = text.find(b"\n", min(at + behind, end), end) + 1 or end
        if first > high:
            if high > low:
                yield low, high
            low = first
        high = last
    if high > low:
        yield low, high


def _code_points(text: bytes) -> int:
    """How many code points begin in a piece of UTF-8, wherever it was cut."""
    return len(text) if text.isascii() else len(text) - len(_CONTINUED.findall(text))
