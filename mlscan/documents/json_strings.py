"""Where the strings of a JSON text stand, which `json` itself does not tell.

The walk follows RFC 8259 and trusts that the text has already been parsed by `json`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Set

from mlscan.documents.duplicates import earlier

Path = tuple["str | int", ...]
Spans = list[tuple[int, int]]

STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_DECODER = json.JSONDecoder(strict=False)
_STRINGS = re.compile(STRING, re.DOTALL)
# A list of strings is one token: most lists of a notebook are nobody's concern.
_TOKEN = re.compile(rf"{STRING}|\[\s*(?:{STRING}\s*(?:,\s*)?)+\]|[{{}}\[\],:]|[^\s{{}}\[\],:\"]+", re.DOTALL)
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL
)


def string_spans(text: str, wanted: Set[Path], *, twice: bool = False) -> dict[Path, Spans]:
    """Spans of the raw content, quotes left out, of strings and lists of strings at the wanted paths.

    A path holds object keys and array indices from the root. Of duplicate keys the last one counts, as for
    `json`; with `twice`, an earlier one has the name that `mlscan.documents.duplicates` gives it. Offsets
    count code points of `text`.
    """
    walk = _Walk(text, wanted, twice=twice)
    if walk.repeated:
        # The number of a value is known only when the next one of its key comes: walk again.
        walk = _Walk(text, wanted, walk.repeated, twice=twice)
    return walk.found


class _Walk:
    """One pass over a JSON text. `repeated` counts the keys that an object holds more than once."""

    def __init__(
        self,
        text: str,
        wanted: Set[Path],
        repeated: dict[tuple[int, str], int] | None = None,
        *,
        twice: bool,
    ) -> None:
        self.found: dict[Path, Spans] = {}
        self.repeated: dict[tuple[int, str], int] = {}
        self._wanted = wanted
        self._known = repeated or {}
        self._twice = twice
        # What lies on the way to a wanted string; the number that a key gets is known only to who reads all.
        self._above = _above(wanted) if not twice else None
        self._walk(text)

    def _walk(self, text: str) -> None:
        path: list[str | int] = []
        # Of every open object its offset and how often each of its keys has come so far.
        objects: list[tuple[int, dict[str, int]]] = []
        expect_key = False
        tokens = _TOKEN.finditer(text)
        while (match := next(tokens, None)) is not None:
            start, end = match.span()
            first = text[start]
            if first == '"':
                if expect_key and path and objects:
                    token = match[0]
                    key = json.loads(token, strict=False) if "\\" in token else token[1:-1]
                    path[-1] = self._name(key, *objects[-1]) if self._twice else key
                elif tuple(path) in self._wanted:
                    self.found[tuple(path)] = [(start + 1, end - 1)]
            elif first == ",":
                if path and isinstance(path[-1], int):
                    path[-1] += 1
                else:
                    expect_key = True
            elif first == ":":
                expect_key = False
            elif first in "{[" and end - start == 1 and (behind := self._behind(text, start, path)):
                tokens = _TOKEN.finditer(text, behind)
            elif first == "{":
                path.append("")
                objects.append((start, {}))
                expect_key = True
            elif first == "[":
                if end - start == 1:
                    path.append(0)
                else:
                    self._list(text, start, end, path)
            elif first in "}]":
                if path:
                    path.pop()
                if first == "}" and objects:
                    objects.pop()

    def _behind(self, text: str, start: int, path: list[str | int]) -> int:
        """The offset behind a value in which nothing wanted lies; 0 for one that has to be walked."""
        if self._above is None or tuple(path) in self._above:
            return 0
        try:
            return int(_DECODER.raw_decode(text, start)[1])
        except (RecursionError, ValueError):
            return 0

    def _name(self, key: str, start: int, counts: dict[str, int]) -> str:
        """The key, or the name of a value that a later one of the same object overwrites."""
        count = counts.get(key, 0)
        counts[key] = count + 1
        if count:
            self.repeated[start, key] = count + 1
        last = self._known.get((start, key), 1) - 1
        return key if count >= last else earlier(key, count)

    def _list(self, text: str, start: int, end: int, path: list[str | int]) -> None:
        """A list of nothing but strings: wanted as a whole, or by its elements."""
        if tuple(path) in self._wanted:
            inner = _STRINGS.finditer(text, start, end)
            self.found[tuple(path)] = [(part.start() + 1, part.end() - 1) for part in inner]
            return
        for index, part in enumerate(_STRINGS.finditer(text, start, end)):
            whole = (*path, index)
            if whole in self._wanted:
                self.found[whole] = [(part.start() + 1, part.end() - 1)]


def _above(wanted: Set[Path]) -> set[Path]:
    """Every path that leads to a wanted one, and those themselves."""
    found = set(wanted)
    for path in wanted:
        while path and (path := path[:-1]) not in found:
            found.add(path)
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


def unescaped(raw: str) -> str:
    """The text of a string's raw content."""
    return str(json.loads(f'"{raw}"', strict=False)) if "\\" in raw else raw
