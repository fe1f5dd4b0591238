"""One row per finding for a spreadsheet, UTF-8, comma separated, quoted as RFC 4180 says, with a heading.

A cell that a spreadsheet would compute starts with an apostrophe, which makes it text: names of files and
jobs come from whoever wrote the repository (https://owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

import csv
import io

from mlscan.model import Finding, Report, Rule
from mlscan.report.style import PLAIN, Style
from mlscan.report.summary import ranked, rules_by_id
from mlscan.report.visible import one_line, visible

COLUMNS = (
    "path", "line", "column", "end_line", "end_column", "cell", "severity", "rule", "family", "confidence",
    "message", "fix", "fingerprint", "suppressed",
)  # fmt: skip
# The wide forms count in spreadsheets of East Asian locales.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def render(report: Report, style: Style = PLAIN) -> str:
    """The heading, then the findings, highest severity first."""
    rules = rules_by_id(report)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(finding, rules[finding.rule]) for finding in ranked(report, style.suppressed))
    return written.getvalue()


def _row(finding: Finding, rule: Rule) -> list[str | int]:
    place, region = finding.place, finding.place.region
    cell = f"{place.cell}, line {place.cell.line}" if place.cell is not None else ""
    said = finding.suppressed
    return [
        _inert(visible(place.path)),
        region.start_line,
        region.start_column,
        region.end_line,
        region.end_column,
        cell,
        rule.severity.level,
        rule.id,
        rule.family.value,
        finding.confidence.word,
        _inert(one_line(finding.message)),
        _inert(one_line(finding.fix or rule.fix)),
        finding.fingerprint,
        _inert(one_line(str(said))) if said is not None else "",
    ]


def _inert(text: str) -> str:
    """The text, so written that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
