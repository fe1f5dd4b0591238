"""One line per finding, `path:line:column rule-id message`; for a notebook `path:cell 3:line:column`."""

from __future__ import annotations

from mlscan.model import Report
from mlscan.report.style import PLAIN, Style
from mlscan.report.visible import one_line, visible


def render(report: Report, style: Style = PLAIN) -> str:
    """The findings that count, in path order; nothing at all when there are none."""
    palette = style.palette
    return "".join(
        f"{palette.paint(visible(str(finding.place)), 'strong')} {finding.rule} {one_line(finding.message)}\n"
        for finding in sorted(report.active, key=lambda finding: finding.sort_key)
    )
