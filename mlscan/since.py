"""A report narrowed to what changed: findings on changed lines, and what the change does to the gates."""

from __future__ import annotations

from dataclasses import replace

from mlscan.model import Report
from mlscan.sources.changes import Changes


def narrowed(report: Report, changes: Changes, of_graph: Report) -> Report:
    """The findings and notes of `report` that are about changed lines, and all of `of_graph`.

    A gate may be opened from a line that did not change: the comparison of both graphs counts as it is.
    """
    own = [item for item in report.findings if changes.touches(item.place.path, item.place.region)]
    findings = sorted((*own, *of_graph.findings), key=lambda item: item.sort_key)
    known = {rule.id for rule in report.rules}
    return replace(
        report,
        findings=tuple(findings),
        notes=tuple(note for note in report.notes if changes.has(note.path)),
        rules=(*report.rules, *(rule for rule in of_graph.rules if rule.id not in known)),
    )
