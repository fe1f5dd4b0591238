"""Python units as `ast` modules, parsed only when asked for. `ast` finds; nothing here rewrites."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass

from mlscan.documents.document import Document, Unit
from mlscan.documents.lines import Lines
from mlscan.documents.magics import blank_magics
from mlscan.model import Note

_MAX_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Module:
    """A parsed unit. `start` is the unit's byte offset in `Document.data`; nodes are relative to it."""

    unit: Unit
    tree: ast.Module
    lines: Lines

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """Byte offsets of a node in `Document.data`, end exclusive."""
        start = self.lines.offset(node.lineno, node.col_offset)
        end = self.lines.offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        return self.unit.start + start, self.unit.start + end


def modules(document: Document) -> tuple[list[Module], list[Note]]:
    """Every Python unit that parses, in order, and a note for each that does not."""
    parsed: list[Module] = []
    notes: list[Note] = []
    for unit in document.programs:
        text = document.data[unit.start : unit.end]
        code = blank_magics(text) if document.kind == "notebook" else text
        try:
            tree = _dedented(code) if unit.cell and code[:1].isspace() else parse(code)
            parsed.append(Module(unit, tree, Lines(text)))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = document.region(unit.start, unit.start).start_line if unit.cell else 0
            where = f"cell {unit.cell}: " if unit.cell else ""
            reason = error.msg if isinstance(error, SyntaxError) else (str(error) or type(error).__name__)
            at = (error.lineno or 0) if isinstance(error, SyntaxError) and not unit.cell else line
            notes.append(Note(document.source.path, "unparsed", f"{where}not Python 3 ({reason})", at))
    return parsed, notes


def _dedented(code: bytes) -> ast.Module:
    """A cell that starts with a blank: IPython takes the indentation of its first line off all lines."""
    try:
        return parse(code)
    except IndentationError:
        tree = parse(b"if 1:\n" + code)
        branch = tree.body[0]
        if not isinstance(branch, ast.If) or len(tree.body) > 1:
            raise
        ast.increment_lineno(branch, -1)
        return ast.Module(branch.body, [])


def parse(code: bytes) -> ast.Module:
    """`ast.parse` without the warnings of the code it reads; raises what `ast.parse` raises."""
    if len(code) > _MAX_BYTES:
        raise ValueError(f"larger than {_MAX_BYTES} bytes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(code.decode("utf-8", "replace"))
