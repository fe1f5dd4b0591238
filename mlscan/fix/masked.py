"""A unified diff that shows no secret: where one stood, stars stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from mlscan.documents.document import Document, utf8
from mlscan.mask import starred

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_CONTEXT = 3
_SHORTEST = 6


def diff(path: str, before: Document, after: Document) -> str:
    """What changes, for reading: the lines are masked, so that it cannot be applied."""
    old, new = _lines(before), _lines(after)
    values = {*_values(before), *_values(after)}
    hidden_old, hidden_new = _masked(before, old, values), _masked(after, new, values)
    parts = [f"--- a/{path}\n", f"+++ b/{path}\n"]
    for group in _groups(old, new):
        first, last = group[0], group[-1]
        parts.append(f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n")
        for kind, low, high, begin, end in group:
            if kind == "equal":
                parts += [_shown(" ", line) for line in hidden_old[low:high]]
                continue
            parts += [_shown("-", line) for line in hidden_old[low:high]]
            parts += [_shown("+", line) for line in hidden_new[begin:end]]
    return "".join(parts)


def _groups(old: list[str], new: list[str]) -> Iterator[list[tuple[str, int, int, int, int]]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    yield from matcher.get_grouped_opcodes(_CONTEXT)


def _lines(document: Document) -> list[str]:
    return _LINE.findall(utf8(document.source.data).decode("utf-8", "replace"))


def _values(document: Document) -> Iterator[str]:
    """The secrets of a document as they are and as JSON writes them."""
    for start, end in document.concealed:
        value = document.data[start:end].decode("utf-8", "replace")
        if len(value) >= _SHORTEST:
            yield value
            yield json.dumps(value)[1:-1]
            yield json.dumps(value, ensure_ascii=False)[1:-1]


def _masked(document: Document, lines: list[str], values: Iterable[str]) -> list[str]:
    spans: dict[int, list[tuple[int, int]]] = {}
    for start, end in document.concealed:
        region = document.region(start, end)
        for number in range(region.start_line, region.end_line + 1):
            first = region.start_column - 1 if number == region.start_line else 0
            last = region.end_column - 1 if number == region.end_line else len(lines[number - 1])
            spans.setdefault(number - 1, []).append((first, last))
    ordered = sorted(values, key=len, reverse=True)
    return [_hidden(line, spans.get(number, []), ordered) for number, line in enumerate(lines)]


def _hidden(line: str, spans: list[tuple[int, int]], values: list[str]) -> str:
    # An empty span: what only looks like a secret is starred on every line.
    bounds = [(0, 0), *((len(line[:low].encode()), len(line[:high].encode())) for low, high in spans)]
    body = line.rstrip("\r\n")
    line = starred(body.encode(), bounds).decode("utf-8", "replace") + line[len(body) :]
    for value in values:
        if value in line:
            line = line.replace(value, "*" * len(value))
    return line


def _shown(sign: str, line: str) -> str:
    body = line.rstrip("\r\n")
    end = "\n" if body != line else "\n\\ No newline at end of file\n"
    return f"{sign}{body}{end}"


def _range(start: int, end: int) -> str:
    length = end - start
    return (
        f"{start + 1 if length else start}" if length == 1 else f"{start + 1 if length else start},{length}"
    )
