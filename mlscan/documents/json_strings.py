"""Where every string of a JSON text stands, which `json` itself does not tell.

The walk follows RFC 8259 and trusts that the text has already been parsed by `json`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Path = tuple["str | int", ...]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL
)


def strings(text: str) -> Iterator[tuple[Path, int, int]]:
    """(path, start, end) of every string value; the offsets bound its raw content, quotes left out.

    A path holds object keys and array indices from the root. Offsets count code points of `text`.
    """
    import json

    path: list[str | int] = []
    expect_key = False
    for match in _TOKEN.finditer(text):
        token = match[0]
        first = token[0]
        if first == "{":
            path.append("")
            expect_key = True
        elif first == "[":
            path.append(0)
        elif first in "}]":
            path.pop()
        elif first == ",":
            if path and isinstance(path[-1], int):
                path[-1] += 1
            else:
                expect_key = True
        elif first == ":":
            expect_key = False
        elif first == '"':
            if expect_key and path:
                path[-1] = json.loads(token, strict=False) if "\\" in token else token[1:-1]
            else:
                yield tuple(path), match.start() + 1, match.end() - 1


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
