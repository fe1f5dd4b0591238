"""What a notebook's JSON says, as texts in the order of the file: cells, outputs, attachments, metadata.

nbformat 4 and 3 (worksheets, `input`) are read, `source` as a list or a string; what does not have the
shape it should have is walked for strings, and nothing is ever upgraded: that loses text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlscan.documents.duplicates import MARK, every
from mlscan.documents.json_strings import Path
from mlscan.documents.outputs import attachment_texts, joined, leaves, output_texts
from mlscan.documents.rendered import How

_ROOT = {"cells", "worksheets", "metadata", "nbformat", "nbformat_minor"}
_CELL = {"cell_type", "source", "input", "outputs", "metadata", "attachments", "id", "execution_count"}
# Kernels whose name says the language where the metadata does not; IRkernel is called `ir`.
_KERNELS = {"ir": "r", "scala": "scala", "bash": "bash", "javascript": "javascript", "julia": "julia"}
_SHORTEST = 4  # bytes of metadata that could be a secret


# (JSON path, text, syntax, cell, part, cell id, how to render it): a plain tuple, there are many of them;
# syntax, cell, part and id are those of a `Unit`.
Piece = tuple[Path, str, str, int, str, str, "How | None"]


def pieces(notebook: dict[str, Any]) -> Iterator[Piece]:
    """Every text worth reading."""
    for name, value in every(notebook, "metadata"):
        yield from _metadata((name,), value, 0, "")
    for name in sorted(name for name in notebook.keys() - _ROOT if MARK not in name):
        yield from _metadata((name,), notebook[name], 0, "")
    for index, sheet in enumerate(_list(notebook.get("worksheets"))):
        if isinstance(sheet, dict):
            yield from _metadata(("worksheets", index, "metadata"), sheet.get("metadata"), 0, "")
    language = _language(notebook.get("metadata"))
    number = 0
    for base, cells in cell_lists(notebook):
        for index, cell in enumerate(cells):
            number += 1
            if isinstance(cell, dict):
                yield from _cell((*base, index), cell, number, language)
            else:
                yield from _metadata((*base, index), cell, number, "")


def cell_lists(notebook: dict[str, Any]) -> Iterator[tuple[Path, list[Any]]]:
    """(path, cells) of every list of cells."""
    for name, cells in every(notebook, "cells"):
        if isinstance(cells, list):
            yield (name,), cells
    for index, sheet in enumerate(_list(notebook.get("worksheets"))):
        if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list):
            yield ("worksheets", index, "cells"), sheet["cells"]


def _cell(path: Path, cell: dict[str, Any], number: int, language: str) -> Iterator[Piece]:
    cell_id = cell.get("id")
    identity = cell_id if isinstance(cell_id, str) else ""
    syntax = "markdown"
    if cell.get("cell_type") == "code":
        own = cell.get("language")  # nbformat 3
        syntax = _plain(own) if isinstance(own, str) else language
    for key in ("source", "input"):
        for name, value in every(cell, key):
            if text := joined(value):
                yield ((*path, name), text, syntax, number, "source", identity, None)
    for name, value in every(cell, "metadata"):
        yield from _metadata((*path, name), value, number, identity)
    if not cell.keys() <= _CELL:
        for name in sorted(name for name in cell.keys() - _CELL if MARK not in name):
            yield from _metadata((*path, name), cell[name], number, identity)
    if "attachments" in cell:
        for tail, shown, how in attachment_texts(cell["attachments"]):
            yield ((*path, "attachments", *tail), shown, "output", number, "attachment", identity, how)
    for name, outputs in every(cell, "outputs"):
        for position, output in enumerate(_list(outputs)):
            for tail, shown, how in output_texts(output):
                part = f"output {position + 1}"
                yield ((*path, name, position, *tail), shown, "output", number, part, identity, how)


def _metadata(path: Path, value: Any, cell: int, cell_id: str) -> Iterator[Piece]:
    if value:
        for tail, text in leaves(value):
            if len(text) >= _SHORTEST:
                yield ((*path, *tail), text, "text", cell, "metadata", cell_id, None)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _language(metadata: Any) -> str:
    """The kernel's language, lower case; `python` unless something says otherwise."""
    info = metadata if isinstance(metadata, dict) else {}
    for key, name in (("language_info", "name"), ("kernelspec", "language"), ("kernelspec", "name")):
        part = info.get(key)
        if isinstance(part, dict) and isinstance(part.get(name), str):
            told = _plain(part[name])
            if key == "language_info" or name == "language" or told in _KERNELS:
                return _KERNELS.get(told, told)
    return "python"


def _plain(language: str) -> str:
    """One name for all Pythons: `ipython3`, `Python 3`, `pyspark`."""
    lower = language.lower()
    return "python" if "py" in lower else lower
