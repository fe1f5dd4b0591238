"""A notebook: the decoded text of its cells, outputs and metadata, mapped back to the raw JSON.

Cells keep the order of the file. nbformat 4 and 3 are read; images and other binary outputs are left out
by their MIME type. The map back is exact for list and string sources, escapes, surrogate pairs, CR LF and
one-line files, and is only built when something has been found.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from mlscan.documents.document import Document, Unit, utf8
from mlscan.documents.json_strings import Path, raw_offset, string_spans
from mlscan.documents.lines import Lines
from mlscan.model import Cell, Region
from mlscan.sources.source import Source

_SEPARATOR = b"\n\x00\n"
_TEXT_MIME = ("text/", "application/json", "application/javascript", "image/svg+xml", "application/vnd.")
_V3_TEXT = ("text", "html", "json", "javascript", "svg", "latex")


class NotebookError(Exception):
    """The file is not a notebook. `line` is 1-based, 0 when unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class NotebookDocument(Document):
    """Raises NotebookError when the JSON is invalid or holds no cells."""

    def __init__(self, source: Source) -> None:
        self._raw = utf8(source.data)
        pieces: list[bytes] = []
        units: list[Unit] = []
        self._paths: list[Path] = []
        offset = 0
        for path, text, syntax, cell, part, cell_id in _texts(_load(self._raw)):
            encoded = text.encode("utf-8", "replace")
            units.append(Unit(offset, offset + len(encoded), syntax, cell, part, cell_id))
            self._paths.append(path)
            pieces.append(encoded)
            offset += len(encoded) + len(_SEPARATOR)
        super().__init__(source, _SEPARATOR.join(pieces), "notebook")
        self._units = tuple(units)
        self._starts = [unit.start for unit in units]

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        return self._units

    def unit_at(self, offset: int) -> Unit:
        return self._units[max(0, bisect_right(self._starts, offset) - 1)]

    def cell(self, start: int) -> Cell | None:
        unit = self.unit_at(start)
        line, column = Lines(self.data[unit.start : unit.end]).position(start - unit.start)
        return Cell(unit.cell, line, column, unit.part, unit.cell_id)

    def line_bounds(self, offset: int) -> tuple[int, int]:
        unit = self.unit_at(offset)
        first, last = super().line_bounds(offset)
        return max(first, unit.start), min(last, unit.end)

    def region(self, start: int, end: int) -> Region:
        text, lines = self._raw_text
        first = self._locate(start, after=False)
        # An end is the place behind the last code point, so that an escape at the end lies inside.
        last = self._locate(end, after=True) if end > start else first
        begin, stop = (
            len(text[:first].encode("utf-8", "replace")),
            len(text[:last].encode("utf-8", "replace")),
        )
        return lines.region(begin, stop)

    @cached_property
    def _raw_text(self) -> tuple[str, Lines]:
        return self._raw.decode("utf-8", "replace"), Lines(self._raw)

    @cached_property
    def _spans(self) -> dict[Path, list[tuple[int, int]]]:
        """Raw spans of the strings that make up each unit, in order."""
        return string_spans(self._raw_text[0], set(self._paths))

    def _locate(self, offset: int, *, after: bool) -> int:
        """Code point offset in the raw text; `after` means the end of what precedes the offset."""
        number = max(0, bisect_right(self._starts, offset - 1 if after else offset) - 1)
        unit, text = self._units[number], self._raw_text[0]
        index = len(self.data[unit.start : offset].decode("utf-8", "replace"))
        for start, end in self._spans.get(self._paths[number], []):
            raw = text[start:end]
            length = len(json.loads(f'"{raw}"', strict=False)) if "\\" in raw else len(raw)
            if index < length or (after and index == length):
                return start + raw_offset(raw, index)
            index -= length
        spans = self._spans.get(self._paths[number], [])
        return spans[-1][1] if spans else 0


def _load(raw: bytes) -> dict[str, Any]:
    try:
        loaded = json.loads(raw)
    except json.JSONDecodeError as error:
        raise NotebookError(error.msg, error.lineno) from None
    except (RecursionError, ValueError) as error:
        raise NotebookError(str(error) or "nested too deeply") from None
    if not isinstance(loaded, dict) or not ("cells" in loaded or "worksheets" in loaded):
        raise NotebookError("no cells")
    return loaded


def _texts(notebook: dict[str, Any]) -> Iterator[tuple[Path, str, str, int, str, str]]:
    """(JSON path, text, syntax, cell number, part, cell id) of everything worth reading."""
    yield from _metadata(("metadata",), notebook.get("metadata"), 0, "")
    language = _language(notebook.get("metadata"))
    number = 0
    for base, cells in _cell_lists(notebook):
        for index, cell in enumerate(cells):
            number += 1
            if not isinstance(cell, dict):
                continue
            path: Path = (*base, index)
            identity = cell.get("id") if isinstance(cell.get("id"), str) else ""
            key = "input" if "input" in cell and "source" not in cell else "source"
            text = _joined(cell.get(key))
            syntax = language if cell.get("cell_type") == "code" else "markdown"
            if text:
                yield (*path, key), text, syntax, number, "source", identity or ""
            yield from _metadata((*path, "metadata"), cell.get("metadata"), number, identity or "")
            outputs = cell.get("outputs")
            for position, output in enumerate(outputs if isinstance(outputs, list) else []):
                for tail, shown in _output_texts(output):
                    name = f"output {position + 1}"
                    yield (*path, "outputs", position, *tail), shown, "output", number, name, identity or ""


def _cell_lists(notebook: dict[str, Any]) -> Iterator[tuple[Path, list[Any]]]:
    cells = notebook.get("cells")
    if isinstance(cells, list):
        yield ("cells",), cells
    worksheets = notebook.get("worksheets")
    for index, sheet in enumerate(worksheets if isinstance(worksheets, list) else []):
        if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list):
            yield ("worksheets", index, "cells"), sheet["cells"]


def _output_texts(output: Any) -> Iterator[tuple[Path, str]]:
    if not isinstance(output, dict):
        return
    for key in ("text", "evalue", *_V3_TEXT[1:]):
        if text := _joined(output.get(key)):
            yield (key,), text
    yield from ((("traceback", *path), text) for path, text in _leaves(output.get("traceback")))
    data = output.get("data")
    for mime, value in data.items() if isinstance(data, dict) else ():
        if mime.startswith(_TEXT_MIME):
            if text := _joined(value):
                yield ("data", mime), text
            else:
                yield from ((("data", mime, *path), text) for path, text in _leaves(value))


def _metadata(
    path: Path, value: Any, cell: int, cell_id: str
) -> Iterator[tuple[Path, str, str, int, str, str]]:
    if value:
        for tail, text in _leaves(value):
            if len(text) >= 8:
                yield (*path, *tail), text, "text", cell, "metadata", cell_id


def _leaves(value: Any, depth: int = 0) -> Iterator[tuple[Path, str]]:
    """Every string below a JSON value with its path."""
    if isinstance(value, str):
        yield (), value
    elif depth < 50 and isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            for path, text in _leaves(item, depth + 1):
                yield (key, *path), text


def _joined(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        try:
            return "".join(value)
        except TypeError:
            return ""
    return ""


def _language(metadata: Any) -> str:
    """`python` unless the kernel says otherwise."""
    info = metadata if isinstance(metadata, dict) else {}
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        part = info.get(key)
        if isinstance(part, dict) and isinstance(part.get(name), str):
            return "python" if "python" in part[name].lower() else "text"
    return "python"
