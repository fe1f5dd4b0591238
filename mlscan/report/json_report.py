"""The report for programs. Lines and columns are of the raw file, 1-based; an end column is exclusive.

Nothing in it depends on the machine or the time, so that two runs can be compared byte by byte.
"""

from __future__ import annotations

import json
from typing import Any

from mlscan import __version__
from mlscan.model import Cell, Finding, Note, Past, Place, Report, Rule
from mlscan.report.style import PLAIN, Style
from mlscan.report.summary import rules_by_id, summarise


def render(report: Report, style: Style = PLAIN) -> str:
    """`findings` holds those that count; the suppressed ones, if asked for, have a list of their own."""
    return json.dumps(entries(report, style), indent=2, ensure_ascii=False) + "\n"


def entries(report: Report, style: Style = PLAIN) -> dict[str, Any]:
    """What the report says, before it is written as JSON."""
    rules = rules_by_id(report)
    ordered = sorted(report.findings, key=lambda finding: finding.sort_key)
    silenced = [_finding(finding, rules[finding.rule]) for finding in ordered if finding.suppressed]
    return {
        "version": 1,
        "tool": {"name": "mlscan", "version": __version__},
        "findings": [_finding(finding, rules[finding.rule]) for finding in ordered if not finding.suppressed],
        **({"suppressed": silenced} if style.suppressed else {}),
        "notes": [_note(note) for note in sorted(report.notes)],
        "summary": _summary(report),
    }


def _finding(finding: Finding, rule: Rule) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "rule": rule.id,
        "family": rule.family.value,
        "severity": rule.severity.level,
        "confidence": finding.confidence.word,
        "message": finding.message,
        **_place(finding.place),
        "related": [_place(place) for place in finding.related],
        "flow": [_place(place) for place in finding.flow],
        "evidence": list(finding.evidence),
        "fix": finding.fix or rule.fix,
        "fingerprint": finding.fingerprint,
    }
    if finding.past is not None:
        entry["past"] = _past(finding.past)
    if finding.suppressed is not None:
        said = finding.suppressed
        entry["suppression"] = {"kind": said.kind, "by": said.by, "reason": said.reason}
    return entry


def _past(past: Past) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "commit": past.commit,
        "date": past.date,
        "versions": past.versions,
        "in_head": past.head is not None,
    }
    if past.author:
        entry["author"] = past.author
    if past.removed:
        entry["removed"] = {"commit": past.removed, "date": past.removed_date}
    return entry


def _place(place: Place) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "path": place.path,
        "line": place.region.start_line,
        "column": place.region.start_column,
        "end_line": place.region.end_line,
        "end_column": place.region.end_column,
        "excerpt": place.excerpt,
    }
    if place.cell is not None:
        entry["cell"] = _cell(place.cell)
    if place.note:
        entry["note"] = place.note
    return entry


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "index": cell.index,
        "id": cell.id,
        "part": cell.part,
        "line": cell.line,
        "column": cell.column,
    }


def _note(note: Note) -> dict[str, Any]:
    return {"path": note.path, "kind": note.kind, "message": note.message, "line": note.line or None}


def _summary(report: Report) -> dict[str, Any]:
    summary = summarise(report)
    return {
        "files": summary.files,
        "bytes": summary.bytes,
        "findings": summary.findings,
        "by_severity": {severity.level: number for severity, number in summary.by_severity.items()},
        "by_rule": summary.by_rule,
        "suppressed": summary.suppressed,
        "suppressed_by": {name: number for name, number in summary.suppressed_by.items() if name},
        "unreadable": summary.unreadable,
        "unparsed": summary.unparsed,
        "skipped": summary.skipped,
    }
