"""A notebook: the decoded text of its cells, outputs and metadata, mapped back to the raw JSON.

Cells keep the order of the file; images and other binary outputs are left out by their MIME type. The map
back is exact for list and string sources, escapes, surrogate pairs, CR LF, rendered HTML and one-line
files, and is only built when something has been found.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate
from typing import Any

import msgspec

from mlscan.documents import duplicates
from mlscan.documents.cells import cell_lists, pieces
from mlscan.documents.document import Document, Unit, utf8
from mlscan.documents.json_strings import Path, Spans, raw_offset, string_spans, unescaped
from mlscan.documents.lines import Lines
from mlscan.documents.rendered import How, rendered, source_offset
from mlscan.documents.salvage import VERBATIM, salvage
from mlscan.model import Cell, Note, Region
from mlscan.sources.source import Source

_STEP = 1 << 16
_SEPARATOR = b"\n\x00\n"


class NotebookError(Exception):
    """The file is not a notebook. `line` is 1-based, 0 when unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class NotebookDocument(Document):
    """Raises NotebookError when the JSON is invalid or holds no cells."""

    def __init__(self, source: Source) -> None:
        self._raw = utf8(source.data)
        self.notebook, notes = self._read(source.path)
        self._how: dict[int, How] = {}
        # Of a unit that was looked up, where each of its strings ends in the decoded text of all of them.
        self._decoded: dict[int, list[int]] = {}
        # Of a unit that was looked up, by its start.
        self._cell_lines: dict[int, Lines] = {}
        texts: list[bytes] = []
        for number, (_, text, _, _, _, _, how) in enumerate(self._pieces):
            if how is not None and (shown := rendered(text, how)) is not text:
                self._how[number] = how
                texts.append(shown.encode("utf-8", "replace"))
            else:
                texts.append(text.encode("utf-8", "replace"))
        self._lengths = list(map(len, texts))
        super().__init__(source, _SEPARATOR.join(texts), "notebook", notes)

    def _read(self, path: str) -> tuple[dict[str, Any], tuple[Note, ...]]:
        """The notebook's JSON and what is to be said about it; sets its pieces."""
        try:
            notebook, notes = _load(self._raw, path)
        except NotebookError as error:
            self._pieces, spans = salvage(self._raw_text[0])
            if not any(piece[4] == "source" for piece in self._pieces):
                raise
            self._spans = spans
            return {}, (Note(path, "unparsed", f"{error}; every string was read by itself", error.line),)
        self._pieces = list(pieces(notebook))
        return notebook, notes

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate((length + len(_SEPARATOR) for length in self._lengths), initial=0))[:-1]

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        return tuple(
            Unit(start, start + length, *piece[2:6])
            for start, length, piece in zip(self._starts, self._lengths, self._pieces, strict=True)
        )

    @cached_property
    def paths(self) -> dict[Path, Unit]:
        """The unit of every JSON path that has one: for a text in a list of lines, the path of the list."""
        return {piece[0]: unit for piece, unit in zip(self._pieces, self.units, strict=True)}

    def json_values(self) -> Iterator[tuple[int, Path, str]]:
        """(number of its unit, path, text) of every string in metadata and JSON outputs."""
        for number, (path, text, syntax, _, part, _, _) in enumerate(self._pieces):
            # cells, number, outputs, number, data, MIME type, and a key below it
            if part == "metadata" or (syntax == "output" and len(path) > 6 and path[4] == "data"):
                yield number, path, text

    def unit_at(self, offset: int) -> Unit:
        return self.units[max(0, bisect_right(self._starts, offset) - 1)]

    def cell(self, start: int) -> Cell | None:
        unit = self.unit_at(start)
        lines = self._cell_lines.get(unit.start)
        if lines is None:
            lines = self._cell_lines[unit.start] = Lines(self.data[unit.start : unit.end])
        line, column = lines.position(start - unit.start)
        return Cell(unit.cell, line, column, unit.part, unit.cell_id)

    def line_bounds(self, offset: int) -> tuple[int, int]:
        unit = self.unit_at(offset)
        first, last = super().line_bounds(offset)
        return max(first, unit.start), min(last, unit.end)

    def region(self, start: int, end: int) -> Region:
        _, lines = self._raw_text
        first = self._locate(start, after=False)
        # An end is the place behind the last code point, so that an escape at the end lies inside.
        last = self._locate(end, after=True) if end > start else first
        return lines.region(self._byte(first), self._byte(last))

    def _byte(self, index: int) -> int:
        """The byte offset in the raw file of a code point; the pieces before it are counted once."""
        text, _ = self._raw_text
        step = index // _STEP
        return self._steps[step] + len(text[step * _STEP : index].encode("utf-8", "replace"))

    @cached_property
    def _steps(self) -> list[int]:
        """The byte offset of every so many code points of the raw file."""
        text, _ = self._raw_text
        pieces = (text[at : at + _STEP] for at in range(0, len(text), _STEP))
        return list(accumulate((len(piece.encode("utf-8", "replace")) for piece in pieces), initial=0))

    @cached_property
    def _raw_text(self) -> tuple[str, Lines]:
        return self._raw.decode("utf-8", "replace"), Lines(self._raw)

    @cached_property
    def _spans(self) -> dict[Path, Spans]:
        """Raw spans of the strings that make up each unit, in order."""
        return string_spans(self._raw_text[0], {piece[0] for piece in self._pieces}, twice=bool(self.notes))

    @cached_property
    def _source_spans(self) -> dict[Path, Spans]:
        """Those of the cells' sources, where most of what is found stands."""
        sources = {piece[0] for piece in self._pieces if piece[4] == "source"}
        return self._spans if self.notes else string_spans(self._raw_text[0], sources)

    def _locate(self, offset: int, *, after: bool) -> int:
        """Code point offset in the raw text; `after` means the end of what precedes the offset."""
        number = max(0, bisect_right(self._starts, offset - 1 if after else offset) - 1)
        unit, text = self.units[number], self._raw_text[0]
        index = len(self.data[unit.start : offset].decode("utf-8", "replace"))
        known = self._source_spans if unit.part == "source" else self._spans
        spans = known.get(self._pieces[number][0], [])
        if how := self._how.get(number):
            whole = "".join(unescaped(text[start:end]) for start, end in spans)
            index = source_offset(whole, how, index, after=after)
        if spans and self._pieces[number][0][0] == VERBATIM:
            return spans[0][0] + index
        ends = self._decoded.get(number)
        if ends is None:
            ends = list(accumulate(len(unescaped(text[start:end])) for start, end in spans))
            self._decoded[number] = ends
        at = (bisect_left if after else bisect_right)(ends, index)
        if at < len(spans):
            start, end = spans[at]
            return start + raw_offset(text[start:end], index - (ends[at - 1] if at else 0))
        return spans[-1][1] if spans else 0


