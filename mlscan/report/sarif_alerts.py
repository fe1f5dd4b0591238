"""Findings as GitHub counts them: those of one rule on one line are one alert, with one fingerprint.

GitHub knows an alert by its rule and the hash of its line (`primaryLocationLineHash`). Of two results that
share both it shows one, so the others become places that the message of the first links to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mlscan.model import Finding, Place, Report
from mlscan.report.summary import ranked


@dataclass(frozen=True, slots=True)
class Alert:
    """The first finding of its line, and the others of the same rule there."""

    finding: Finding
    others: tuple[Finding, ...] = ()

    @property
    def related(self) -> tuple[Place, ...]:
        """Where else: the other findings of the line first, then what belongs to the first."""
        beside = (replace(other.place, note=f"also here: {other.message}") for other in self.others)
        return (*beside, *self.finding.related)

    @property
    def flows(self) -> tuple[tuple[Place, ...], ...]:
        """The paths that prove it, one for each finding that has any."""
        return tuple(finding.flow for finding in (self.finding, *self.others) if finding.flow)


def alerts(report: Report, suppressed: bool) -> list[Alert]:
    """The alerts of a report, highest severity first; those of suppressed findings, if wanted, at the end."""
    lines: dict[tuple[str, str, str, bool], list[Finding]] = {}
    for number, finding in enumerate(ranked(report, suppressed)):
        line = finding.line_hash or str(number)
        key = (finding.rule, finding.place.path, line, finding.suppressed is None)
        lines.setdefault(key, []).append(finding)
    return [Alert(first, tuple(others)) for first, *others in lines.values()]
