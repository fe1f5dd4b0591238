"""A file as UTF-8 text in units of one syntax each, with a map from any offset back to the raw file.

`Document.data` is what rules match against and what all offsets mean. For most files it is the file itself
(without a byte order mark, transcoded to UTF-8 where needed); for a notebook it is the decoded text of all
cells and outputs, one after another.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

from mlscan.documents.lines import Lines
from mlscan.mask import starred
from mlscan.model import Cell, Note, Place, Region
from mlscan.sources.source import Source

if TYPE_CHECKING:
    from mlscan.documents.magics import Magic

Kind = Literal["text", "python", "notebook", "yaml"]

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_EXCERPT = 160
_AROUND = 4096  # bytes of a long line that an excerpt is made of, on either side
_TEMPLATE = re.compile(
    r"\.ya?ml\.(tmpl|tpl|template|j2|jinja2?|dist|example|sample)$|\.ya?ml$", re.IGNORECASE
)
_PYTHON_SHEBANG = re.compile(rb"#![^\n]{0,80}python")


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of `Document.data` in one syntax.

    `syntax` is `python`, `yaml`, `markdown`, `output`, `text` or another kernel's language; `cell` is 1-based
    (0: not in a cell), `part` is `source`, `output 2`, `attachment` or `metadata`.
    """

    start: int
    end: int
    syntax: str
    cell: int = 0
    part: str = ""
    cell_id: str = ""


class Document:
    """Bytes understood far enough to point into them. `notes` say what could not be understood."""

    def __init__(self, source: Source, data: bytes, kind: Kind, notes: tuple[Note, ...] = ()) -> None:
        self.source = source
        self.data = data
        self.kind: Kind = kind
        self.notes = notes
        self._secrets: list[tuple[int, int]] = []
        self._reach: list[int] = []
        self._placed: dict[Region, tuple[int, int]] = {}

    def conceal(self, spans: Iterable[tuple[int, int]]) -> None:
        """Hide these byte spans of `data` in every excerpt made from now on."""
        self._secrets = sorted({*self._secrets, *spans})
        self._reach = list(accumulate((end for _, end in self._secrets), max))

    @property
    def concealed(self) -> tuple[tuple[int, int], ...]:
        """The byte spans of `data` that excerpts hide."""
        return tuple(self._secrets)

    def secrets_at(self, region: Region) -> list[tuple[int, int]]:
        """The byte span of a place that was made of this document, then those that excerpts hide and that
        touch it; an empty list where none does."""
        low, high = self._placed.get(region, (0, 0))
        touched = self._touching(low, high)
        return list(dict.fromkeys(((low, high), *touched))) if touched else []

    def _touching(self, low: int, high: int) -> list[tuple[int, int]]:
        """The concealed spans that reach into a stretch of `data`."""
        spans = self._secrets
        # The furthest end so far of the spans in order: before the first that reaches `low` none does.
        first, last = bisect_right(self._reach, low), bisect_left(spans, (high, 0))
        return [span for span in spans[first:last] if span[1] > low]

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        syntax = self.kind if self.kind in ("python", "yaml") else "text"
        return (Unit(0, len(self.data), syntax),)

    @property
    def programs(self) -> tuple[Unit, ...]:
        """The units to parse as Python, one by one."""
        return tuple(unit for unit in self.units if unit.syntax == "python" and unit.part in ("", "source"))

    @cached_property
    def magics(self) -> list[tuple[int, bytes, Magic]]:
        """(offset of the cell, its text, a magic of it) for every magic of a notebook's code cells."""
        from mlscan.documents.cell_magics import cell_magics

        return list(cell_magics(self)) if self.kind == "notebook" else []

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.data)

    def unit_at(self, offset: int) -> Unit:
        """The unit that holds a byte offset."""
        return self.units[0]

    def region(self, start: int, end: int) -> Region:
        """The region of the raw file that holds these bytes of `data`."""
        return self.lines.region(start, end)

    def cell(self, start: int) -> Cell | None:
        """The cell an offset lies in, or None outside notebooks."""
        return None

    def line_bounds(self, offset: int) -> tuple[int, int]:
        """Byte offsets of the line of `data` an offset lies in, without its line break."""
        return self.lines.line_span(self.lines.position(offset)[0])

    def place(self, start: int, end: int, note: str = "") -> Place:
        """A place for these bytes of `data`, concealed secrets masked in its excerpt."""
        first, last = self.line_bounds(start)
        # A minified file is one line of megabytes; what is shown stands around the span.
        first, last = max(first, start - _AROUND), min(last, max(start, min(end, start + _AROUND)) + _AROUND)
        spans = [(low - first, high - first) for low, high in self._touching(first, last)]
        line = starred(self.data[first:last], spans)
        excerpt, column, width = excerpt_of(line, start - first, min(end, last) - first)
        region = self.region(start, end)
        self._placed[region] = start, end
        return Place(self.source.path, region, self.cell(start), note, excerpt, column, width)


