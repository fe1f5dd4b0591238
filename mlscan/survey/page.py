"""What a survey comes to, as one HTML file in the clothes of the audit page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlscan import __version__
from mlscan.report.audit.markup import environment
from mlscan.report.audit.style import page_style
from mlscan.survey.table import LEVELS, count, frequent, total, worst_first
from mlscan.survey.task import Head


def render(heads: Sequence[Head], titles: Mapping[str, str]) -> str:
    """Every repository of a survey with its counts. The page loads nothing and runs nothing; the same heads
    give the same bytes."""
    found = worst_first(heads)
    style, digest = page_style()
    return (
        environment()
        .get_template("survey.html")
        .render(
            version=__version__,
            style=style,
            digest=digest,
            total=total(heads),
            files=sum(head.files for head in heads),
            bytes=sum(head.bytes for head in heads),
            rows=[(head, [(level.level, count(head, level)) for level in LEVELS]) for head in found],
            missing=[head for head in heads if head.state != "done"],
            clean=[head for head in heads if head.state == "done" and head not in found],
            rules=[(*rule, titles.get(rule[0], "")) for rule in frequent(heads)],
        )
    )
