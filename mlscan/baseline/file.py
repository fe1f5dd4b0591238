"""mlscan's own baseline file: JSON with one finding a line, in the order of paths, without line numbers.

Every entry's line ends in a comma and a `null` closes the list, so that no branch touches the line of
another's entry: git merges two branches that added entries, and with `merge=union` any two.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec

from mlscan.baseline.entry import Entry
from mlscan.errors import UserError

VERSION = 1

_ABOUT = "Findings that mlscan holds back. `mlscan baseline` writes this file; add a reason to any line."
_KEY = re.compile(r'"(?:value|code)": ?"([0-9a-f]{8}-[0-9a-f]{8}(?:\.[0-9a-f]{4})?)"')
_CONFLICT = re.compile(r"(?m)^(?:<<<<<<<|=======|>>>>>>>)(?: |\r?$)")
_BREAK = re.compile(r"\r?\n")


class _Line(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    path: str
    rule: str
    value: str = ""
    code: str = ""
    nth: int = 1
    reason: str = ""


class _File(msgspec.Struct, frozen=True):
    version: int
    salt: str
    findings: tuple[_Line | None, ...]


@dataclass(frozen=True, slots=True)
class Own:
    """The content of the file: the salt of its hashes, 16 bytes, and its entries."""

    salt: bytes
    entries: tuple[Entry, ...]


def decode(text: str, name: str) -> Own:
    """The content of a baseline file. Raises UserError that says what is wrong with it."""
    if conflicted(text):
        raise UserError(
            f"{name}: git left a conflict in it; `mlscan baseline` takes the entries of both sides"
        )
    try:
        found = msgspec.convert(json.loads(text), _File)
        salt = uuid.UUID(found.salt).bytes
    except (ValueError, RecursionError) as error:
        raise UserError(f"{name}: not a baseline of mlscan: {error}") from None
    if found.version != VERSION:
        raise UserError(f"{name}: version {found.version} is not known to this mlscan")
    stand = _lines(text)
    # A merge may leave the same entry twice; the one with a reason stays.
    entries = {
        entry.sort_key: entry
        for entry in sorted(
            (_entry(line, stand) for line in found.findings if line), key=lambda item: item.reason
        )
    }
    return Own(salt, tuple(sorted(entries.values(), key=lambda item: item.sort_key)))


def conflicted(text: str) -> bool:
    """Whether git left marks of a conflict in a text."""
    return _CONFLICT.search(text) is not None


def encode(content: Own) -> str:
    """The text of a baseline file, the same for the same content."""
    head = [
        "{",
        f'"version": {VERSION},',
        f'"about": {json.dumps(_ABOUT)},',
        f'"salt": "{uuid.UUID(bytes=content.salt)}",',
        '"findings": [',
    ]
    ordered = sorted(content.entries, key=lambda item: item.sort_key)
    return "\n".join([*head, *(f"{_line(entry)}," for entry in ordered), "null", "]", "}"]) + "\n"


def united(text: str) -> str:
    """A file in which git left conflicts, with the entries of both sides and the first salt."""
    lines = [line.strip() for line in _BREAK.split(text)]
    salts = [line for line in lines if line.startswith('"salt"')]
    entries = [f"{line.rstrip(',')}," for line in lines if line.startswith("{") and line != "{"]
    return "\n".join(["{", f'"version": {VERSION},', *salts[:1], '"findings": [', *entries, "null", "]", "}"])


def renumbered(entries: Iterable[Entry]) -> list[Entry]:
    """Entries for equal findings numbered anew, in order; numbers are what tells them from doublets."""
    seen: dict[tuple[str, str, str], int] = {}
    result = []
    for entry in sorted(entries, key=lambda item: item.sort_key):
        key = (entry.path, entry.rule, entry.key)
        seen[key] = seen.get(key, 0) + 1
        result.append(replace(entry, nth=seen[key]))
    return result


def _entry(line: _Line, stand: dict[str, int]) -> Entry:
    found = line.value or line.code
    key, _, detail = found.partition(".")
    kind = "value" if line.value else "code"
    return Entry(
        line.path,
        line.rule,
        f"{kind}:{key}",
        detail,
        line.nth,
        line.reason,
        spent=not line.value,
        line=stand.get(found, 0),
    )


def _line(entry: Entry) -> str:
    kind, _, key = entry.key.partition(":")
    values: dict[str, str | int] = {
        "path": entry.path,
        "rule": entry.rule,
        kind: f"{key}.{entry.detail}" if entry.detail else key,
    }
    if entry.nth > 1:
        values["nth"] = entry.nth
    if entry.reason:
        values["reason"] = entry.reason
    return json.dumps(values, ensure_ascii=False)


def _lines(text: str) -> dict[str, int]:
    """Where each hash stands first."""
    found: dict[str, int] = {}
    for number, line in enumerate(_BREAK.split(text), 1):
        if key := _KEY.search(line):
            found.setdefault(key[1], number)
    return found
