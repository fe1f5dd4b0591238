"""What the plugins say of single lines, as candidates with exact spans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from mlscan.documents.document import Document
from mlscan.model import Confidence, Note
from mlscan.secrets.candidate import OPINION, PLUGIN, Candidate
from mlscan.secrets.judge import Judge
from mlscan.secrets.plugins.hints import Hints
from mlscan.secrets.plugins.load import Loaded, load

RULE = "detect-secrets-plugin"
_LONGEST = 8192  # of a longer line a plugin sees this much around a hint: many of them backtrack
_CONTEXT = 5
_PASSWORD = re.compile(r"(?i)password|keyword|basic")


@dataclass(frozen=True, slots=True)
class Piece:
    """A line, or the part of a long one: bytes `start` to `end` of the document."""

    start: int
    end: int


class Plugins:
    """The plugins of one run; one object per process."""

    def __init__(self, names: tuple[str, ...]) -> None:
        plugins = load(names)
        self._hints = Hints(plugins)
        self._eager = [loaded for loaded in self._hints.everywhere if loaded.own]
        # What detect-secrets finds by entropy and names has no expressions: a second opinion on ours.
        self._second = [loaded for loaded in self._hints.everywhere if not loaded.own]

    def wants(self, data: bytes) -> bool:
        """Whether a plugin may find something in a file, whatever the catalogue says of it."""
        return bool(self._eager) or bool(self._hints.find(data))

    def find(self, document: Document, known: list[Candidate], judge: Judge) -> Iterator[Candidate]:
        """Candidates of every plugin; `known` are those found without them.

        What a plugin of detect-secrets finds alone must pass the judge; a user's own is believed. One that
        fails on a line leaves a note.
        """
        data = document.data
        work = {loaded: _pieces(document, ends) for loaded, ends in self._hints.find(data).items()}
        mine = _pieces(document, [item.start + 1 for item in known])
        work |= dict.fromkeys(self._second, mine)
        work |= dict.fromkeys(self._eager, _every(document) if self._eager else [])
        covered = [(item.start, item.end) for item in known]
        seen: set[tuple[str, int, int]] = set()
        for loaded, pieces in work.items():
            for piece in pieces:
                for value in _asked(loaded, document, piece):
                    for start, end in _spans(data, piece, value):
                        if (loaded.name, start, end) in seen:
                            continue
                        seen.add((loaded.name, start, end))
                        agrees = any(low < end and start < high for low, high in covered)
                        candidate = _candidate(loaded, value, start, end, agrees, judge)
                        if candidate is not None:
                            yield candidate


def _candidate(
    loaded: Loaded, value: str, start: int, end: int, agrees: bool, judge: Judge
) -> Candidate | None:
    kind = str(loaded.plugin.secret_type)
    evidence = f"detect-secrets plugin {loaded.name}"
    if loaded.own:
        return Candidate(
            start, end, value, RULE, PLUGIN, Confidence.HIGH, kind, (evidence,)
        )  # fmt: skip
    if agrees:
        return Candidate(start, end, value, RULE, OPINION, Confidence.LOW, kind, (evidence,))
    judgement = judge.named(value, "password" if _PASSWORD.search(kind) else "key")
    if judgement.confidence is None:
        return None
    reasons = (evidence, judgement.reason)
    return Candidate(
        start, end, value, RULE, OPINION, judgement.confidence, kind, reasons, weak=judgement.weak
    )


def _asked(loaded: Loaded, document: Document, piece: Piece) -> list[str]:
    """The values a plugin finds in a piece, in a fixed order."""
    from detect_secrets.util.inject import call_function_with_arguments

    text = document.data[piece.start : piece.end].decode("utf-8", "replace")
    number = document.lines.position(piece.start)[0]
    try:
        found = call_function_with_arguments(
            loaded.plugin.analyze_line,
            filename=document.source.path,
            line=text,
            line_number=number,
            context=_context(document, number, text),
            enable_eager_search=False,
        )
        return sorted({item.secret_value for item in found or () if item.secret_value})
    except Exception as error:  # a plugin's own mistake must not end the scan
        line = document.region(piece.start, piece.end).start_line
        what = f"the plugin {loaded.name} failed here ({type(error).__name__})"
        document.notes = tuple(
            dict.fromkeys((*document.notes, Note(document.source.path, "plugin", what, line)))
        )
        return []


def _context(document: Document, number: int, text: str) -> Any:
    """The lines around, which some plugins ask for."""
    from detect_secrets.util.code_snippet import CodeSnippet

    first = max(1, number - _CONTEXT)
    last = min(len(document.lines.starts), number + _CONTEXT)
    lines = []
    for line in range(first, last + 1):
        start, end = document.lines.line_span(line)
        lines.append(document.data[start : min(end, start + _LONGEST)].decode("utf-8", "replace"))
    lines[number - first] = text
    return CodeSnippet(lines, first, number - first)


def _spans(data: bytes, piece: Piece, value: str) -> Iterator[tuple[int, int]]:
    """Every place of a value in its piece; the whole piece when the plugin changed what it read."""
    wanted = value.encode("utf-8", "replace")
    start = data.find(wanted, piece.start, piece.end)
    if start < 0:
        yield piece.start, piece.end
    while start >= 0:
        yield start, start + len(wanted)
        start = data.find(wanted, start + len(wanted), piece.end)


def _pieces(document: Document, offsets: Iterable[int]) -> list[Piece]:
    """The lines in which these byte offsets end something, once each."""
    pieces = {}
    for offset in offsets:
        start, end = document.line_bounds(max(0, offset - 1))
        if end - start > _LONGEST:
            start, end = max(start, offset - _LONGEST // 2), min(end, offset + _LONGEST // 2)
        if start < end:
            pieces[start, end] = Piece(start, end)
    return list(pieces.values())


def _every(document: Document) -> list[Piece]:
    starts = range(1, len(document.lines.starts) + 1)
    spans = (document.lines.line_span(line) for line in starts)
    return [
        Piece(low, min(low + _LONGEST, end)) for start, end in spans for low in range(start, end, _LONGEST)
    ]
