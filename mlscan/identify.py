"""Findings of one file get the identities by which GitHub and baselines know them again."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterable
from dataclasses import replace

from mlscan.documents.document import Document
from mlscan.fingerprint import identity, line_hashes
from mlscan.model import Finding

_BOM = "\ufeff"  # a byte order mark is the first unit of the file for codeql-action

# (cell index or 0, line within the cell's source or the file)
_Line = tuple[int, int]


def identified(findings: Iterable[Finding], document: Document) -> list[Finding]:
    """The findings of one file, sorted, each with its fingerprint and its line hash."""
    ordered = sorted(findings, key=lambda item: item.sort_key)
    if not ordered:
        return []
    hashes = _hashes(ordered, document)
    seen: dict[tuple[str, str], int] = {}
    result = []
    for item in ordered:
        key = (item.rule, item.place.excerpt)
        seen[key] = seen.get(key, 0) + 1
        own = identity(item.rule, item.place.path, item.place.excerpt, seen[key])
        result.append(replace(item, fingerprint=own, line_hash=hashes.get(_line(item)) or f"{own}:1"))
    return result


def _line(finding: Finding) -> _Line:
    place = finding.place
    if place.cell is None:
        return 0, place.region.start_line
    # Outputs and metadata change with every run: their own fingerprint serves instead of a line hash.
    return (place.cell.index, place.cell.line) if place.cell.part == "source" else (0, 0)


def _hashes(findings: list[Finding], document: Document) -> dict[_Line, str]:
    """Line hashes of a file; of a notebook over its cell sources, which running it does not change."""
    if all(item.place.cell is None for item in findings):
        text = _BOM * document.source.data.startswith(BOM_UTF8) + document.data.decode("utf-8", "replace")
        found = line_hashes(text, [item.place.region.start_line for item in findings])
        return {(0, line): value for line, value in found.items()}
    text, starts = _cell_sources(document)
    places = {starts[cell] + line: (cell, line) for cell, line in map(_line, findings) if cell in starts}
    return {places[line]: value for line, value in line_hashes(text, places).items()}


def _cell_sources(document: Document) -> tuple[str, dict[int, int]]:
    """The cell sources joined by line breaks, and how many lines stand before each cell."""
    starts: dict[int, int] = {}
    texts: list[str] = []
    lines = 0
    for unit in document.units:
        if unit.part == "source":
            starts[unit.cell] = lines
            texts.append(document.data[unit.start : unit.end].decode("utf-8", "replace"))
            lines += texts[-1].count("\n") + 1
    return "\n".join(texts), starts