def _load(raw: bytes, path: str) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """The JSON object, and a note where it holds values that Jupyter does not show."""
    try:
        loaded: Any = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        loaded = _tolerant(raw)
    if not isinstance(loaded, dict) or not any(True for _ in cell_lists(loaded)):
        raise NotebookError("no cells")
    lists = [cells for _, cells in cell_lists(loaded)]
    for key in ("source", "outputs"):
        known = sum(isinstance(cell, dict) and key in cell for cells in lists for cell in cells)
        if raw.count(f'"{key}"'.encode()) > known:
            return _complete(raw, path)
    return loaded, ()


def _tolerant(raw: bytes) -> Any:
    """What Jupyter's own reader accepts beyond RFC 8259: NaN, lone surrogates, control characters."""
    try:
        # Of bytes, `json` would guess the encoding anew: a NUL at the start would be UTF-16.
        return json.loads(raw.decode("utf-8", "replace"), strict=False)
    except json.JSONDecodeError as error:
        at = raw.find(b"\n<<<<<<< ")
        if at >= 0:
            raise NotebookError(
                "the conflict markers of a merge make it invalid JSON", raw.count(b"\n", 0, at) + 2
            ) from None
        raise NotebookError(f"invalid JSON ({error.msg})", error.lineno) from None
    except (RecursionError, ValueError) as error:
        raise NotebookError(str(error) or "nested too deeply") from None


def _complete(raw: bytes, path: str) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """The JSON with every value of a key that an object holds twice."""
    try:
        loaded = duplicates.load(raw)
    except (RecursionError, ValueError):  # read by msgspec, but too deep for `json`
        return msgspec.json.decode(raw, type=dict[str, Any]), ()
    twice = next(duplicates.repeated(loaded), "")
    if not twice:
        return loaded, ()
    note = Note(
        path, "unparsed", f"'{twice}' stands twice in one object: Jupyter shows one value, both are read"
    )
    return loaded, (note,)
