"""The findings of this family over a repository; what a rule over gates has said already is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlscan.checks.access import approvers, broad, google_trusts, trusts, wildcards
from mlscan.checks.access.case import Rights
from mlscan.model import Finding, Place

_RULES = (broad.find, wildcards.find, trusts.find, google_trusts.find, approvers.find)


def found_in(rights: Rights, told: Iterable[Finding]) -> Iterator[Finding]:
    """`told` are the findings of the promotion graph: a place that proves one of them proves no other."""
    said = {
        _line(place)
        for finding in told
        if finding.rule == "gate-void"
        for place in (*finding.related, *finding.flow)
    }
    seen: set[tuple[str, str, int]] = set()
    for rule in _RULES:
        for finding in rule(rights):
            key = (finding.rule, *_line(finding.place))
            if _line(finding.place) not in said and key not in seen:
                seen.add(key)
                yield finding


def _line(place: Place) -> tuple[str, int]:
    return place.path, place.region.start_line
