"""Options and settings that take a protection off, in images, manifests, pipelines, scripts and cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from mlscan.catalog.schema import Catalog
from mlscan.catalog.unsafe import FileRole, UnsafeText
from mlscan.checks.integrity.roles import Roles, role_of
from mlscan.checks.integrity.statement import commented, statement
from mlscan.documents.document import Document
from mlscan.documents.lines import around
from mlscan.model import Confidence, Finding

_LEADING = re.compile(rb"[\s\"'\[,]*(?:-[ \t]+)?")
_MOST = 50  # findings of one entry in one file
_BEFORE, _BEHIND = 2000, 200  # bytes around the end of what an entry describes


@dataclass(frozen=True)
class Entry:
    """An entry of the catalogue with its expressions compiled; an empty one is None."""

    entry: UnsafeText

    @cached_property
    def pattern(self) -> re.Pattern[bytes]:
        return re.compile(self.entry.expression.encode())

    def asks(self, name: str) -> re.Pattern[bytes] | None:
        """The expression under a key of the entry."""
        text = getattr(self.entry, name)
        return re.compile(text.encode()) if text else None


def entries(catalog: Catalog, *where: str) -> tuple[Entry, ...]:
    """The entries that count in these places."""
    return tuple(Entry(text) for tool in catalog.tools for text in tool.unsafe if text.where in where)


class UnsafeTexts:
    """Looks for the entries of a catalogue in whole files or in parts of them."""

    def __init__(self, catalog: Catalog, *where: str) -> None:
        self._entries = entries(catalog, *where)
        self._roles = Roles(catalog.surroundings)

    def find(
        self,
        document: Document,
        spans: Iterable[tuple[int, int]] | None = None,
        ends: Sequence[int] | None = None,
    ) -> Iterator[Finding]:
        """A finding for each place, in these byte spans or in all that the file runs; where `ends` are given,
        the offsets, in order, at which the pass over the bytes saw an entry end, at these only."""
        role = role_of(document)
        if role is None:
            return
        parts = [
            (part, window)
            for part in (spans if spans is not None else _run(document))
            for window in ([part] if ends is None else around(document.data, ends, *part, _BEFORE, _BEHIND))
        ]
        told: set[tuple[str, int]] = set()
        for item in self._entries:
            if role not in item.entry.files:
                continue
            if not any(item.pattern.search(document.data, *window) for _, window in parts):
                continue
            if not _file_holds(document.data, item):
                continue
            found = [
                finding
                for part, window in parts
                for finding in self._in(document, role, item, part, window)
                if (item.entry.rule, finding.place.region.start_line) not in told
            ]
            told |= {(item.entry.rule, finding.place.region.start_line) for finding in found}
            if found:
                # One habit of a file is one finding, at the surest of its places.
                best = max(found, key=lambda finding: finding.confidence)
                others = tuple(finding.place for finding in found if finding is not best)
                yield replace(best, related=others)

    def _in(
        self, document: Document, role: FileRole, item: Entry, part: tuple[int, int], window: tuple[int, int]
    ) -> Iterator[Finding]:
        data, entry = document.data, item.entry
        start, end = part
        near, unless = item.asks("near"), item.asks("unless")
        for number, match in enumerate(item.pattern.finditer(data, *window)):
            if number >= _MOST:
                return
            if commented(data, match.start(), start):
                continue
            low, high = statement(data, match.start(), match.end(), start, end)
            if (near and not near.search(data, low, high)) or (unless and unless.search(data, low, high)):
                continue
            first, last = _trimmed(data, match.start(), match.end())
            shown = " ".join(data[first:last].decode("utf-8", "replace").split())[:80]
            confidence = self._confidence(document, role, item, low, high)
            evidence = (f"'{shown}' in {_called(role)}",)
            message = f"'{shown}' {entry.says}."
            yield Finding(entry.rule, message, document.place(first, last), confidence, evidence=evidence)

    def _confidence(self, document: Document, role: FileRole, item: Entry, low: int, high: int) -> Confidence:
        path = document.source.path
        if role == "notebook" or (item.entry.where == "anywhere" and self._roles.aside(path)):
            return Confidence.LOW
        around = path.encode("utf-8", "replace") + b"\n" + document.data[low:high]
        doubt, sure = item.asks("doubt"), item.asks("sure")
        if (doubt and doubt.search(around)) or (sure and not sure.search(around)):
            return Confidence.LOW
        return Confidence[item.entry.confidence.upper()]


def _file_holds(data: bytes, item: Entry) -> bool:
    wanted, unwanted = item.asks("in_file"), item.asks("unless_file")
    return not (wanted and not wanted.search(data)) and not (unwanted and unwanted.search(data))


def _run(document: Document) -> Iterator[tuple[int, int]]:
    """The parts of a file that somebody runs: of a notebook its cells of code and its shell lines."""
    if document.kind != "notebook":
        yield 0, len(document.data)
        return
    for unit in document.units:
        if unit.part == "source" and unit.syntax != "markdown":
            yield unit.start, unit.end


def _trimmed(data: bytes, start: int, end: int) -> tuple[int, int]:
    """The place without blanks, the mark of a list's item, and quotes that do not close inside."""
    text = data[start:end]
    ahead = _LEADING.match(text)
    behind = text.rstrip(b" \t\r\n,;|&]})#")
    if behind[-1:] in (b'"', b"'") and behind.count(behind[-1:]) % 2:
        behind = behind[:-1]
    return start + (ahead.end() if ahead else 0), max(start + len(behind), start + 1)


def _called(role: FileRole) -> str:
    names = {
        "yaml": "a YAML file",
        "compose": "a compose file",
        "settings": "a settings file",
        "image": "an image",
    }
    return names.get(role, f"a {role}")
