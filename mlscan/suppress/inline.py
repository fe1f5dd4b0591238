"""`# mlscan: ignore[rule-id, other-rule] reason` on the line of a finding or alone on the line above.

A family (`ignore[secrets]`) covers its rules. A bare `ignore` without brackets is not accepted: it would
hide what nobody has looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from mlscan.documents.document import Document
from mlscan.documents.lines import Lines
from mlscan.model import Finding, Place, Rule, Suppression

_COMMENT = re.compile(rb"mlscan:[ \t]*ignore\[([^\]\r\n]{1,400})\][ \t]*([^\r\n]*)", re.IGNORECASE)
_ALONE = re.compile(rb"^[ \t]*(?:#|//|--|;|<!--|%|\*)")


@dataclass(frozen=True, slots=True)
class Marker:
    """An ignore comment: its ids, its reason, and whether it stands alone on its line."""

    ids: frozenset[str]
    reason: str
    alone: bool


class InlineMarkers:
    """The ignore comments of one document by (cell, 1-based line within the file or cell source)."""

    def __init__(self, document: Document) -> None:
        self._markers: dict[tuple[int, int], list[Marker]] = {}
        for unit in document.units:
            if unit.part not in ("", "source"):
                continue
            text = document.data[unit.start : unit.end]
            lines: Lines | None = None
            for match in _COMMENT.finditer(text):
                lines = lines or Lines(text)
                line = lines.position(match.start())[0]
                start, _ = lines.line_span(line)
                ids = frozenset(part.strip() for part in match[1].decode("utf-8", "replace").split(","))
                reason = match[2].decode("utf-8", "replace").strip().removesuffix("-->").strip()
                alone = bool(_ALONE.match(text[start : match.start()]))
                self._markers.setdefault((unit.cell, line), []).append(Marker(ids, reason, alone))

    def __bool__(self) -> bool:
        return bool(self._markers)

    def apply(self, findings: Iterable[Finding], rules: dict[str, Rule]) -> list[Finding]:
        """The findings, each marked when a comment covers it."""
        return [self._marked(finding, rules) for finding in findings]

    def _marked(self, finding: Finding, rules: dict[str, Rule]) -> Finding:
        names = {finding.rule}
        if finding.rule in rules:
            names.add(rules[finding.rule].family.value)
        for marker, here in self._near(finding.place):
            if marker.ids & names and (here or marker.alone):
                label = f"mlscan: ignore[{', '.join(sorted(marker.ids))}]"
                return replace(finding, suppressed=Suppression("inline", label, marker.reason))
        return finding

    def _near(self, place: Place) -> Iterable[tuple[Marker, bool]]:
        """Markers on the lines of a place, and those alone in the comment lines right above it."""
        cell = place.cell.index if place.cell else 0
        first = place.cell.line if place.cell else place.region.start_line
        last = first if place.cell else place.region.end_line
        for line in range(first, min(last, first + 50) + 1):
            for marker in self._markers.get((cell, line), ()):
                yield marker, True
        line = first - 1
        while markers := self._markers.get((cell, line)):
            for marker in markers:
                yield marker, False
            line -= 1
