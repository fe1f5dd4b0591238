"""Calls in code that the promotion graph sees too: one fact is one finding.

A rule over code sees a promotion and nothing around it. Where a pipeline runs that very call, the graph knows
what starts it and which gates stand before it, so that its word counts. Of a call that approves, the rule
over code knows more, unless the graph knows the gate that is passed, or what starts the program, or that the
program only writes down what a person has answered before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mlscan.checks.gates.case import World
from mlscan.checks.promotion import PRECEDENCE
from mlscan.model import Finding, Place
from mlscan.promotion.verdicts import Kind

_PROMOTES = frozenset(
    ("promotes-without-approval", "promotes-to-production-from-notebook", "deploys-model-from-code")
)
_APPROVES = frozenset(("self-approved-model", "approval-default-approved", "robot-approver"))
_EXPOSED = "secret-in-pipeline-variable"
_HANDS = "hands over "
_ANSWERED = ("human", "click")
_ROBOTS = frozenset(("gate-void", "robot-approver"))
_PLAIN = frozenset(("direct-to-prod", "deploy-without-approval", "self-approved-model"))


def settled(
    of_code: Iterable[Finding], of_graph: Sequence[Finding], world: World
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:  # fmt: skip
    """The findings of rules over code without those that the graph reports or knows to be gated, and those of
    the graph without what a rule over code says better."""
    open_: set[tuple[str, int, int]] = set()
    gated: set[tuple[str, int, int]] = set()
    for case in world.cases:
        guarded = case.worst.kind in (Kind.GATED, Kind.GATE_UNVERIFIED)
        (gated if guarded else open_).add(_start(case.deploy.action.place))
    asked = _asked(world)
    said = {
        _start(place)
        for finding in of_graph
        if finding.rule in (*PRECEDENCE, *_APPROVES)
        for place in (finding.place, *finding.related)
    }
    void = {
        _start(place)
        for finding in of_graph
        if finding.rule in _ROBOTS
        for place in (finding.place, *finding.related, *finding.flow)
    }
    known = {**dict.fromkeys(_PROMOTES, (gated - open_) | said), **dict.fromkeys(_APPROVES, void | asked)}
    kept = tuple(
        one
        for one in of_code
        if known.get(one.rule, set()).isdisjoint(map(_start, (one.place, *one.related)))
    )
    kept = _once_built(kept)
    approved = {
        _start(place)
        for finding in kept
        if finding.rule in _APPROVES
        for place in (finding.place, *finding.related)
    }
    return kept, tuple(
        finding
        for finding in of_graph
        if finding.rule not in _PLAIN or finding.related or _start(finding.place) not in approved
    )


def _asked(world: World) -> set[tuple[str, int, int]]:
    """The approvals that code only writes down: every way to them waits for a person's answer."""
    asked: set[tuple[str, int, int]] = set()
    unasked: set[tuple[str, int, int]] = set()
    for case in world.cases:
        worst = case.worst
        answered = worst.kind is Kind.GATED or (
            worst.kind is Kind.GATE_WEAK and any(gate.kind in _ANSWERED for gate in worst.gates)
        )
        (asked if answered else unasked).add(_start(case.deploy.action.place))
    return asked - unasked


def _once_built(found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Without the Dockerfiles all of whose secret arguments a pipeline is reported to hand over."""
    told = [text for finding in found if finding.rule == _EXPOSED for text in finding.evidence]
    handed = {f"declares {text[len(_HANDS) :]}" for text in told if text.startswith(_HANDS)}
    exposed = [one for one in found if one.rule == _EXPOSED and one.evidence]
    built = [one for one in exposed if handed.issuperset(one.evidence)]
    return tuple(one for one in found if one not in built)


def _start(place: Place) -> tuple[str, int, int]:
    return place.path, place.region.start_line, place.region.start_column
