"""JSON objects that hold a key twice: Jupyter shows the last value, a scanner has to see them all.

An earlier value is kept under its key with a NUL and its number behind it, so that a path stays unique.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

MARK = "\x00"


class Duplicated(dict[str, Any]):
    """An object that held at least one key more than once."""


def load(raw: bytes) -> Any:
    """The JSON value with no value left out."""
    return json.loads(raw.decode("utf-8", "replace"), object_pairs_hook=_object, strict=False)


def earlier(key: str, number: int) -> str:
    """The name of the value that was overwritten as the 0-based `number`-th of its key."""
    return f"{key}{MARK}{number}"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    kept = Duplicated()
    counts: dict[str, int] = {}
    for key, value in pairs:
        if key in kept:
            number = counts.get(key, 0)
            kept[earlier(key, number)] = kept[key]
            counts[key] = number + 1
        kept[key] = value
    return kept


def every(value: dict[str, Any], key: str) -> Iterator[tuple[str, Any]]:
    """(name, value) of a key and of the values it overwrote."""
    if key in value:
        if value.__class__ is not dict:
            number = 0
            while (name := earlier(key, number)) in value:
                yield name, value[name]
                number += 1
        yield key, value[key]


def repeated(value: Any, depth: int = 0) -> Iterator[str]:
    """Every key that an object below a value holds more than once."""
    if isinstance(value, Duplicated):
        yield from (name.partition(MARK)[0] for name in value if MARK in name)
    if isinstance(value, dict | list) and depth < 50:
        for item in value.values() if isinstance(value, dict) else value:
            yield from repeated(item, depth + 1)
