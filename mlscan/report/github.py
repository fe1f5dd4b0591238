"""Workflow commands of GitHub Actions, which become annotations on a pull request.

GitHub shows ten per step and level, so the worst come first, and a last plain line gives the total and says
where there are more.
"""

from __future__ import annotations

from mlscan.model import Finding, Place, Report, Rule, Severity
from mlscan.report.style import PLAIN, Style
from mlscan.report.summary import (
    counted,
    ranked,
    rules_by_id,
    severity_counts,
    summarise,
    suppressions,
    unanalysed,
)
from mlscan.report.visible import one_line

# GitHub's limit on annotations of one level in one step.
_SHOWN = 10
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
# actions/toolkit, packages/core/src/command.ts: escapeData and escapeProperty.
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(report: Report, style: Style = PLAIN) -> str:
    """One command per finding and a closing line with the counts."""
    rules = rules_by_id(report)
    lines = [_annotation(finding, rules[finding.rule]) for finding in ranked(report)]
    return "\n".join([*lines, _total(report)]) + "\n"


def _annotation(finding: Finding, rule: Rule) -> str:
    region = finding.place.region
    properties = {
        "file": finding.place.path,
        "line": str(region.start_line),
        "endLine": str(region.end_line),
    }
    if region.start_line == region.end_line:
        properties |= {"col": str(region.start_column), "endColumn": str(region.end_column)}
    properties["title"] = f"{rule.id}: {rule.title}"
    listed = ",".join(f"{name}={value.translate(_PROPERTY)}" for name, value in properties.items())
    said = f"{one_line(finding.message)}{_cell(finding.place)}\nFix: {one_line(finding.fix or rule.fix)}"
    return f"::{_COMMANDS[rule.severity]} {listed}::{said.translate(_DATA)}"


def _cell(place: Place) -> str:
    """Where in the notebook, which the raw line of its JSON does not tell a reader."""
    return f" ({place.cell}, line {place.cell.line})" if place.cell is not None else ""


def _total(report: Report) -> str:
    summary = summarise(report)
    found = severity_counts(summary) or "no findings"
    parts = [f"mlscan: {found} in {counted(summary.files, 'file')}"]
    if max(summary.by_severity.values(), default=0) > _SHOWN:
        parts.append(f"of which GitHub shows {_SHOWN} of a kind")
    if summary.suppressed:
        parts.append(one_line(suppressions(summary)))
    if missing := unanalysed(summary):
        parts.append(missing)
    return ", ".join(parts)
