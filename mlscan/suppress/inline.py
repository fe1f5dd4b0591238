"""Ignore comments applied: `# mlscan: ignore[rule-id, other-rule] reason` on the line of a finding, or alone
on the line above. A family (`ignore[secrets]`) covers its rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from mlscan.documents.document import Document
from mlscan.model import Finding, Note, Place, Rule, Suppression
from mlscan.suppress.markers import Marker, markers

_TALLEST = 50  # lines of a finding that are searched for a comment


class InlineMarkers:
    """The ignore comments of one document, and which of them were of use."""

    def __init__(self, document: Document) -> None:
        self._path = document.source.path
        self._used: set[Marker] = set()
        self._markers: dict[tuple[int, int], list[Marker]] = defaultdict(list)
        for marker in markers(document):
            self._markers[marker.cell, marker.line].append(marker)

    def __bool__(self) -> bool:
        return bool(self._markers)

    def apply(self, findings: Iterable[Finding], rules: dict[str, Rule]) -> list[Finding]:
        """The findings, each marked when a comment covers it."""
        return [self._marked(finding, rules) for finding in findings]

    def unused(self, counts: Callable[[str], bool]) -> list[Note]:
        """A note for each of mlscan's own comments that covered nothing, if one of its ids `counts`; what
        only quotes such a comment is none."""
        return [
            Note(self._path, "unused", f"{marker.label} suppresses nothing", marker.line)
            for found in self._markers.values()
            for marker in found
            if marker.own and not marker.quoted and marker not in self._used and any(map(counts, marker.ids))
        ]

    def _marked(self, finding: Finding, rules: dict[str, Rule]) -> Finding:
        names = {finding.rule, rules[finding.rule].family.value}
        covering = next((marker for marker in self._near(finding.place) if marker.ids & names), None)
        if covering is None:
            return finding
        self._used.add(covering)
        return replace(finding, suppressed=Suppression("inline", covering.label, covering.reason))

    def _near(self, place: Place) -> Iterable[Marker]:
        """Markers on the lines of a place, and those alone in the comment lines right above it."""
        cell = place.cell.index if place.cell else 0
        first = place.cell.line if place.cell else place.region.start_line
        last = first if place.cell else min(place.region.end_line, first + _TALLEST)
        for line in range(first, last + 1):
            yield from (marker for marker in self._markers.get((cell, line), ()) if marker.here)
        line = first - 1
        while above := self._markers.get((cell, line)):
            yield from (marker for marker in above if marker.below)
            line -= 1
