"""Where the strings of a JSON text stand, which `json` itself does not tell.

The walk follows RFC 8259 and trusts that the text has already been parsed by `json`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container

Path = tuple["str | int", ...]

_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_STRINGS = re.compile(_STRING, re.DOTALL)
# A list of strings is one token: most lists of a notebook are nobody's concern.
_TOKEN = re.compile(
    rf"{_STRING}|\[\s*(?:{_STRING}\s*(?:,\s*)?)+\]|[{{}}\[\],:]|[^\s{{}}\[\],:\"]+", re.DOTALL
)
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL
)


def string_spans(text: str, wanted: Container[Path]) -> dict[Path, list[tuple[int, int]]]:
    """Spans of the raw content, quotes left out, of strings and lists of strings at the wanted paths.

    A path holds object keys and array indices from the root; of duplicate keys the last one counts, as
    for `json`. Offsets count code points of `text`.
    """
    found: dict[Path, list[tuple[int, int]]] = {}
    path: list[str | int] = []
    expect_key = False
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        first = text[start]
        if first == '"':
            if expect_key and path:
                token = match[0]
                path[-1] = json.loads(token, strict=False) if "\\" in token else token[1:-1]
            elif tuple(path) in wanted:
                found[tuple(path)] = [(start + 1, end - 1)]
        elif first == ",":
            if path and isinstance(path[-1], int):
                path[-1] += 1
            else:
                expect_key = True
        elif first == ":":
            expect_key = False
        elif first == "{":
            path.append("")
            expect_key = True
        elif first == "[":
            if end - start == 1:
                path.append(0)
            elif tuple(path) in wanted:
                inner = _STRINGS.finditer(text, start, end)
                found[tuple(path)] = [(part.start() + 1, part.end() - 1) for part in inner]
            else:
                for index, part in enumerate(_STRINGS.finditer(text, start, end)):
                    whole = (*path, index)
                    if whole in wanted:
                        found[whole] = [(part.start() + 1, part.end() - 1)]
        elif first in "}]":
            path.pop()
    return found


def raw_offset(raw: str, index: int) -> int:
    """The offset within a string's raw content at which its decoded code point number `index` starts."""
    position = decoded = 0
    for match in _ESCAPE.finditer(raw):
        plain = match.start() - position
        if decoded + plain >= index:
            break
        decoded += plain + 1
        position = match.end()
        if decoded == index:
            return position
    return position + index - decoded
