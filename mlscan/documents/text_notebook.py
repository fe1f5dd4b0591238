"""Notebooks kept as Python files: Databricks exports and percent files (jupytext, VS Code, Spyder).

The file is one Python program and its places are its own lines and columns; cells are numbered beside them.
Marimo notebooks are ordinary Python and need nothing of this. Formats:
https://docs.databricks.com/en/notebooks/notebook-export-import.html,
https://jupytext.readthedocs.io/en/latest/formats-scripts.html
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from mlscan.documents.document import Document, Unit
from mlscan.documents.lines import Lines
from mlscan.model import Cell
from mlscan.sources.source import Source

_DATABRICKS = b"# Databricks notebook source"
_COMMAND = re.compile(rb"(?m)^# COMMAND -{3,}[ \t]*\r?(?:\n|\Z)")
_PERCENT = re.compile(rb"(?m)^# ?%%(?:[ \t][^\n]*)?\r?(?:\n|\Z)")
_PROSE = re.compile(rb"\[(?:markdown|md|raw)\]")
_MAGIC = re.compile(rb"(?m)^# MAGIC ?")
_MARKDOWN = re.compile(rb"\s*# MAGIC %md")
# jupytext comments magics out: `# %env X=y`, `# !pip install`, and whole cells under `# %%bash`.
_COMMENTED = re.compile(rb"(?m)^#[ \t](?=!|%\w)")
_COMMENTED_CELL = re.compile(rb"\s*#[ \t]%%\w")
_COMMENT = re.compile(rb"(?m)^#[ \t]?")
_LANGUAGE = re.compile(rb'\blanguage="(\w{1,20})"')
_CODE = re.compile(rb"(?m)^[^#\s]")


class TextNotebook(Document):
    """A Python file with cells; offsets are those of the file."""

    def __init__(self, source: Source, data: bytes) -> None:
        super().__init__(source, data, "notebook")

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        databricks = self.data.startswith(_DATABRICKS)
        marks = list((_COMMAND if databricks else _PERCENT).finditer(self.data))
        head = self.data.find(b"\n") + 1 if databricks else 0
        bounds = [(head, marks[0].start() if marks else len(self.data), b"")]
        if not databricks and not _CODE.search(self.data[: bounds[0][1]]):
            bounds = []  # nothing but the header of jupytext
        ends = [*(mark.start() for mark in marks[1:]), len(self.data)]
        bounds += [(mark.end(), end, mark[0]) for mark, end in zip(marks, ends, strict=False)]
        return tuple(
            Unit(start, max(start, end), _syntax(self.data[start:end], mark), number + 1, "source")
            for number, (start, end, mark) in enumerate(bounds)
        )

    @property
    def programs(self) -> tuple[Unit, ...]:
        return (Unit(0, len(self.data), "python"),)

    def unit_at(self, offset: int) -> Unit:
        return self.units[max(0, bisect_right([unit.start for unit in self.units], offset) - 1)]

    def cell(self, start: int) -> Cell | None:
        unit = self.unit_at(start)
        if start < unit.start:
            return None
        line, column = Lines(self.data[unit.start :]).position(start - unit.start)
        return Cell(unit.cell, line, column, unit.part)


def is_text_notebook(data: bytes) -> bool:
    """Whether a Python file is a notebook with cells."""
    if data.startswith((_DATABRICKS, b"# %%", b"#%%")):
        return True
    return (b"\n# %%" in data or b"\n#%%" in data) and bool(_PERCENT.search(data))


def uncommented(cell: bytes) -> bytes:
    """A cell with its magics as IPython would get them; every byte stays at its place."""
    if b"# MAGIC" in cell:
        return _MAGIC.sub(_spaces, cell)
    return bare(cell) if _COMMENTED_CELL.match(cell) else _COMMENTED.sub(_spaces, cell)


def language_of(data: bytes, unit: Unit) -> str:
    """The language that jupytext notes in a cell's mark for `%%bash` and its like, or an empty string."""
    mark = data[data.rfind(b"\n", 0, max(0, unit.start - 1)) + 1 : unit.start]
    found = _LANGUAGE.search(mark) if mark.startswith(b"#") else None
    return found[1].decode() if found else ""


def bare(cell: bytes) -> bytes:
    """A cell that is one comment without its comment signs; every byte stays at its place."""
    return _COMMENT.sub(_spaces, cell)


def _spaces(match: re.Match[bytes]) -> bytes:
    return b" " * len(match[0])


def _syntax(cell: bytes, mark: bytes) -> str:
    return "markdown" if _PROSE.search(mark) or _MARKDOWN.match(cell) else "python"
