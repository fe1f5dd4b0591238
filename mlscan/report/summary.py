"""What a report adds up to, and its findings in the order a reader wants them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from mlscan.model import Finding, Report, Rule, Severity

_COMMENTS = "comments"
_PATHS = "per-path-ignores"


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of one report. Findings that are suppressed count only in `suppressed`, and in `suppressed_by`
    under the name of the baseline file, `comments` or `per-path-ignores`.

    `unreadable`, `unparsed` and `skipped` are distinct files, as `mlscan.model.Note` defines the words.
    """

    files: int
    bytes: int
    findings: int
    by_severity: dict[Severity, int]
    by_rule: dict[str, int]
    files_with_findings: int
    suppressed: int
    suppressed_by: dict[str, int]
    unreadable: int
    unparsed: int
    skipped: int


def summarise(report: Report) -> Summary:
    """The counts of a report; `by_rule` has the most frequent rule first, then by id."""
    rules = rules_by_id(report)
    active = report.active
    severities = Counter(rules[finding.rule].severity for finding in active)
    counts = Counter(finding.rule for finding in active)
    kinds = Counter(kind for _, kind in {(note.path, note.kind) for note in report.notes})
    return Summary(
        files=report.counters.files,
        bytes=report.counters.bytes,
        findings=len(active),
        by_severity={severity: severities[severity] for severity in sorted(Severity, reverse=True)},
        by_rule=dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
        files_with_findings=len({finding.place.path for finding in active}),
        suppressed=len(report.findings) - len(active),
        suppressed_by=dict(sorted(Counter(map(_suppressor, report.findings)).items())),
        unreadable=kinds["unreadable"],
        unparsed=kinds["unparsed"],
        skipped=kinds["skipped"],
    )


def rules_by_id(report: Report) -> dict[str, Rule]:
    """The enabled rules, for looking up what a finding's rule says."""
    return {rule.id: rule for rule in report.rules}


def ranked(report: Report, suppressed: bool = False) -> list[Finding]:
    """The findings that count, highest severity first, then in path order; then the suppressed, if wanted."""
    rules = rules_by_id(report)
    return sorted(
        report.findings if suppressed else report.active,
        key=lambda finding: (
            finding.suppressed is not None,
            -rules[finding.rule].severity,
            finding.sort_key,
        ),
    )


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def severity_counts(summary: Summary) -> str:
    """`3 errors, 1 warning`, without the severities that did not occur."""
    return ", ".join(
        counted(number, severity.level) for severity, number in summary.by_severity.items() if number
    )


def suppressions(summary: Summary) -> str:
    """`4 findings suppressed`, or with baselines `4 findings suppressed: 3 by .mlscan-baseline.json, 1 by
    comments`: what a change adds to a baseline is to be seen in every log."""
    held = {name: number for name, number in summary.suppressed_by.items() if name}
    total = f"{counted(summary.suppressed, 'finding')} suppressed"
    if not held.keys() - {_COMMENTS}:
        return total
    return f"{total}: {', '.join(f'{number} by {name}' for name, number in held.items())}"


def _suppressor(finding: Finding) -> str:
    """What suppresses a finding, in words; empty for one that counts."""
    if finding.suppressed is None:
        return ""
    if finding.suppressed.kind == "baseline":
        return finding.suppressed.marker
    return _COMMENTS if finding.suppressed.kind == "inline" else _PATHS


def unanalysed(summary: Summary) -> str:
    """`1 file could not be read, 2 files could not be parsed`, or an empty string when all could."""
    parts = []
    if summary.unreadable:
        parts.append(f"{counted(summary.unreadable, 'file')} could not be read")
    if summary.unparsed:
        parts.append(f"{counted(summary.unparsed, 'file')} could not be parsed")
    return ", ".join(parts)
