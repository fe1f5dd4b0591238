"""Edits of a notebook made in its raw JSON, so that nothing else of the file changes.

nbformat would write every notebook anew: indentation, escapes, the order of keys and older formats would
change. Here a text is edited where it stands in the JSON, an output that shows a secret is taken out of its
list, and the result has to be the notebook with exactly these changes.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from mlscan.documents.document import Unit, utf8
from mlscan.documents.json_strings import Path
from mlscan.documents.notebook import NotebookDocument
from mlscan.fix.edits import Edit, RefusedError, applied
from mlscan.fix.raw_json import Value, find, members, offset_in

Output = tuple[Path, int]
"""The path of a list of outputs, and the number of one in it."""
_SHORTEST = 6  # characters of a secret that are looked for in outputs


def rewritten(document: NotebookDocument, edits: Iterable[Edit], outputs: Iterable[Output]) -> bytes:
    """The raw JSON in UTF-8 with edits of cell sources made and outputs taken out; raises RefusedError."""
    if document.notes:
        raise RefusedError("the notebook's JSON is damaged")
    raw = utf8(document.source.data).decode()
    by_cell: dict[Path, list[Edit]] = defaultdict(list)
    units: dict[Path, Unit] = {}
    for edit in edits:
        path, unit = _unit(document, edit.start)
        if unit.part != "source" or edit.end > unit.end:
            raise RefusedError("the change reaches beyond its cell")
        units[path] = unit
        by_cell[path].append(Edit(edit.start - unit.start, edit.end - unit.start, edit.text))
    gone: dict[Path, set[int]] = defaultdict(set)
    for path, number in outputs:
        gone[path].add(number)
    changes: list[tuple[int, int, str]] = []
    expected = json.loads(raw, strict=False)
    for path, wanted in by_cell.items():
        text = document.data[units[path].start : units[path].end]
        changes += _in_source(raw, find(raw, path), text, wanted)
        _set(expected, path, applied(text, wanted).decode())
    for path, numbers in gone.items():
        changes += _cut(raw, find(raw, path), numbers)
        listed = _get(expected, path)
        listed[:] = [item for number, item in enumerate(listed) if number not in numbers]
    after = _changed(raw, changes)
    if _joined(json.loads(after, strict=False)) != _joined(expected):
        raise RefusedError("the notebook's JSON cannot be edited in place")
    return after.encode()


def leaking(document: NotebookDocument, values: Iterable[str]) -> set[Output]:
    """The outputs that show one of some secrets."""
    known = [value for value in values if len(value) >= _SHORTEST]
    found = set()
    for path, unit in document.paths.items():
        place = output_of(path)
        if place is not None and known:
            text = document.data[unit.start : unit.end].decode("utf-8", "replace")
            if any(value in text for value in known):
                found.add(place)
    return found


def output_at(document: NotebookDocument, offset: int) -> Output | None:
    """The output that an offset of the document lies in."""
    return output_of(_unit(document, offset)[0])


def output_of(path: Path) -> Output | None:
    """The output that a JSON path lies in."""
    if "outputs" in path:
        at = path.index("outputs")
        number = path[at + 1] if len(path) > at + 1 else None
        if isinstance(number, int):
            return path[: at + 1], number
    return None


def _unit(document: NotebookDocument, offset: int) -> tuple[Path, Unit]:
    unit = document.unit_at(offset)
    return next((path, item) for path, item in document.paths.items() if item == unit)


def _in_source(raw: str, source: Value, text: bytes, edits: list[Edit]) -> list[tuple[int, int, str]]:
    """Edits of a cell's text in offsets of the raw JSON. A line that is added becomes an element of its own
    where the text is a list of lines."""
    listed = raw[source.start] == "["
    lines = [item for _, item in members(raw, source)] if listed else [source]
    spans = [(line.start + 1, line.end - 1) for line in lines]
    between = (
        raw[spans[0][1] : spans[1][0]] if len(spans) > 1 else f'",{raw[source.start + 1 : lines[0].start]}"'
    )
    changes = []
    for edit in edits:
        start, end = (
            offset_in(raw, spans, len(text[:offset].decode("utf-8", "replace")))
            for offset in (edit.start, edit.end)
        )
        parts = edit.text.splitlines(keepends=True) if listed else [edit.text]
        if listed and edit.text.endswith("\n") and edit.end < len(text):
            parts.append("")
        changes.append((start, end, between.join(json.dumps(part)[1:-1] for part in parts)))
    return changes


def _cut(raw: str, outputs: Value, numbers: set[int]) -> list[tuple[int, int, str]]:
    """The elements of a list taken out, with what stood between them and the next, or the one before."""
    items = [item for _, item in members(raw, outputs)]
    kept = [number for number in range(len(items)) if number not in numbers]
    if not kept:
        return [(outputs.start + 1, outputs.end - 1, "")]
    changes = [
        (items[number].start, items[number + 1].start, "") for number in sorted(numbers) if number < kept[-1]
    ]
    if kept[-1] < len(items) - 1:
        changes.append((items[kept[-1]].end, items[-1].end, ""))
    return changes


def _changed(raw: str, changes: list[tuple[int, int, str]]) -> str:
    made: list[str] = []
    position = 0
    for start, end, text in sorted(changes, key=lambda item: item[:2]):
        if start < position:
            raise RefusedError("two changes would overlap")
        made += raw[position:start], text
        position = end
    return "".join(made) + raw[position:]


def _get(notebook: Any, path: Path) -> Any:
    for key in path:
        notebook = notebook[key]
    return notebook


def _set(notebook: Any, path: Path, value: str) -> None:
    _get(notebook, path[:-1])[path[-1]] = value


def _joined(notebook: Any) -> Any:
    """The notebook with every cell's text as one string: how its lines are split says nothing."""
    sheets = notebook.get("worksheets") or [notebook]
    for cells in (sheet.get("cells") or [] for sheet in sheets):
        for cell in cells:
            for key in ("source", "input"):
                if isinstance(cell, dict) and isinstance(cell.get(key), list):
                    cell[key] = "".join(map(str, cell[key]))
    return notebook
