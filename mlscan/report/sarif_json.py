"""sarif-om's objects as plain JSON values.

The serialiser that belongs to sarif-om drops every value that equals its default, `level: warning` among
them, and a reader then takes the level from the rule; and its time is quadratic. This one keeps levels.
"""

from __future__ import annotations

from functools import cache
from typing import Any


def plain(value: Any) -> Any:
    """Dictionaries, lists and scalars, without fields that are None or have their default; levels stay."""
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, dict):
        return {name: plain(entry) for name, entry in value.items()}
    if not hasattr(type(value), "__attrs_attrs__"):
        return value
    return {
        name: plain(entry)
        for attribute, name, default in _fields(value.__class__)
        if (entry := getattr(value, attribute)) is not None and (name == "level" or entry != default)
    }


@cache
def _fields(kind: type) -> tuple[tuple[str, str, Any], ...]:
    """Attribute, its name in SARIF, and its default, for every field of a class."""
    listed = []
    for field in kind.__attrs_attrs__:  # type: ignore[attr-defined]
        make = getattr(field.default, "factory", None)
        name = field.metadata["schema_property_name"]
        listed.append((field.name, name, field.default if make is None else make()))
    return tuple(listed)
