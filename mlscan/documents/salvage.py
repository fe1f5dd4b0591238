"""What can still be read of a notebook that is not JSON: with conflict markers of a merge, or cut short.

Every string value is taken by itself, under the key before it, and what stands between them as it is. The
walk never fails and never guesses: both sides of a conflict are read.
"""

from __future__ import annotations

import re

from mlscan.documents.cells import Piece
from mlscan.documents.json_strings import STRING, Path, Spans, unescaped
from mlscan.documents.outputs import TEXT_MIME, how_of

_MARKER = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})(?: [^\n]*)?$", re.MULTILINE)
_OPEN = r'"(?:[^"\\]|\\.)*\Z'  # the string at which a file ends too early
_MEMBER = re.compile(
    rf'"([\w./+\-]{{1,80}})"\s*:\s*(\[\s*(?:{STRING}[\s,]*)*(?:{_OPEN})?|{STRING}|{_OPEN})', re.DOTALL
)
_STRINGS = re.compile(rf"{STRING}|{_OPEN}", re.DOTALL)
_GAP = re.compile(r"\w{8}")
VERBATIM = "verbatim"  # the first part of the path of a piece that is no JSON string
_OUTPUTS = ("text", "evalue", "traceback", "html", "latex", "svg", "json", "javascript")


def salvage(text: str) -> tuple[list[Piece], dict[Path, Spans]]:
    """The pieces of a broken notebook, and where their strings stand, in code points of the text."""
    plain = _MARKER.sub(lambda match: " " * len(match[0]), text)
    found: list[Piece] = []
    spans: dict[Path, Spans] = {}
    cell, syntax, position = 0, "python", 0

    def verbatim(start: int, end: int) -> None:
        if _GAP.search(plain, start, end):
            path: Path = (VERBATIM, len(found))
            found.append((path, plain[start:end], "text", cell, "metadata", "", None))
            spans[path] = [(start, end)]

    for match in _MEMBER.finditer(plain):
        key, start, end = match[1], *match.span(2)
        verbatim(position, match.start())
        position = end
        if key == "cell_type":
            syntax = "python" if "code" in match[2] else "markdown"
            continue
        if "/" in key and not key.startswith(TEXT_MIME):
            continue
        parts = [_inside(part) for part in _STRINGS.finditer(plain, start, end)]
        try:
            whole = "".join(unescaped(plain[first:last]) for first, last in parts)
        except ValueError:
            verbatim(start, end)
            continue
        if not whole:
            continue
        source = key in ("source", "input")
        cell += source
        part = "source" if source else "output 1" if "/" in key or key in _OUTPUTS else "metadata"
        kind = syntax if source else "output" if part != "metadata" else "text"
        path: Path = ("salvaged", len(found))
        found.append((path, whole, kind, cell, part, "", None if source else how_of(key, whole)))
        spans[path] = parts
    verbatim(position, len(plain))
    return found, spans


def _inside(string: re.Match[str]) -> tuple[int, int]:
    closed = len(string[0]) > 1 and string[0].endswith('"')
    return string.start() + 1, string.end() - closed
