"""Calls in code about which the promotion graph knows more: one fact is one finding.

A rule over code sees a promotion and nothing around it. Where a pipeline runs that very call, the graph knows
what starts it and which gates stand before it, so that its word counts.
"""

from __future__ import annotations

from collections.abc import Iterable

from mlscan.checks.gates.case import World
from mlscan.model import Finding, Place
from mlscan.promotion.verdicts import Kind

_OF_CODE = frozenset(("promotes-without-approval", "deploys-model-from-code", "self-approved-model"))
_UNSURE = frozenset(("gate-unverified",))


def unsettled(
    of_code: Iterable[Finding], of_graph: Iterable[Finding], world: World
) -> tuple[Finding, ...]:  # fmt: skip
    """The findings of rules over code without those that the graph reports, or knows to be gated."""
    open_: set[tuple[str, int, int]] = set()
    gated: set[tuple[str, int, int]] = set()
    for case in world.cases:
        place = _start(case.deploy.action.place)
        (gated if case.worst.kind is Kind.GATED else open_).add(place)
    said = {_start(finding.place) for finding in of_graph if finding.rule not in _UNSURE}
    settled = (gated - open_) | said
    return tuple(
        finding for finding in of_code if finding.rule not in _OF_CODE or _start(finding.place) not in settled
    )


def _start(place: Place) -> tuple[str, int, int]:
    return place.path, place.region.start_line, place.region.start_column
