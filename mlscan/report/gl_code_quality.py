"""GitLab's Code Quality report: the part of Code Climate's format that its merge request widget reads.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format. Suppressed findings are left out:
the format has no word for them. Lines are 1-based and of the raw file.
"""

from __future__ import annotations

import json
from typing import Any

from mlscan.model import Finding, Report, Rule, Severity
from mlscan.report.prose import sentence
from mlscan.report.style import PLAIN, Style
from mlscan.report.summary import ranked, rules_by_id
from mlscan.report.visible import one_line

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info"}


def render(report: Report, style: Style = PLAIN) -> str:
    """A list of violations, highest severity first; an empty list tells GitLab that all are mended."""
    rules = rules_by_id(report)
    violations = [_violation(finding, rules[finding.rule]) for finding in ranked(report)]
    return json.dumps(violations, indent=2, ensure_ascii=False) + "\n"


def _violation(finding: Finding, rule: Rule) -> dict[str, Any]:
    place = finding.place
    cell = f" ({place.cell}, line {place.cell.line})" if place.cell is not None else ""
    return {
        "description": f"{sentence(one_line(finding.message).rstrip('.') + cell)}",
        "check_name": rule.id,
        "fingerprint": finding.fingerprint,
        "severity": _SEVERITIES[rule.severity],
        "location": {
            "path": place.path,
            "lines": {"begin": place.region.start_line, "end": place.region.end_line},
        },
    }
