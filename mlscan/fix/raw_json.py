"""Where the values of a JSON text stand. The text has been parsed before; offsets count code points."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlscan.documents.json_strings import Path, Spans, raw_offset, unescaped
from mlscan.fix.edits import RefusedError

_BLANKS = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True)
class Value:
    """The text of one value, brackets or quotes included; `end` is exclusive."""

    start: int
    end: int


def find(raw: str, path: Path) -> Value:
    """The value at a path of keys and indices; of a key that stands twice the last one counts."""
    start = _blank(raw, 0)
    value = Value(start, len(raw))
    for wanted in path:
        inner = dict(members(raw, value)).get(wanted)
        if inner is None:
            raise RefusedError("the notebook's JSON cannot be edited in place")
        value = inner
    return value


def members(raw: str, value: Value) -> Iterator[tuple[str | int, Value]]:
    """(key or index, value) of everything in an object or a list."""
    position, number = value.start + 1, 0
    while (position := _blank(raw, position)) < value.end and raw[position] not in "]}":
        if raw[position] == ",":
            position += 1
            continue
        key: str | int = number
        if raw[value.start] == "{":
            key, position = _DECODER.raw_decode(raw, position)
            position = _blank(raw, _blank(raw, position) + 1)
        end = _DECODER.raw_decode(raw, position)[1]
        yield key, Value(position, end)
        position, number = end, number + 1


def offset_in(raw: str, spans: Spans, index: int) -> int:
    """Where code point number `index` of a text stands whose parts have these spans of raw content."""
    for start, end in spans[:-1]:
        length = len(unescaped(raw[start:end]))
        if index < length:
            return start + raw_offset(raw[start:end], index)
        index -= length
    start, end = spans[-1]
    return start + raw_offset(raw[start:end], index)


def _blank(raw: str, position: int) -> int:
    found = _BLANKS.match(raw, position)
    return found.end() if found else position
