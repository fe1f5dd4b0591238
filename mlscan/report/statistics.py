"""The table of `--statistics`: how often each rule was broken, most frequent first."""

from __future__ import annotations

from mlscan.model import Report
from mlscan.report.palette import Palette
from mlscan.report.summary import rules_by_id, summarise


def table(report: Report, palette: Palette) -> str:
    """One line per broken rule: count, severity, id, title."""
    rules = rules_by_id(report)
    counts = summarise(report).by_rule
    if not counts:
        return "No findings."
    number_width = max(len(str(number)) for number in counts.values())
    id_width = max(map(len, counts))
    lines = []
    for name, number in counts.items():
        rule = rules[name]
        level = palette.graded(f"{rule.severity.level:<7}", rule.severity)
        lines.append(f"{number:>{number_width}}  {level}  {name:<{id_width}}  {rule.title}")
    return "\n".join(lines)