# Bytes of a line on either side of a span, more than are ever shown.


def excerpt_of(line: bytes, start: int, end: int) -> tuple[str, int, int]:
    """(text, 1-based column, width in code points) of a span of a line, long lines cut around the span."""
    before = line[:start].decode("utf-8", "replace")
    inside = line[start : max(start, end)].decode("utf-8", "replace")
    after = line[max(start, end) :].decode("utf-8", "replace")
    if len(before) > _EXCERPT // 2:
        before = "…" + before[-_EXCERPT // 2 :]
    width = max(1, len(inside))
    if len(inside) > _EXCERPT:
        inside = inside[:_EXCERPT] + "…"
        width = _EXCERPT
    if len(after) > _EXCERPT // 2:
        after = after[: _EXCERPT // 2] + "…"
    indent = len(before) - len(before.lstrip())
    text = (before[indent:] + inside + after).rstrip().replace("\t", " ")
    return text, len(before) - indent + 1, width


def utf8(raw: bytes) -> bytes:
    """The same text in UTF-8 without a byte order mark; neither UTF-8 nor UTF-16 is Latin-1."""
    if raw.isascii():
        return raw
    if raw.startswith(codecs.BOM_UTF8):
        return utf8(raw[len(codecs.BOM_UTF8) :])
    if raw.startswith(UTF16):
        return raw.decode("utf-16", "replace").encode("utf-8", "replace")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1").encode("utf-8")
    return raw


def kind_of(path: str, head: bytes) -> Kind:
    """What a file is, from its name and, for scripts without one, its first line."""
    lower = path.lower()
    if lower.endswith(".ipynb"):
        return "notebook"
    if lower.endswith((".py", ".pyi", ".pyw")) or _PYTHON_SHEBANG.match(head):
        return "python"
    return "yaml" if _TEMPLATE.search(lower) else "text"


def text_document(source: Source) -> Document:
    """A document whose data is the file's own text (for a notebook: its raw JSON)."""
    kind = kind_of(source.path, source.data[:100])
    return Document(source, utf8(source.data), "text" if kind == "notebook" else kind)


def open_document(source: Source) -> Document:
    """The document of a source; a notebook is decoded, and read as text with a note where that fails."""
    kind = kind_of(source.path, source.data[:100])
    if kind == "python" and (b"%%" in source.data or b"# Databricks" in source.data):
        from mlscan.documents.text_notebook import TextNotebook, is_text_notebook

        data = utf8(source.data)
        return TextNotebook(source, data) if is_text_notebook(data) else Document(source, data, kind)
    if kind != "notebook":
        return text_document(source)
    from mlscan.documents.notebook import NotebookDocument, NotebookError

    try:
        return NotebookDocument(source)
    except NotebookError as error:
        document = text_document(source)
        note = Note(source.path, "unparsed", f"not a notebook ({error}); searched as text", error.line)
        return Document(source, document.data, "text", (note,))
