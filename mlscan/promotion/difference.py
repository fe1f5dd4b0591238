"""What a change does to the ways to production: two graphs compared, deploy by deploy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from mlscan.promotion.graph import Graph, TriggerKind
from mlscan.promotion.verdicts import GUARDED, OPEN, Kind, Verdict, assessments

_BY_HAND = (TriggerKind.MANUAL, TriggerKind.CALL)


class Effect(str, Enum):
    """What happened to one deploy; all but the last three open something."""

    GATE_REMOVED = "gate removed"
    GATE_WEAKENED = "gate weakened"
    TRIGGER_ADDED = "trigger added"
    TARGET_ADDED = "way to a target added"
    REACHES_PRODUCTION = "now reaches production"
    GATE_ADDED = "gate added"
    TRIGGER_REMOVED = "trigger removed"
    DEPLOY_REMOVED = "deploy removed"

    @property
    def worse(self) -> bool:
        return self not in (Effect.GATE_ADDED, Effect.TRIGGER_REMOVED, Effect.DEPLOY_REMOVED)


@dataclass(frozen=True, slots=True)
class Change:
    """One deploy before and after; `verdict` is the worst one after (before, for a deploy that is gone)."""

    effect: Effect
    verdict: Verdict
    earlier: Verdict | None = None


def difference(base: Graph, head: Graph) -> Iterator[Change]:
    """Every deploy whose way to its target was opened or closed, in the order of the files of `head`."""
    old = [_Deploy(found) for found in assessments(base)]
    new = [_Deploy(found) for found in assessments(head)]
    matched: set[int] = set()
    for deploy in new:
        twin = _twin(deploy, old, new)
        if twin is not None:
            matched.add(id(twin))
        effect = _effect(deploy, twin)
        if effect is not None:
            verdict = deploy.opened_since(twin) if effect is Effect.TRIGGER_ADDED else deploy.worst
            yield Change(effect, verdict, twin.worst if twin is not None else None)
    for deploy in old:
        if id(deploy) not in matched and deploy.worst.kind in OPEN:
            yield Change(Effect.DEPLOY_REMOVED, deploy.worst, deploy.worst)


class _Deploy:
    """The verdicts on one deploy."""

    def __init__(self, found: tuple[Verdict, ...]) -> None:
        self.found = found
        self.worst = found[0]
        deploy = self.worst.deploy
        self.job = (deploy.pipeline.path, deploy.job.id)
        self.name = (deploy.pipeline.platform, deploy.job.id, deploy.action.title)
        self.title = deploy.action.title
        self.target = (deploy.target.environment, deploy.target.name)

    def open_events(self) -> set[str]:
        """The events that reach the target without a gate and without somebody who starts them."""
        return {_event(verdict) for verdict in self.found if _starts_openly(verdict)}

    def guarded_events(self) -> set[str]:
        return {_event(verdict) for verdict in self.found if verdict.kind in GUARDED}

    def opened_since(self, twin: _Deploy | None) -> Verdict:
        """The worst verdict under an event that did not reach the target openly before."""
        known = twin.open_events() if twin is not None else set()
        fresh = (item for item in self.found if _starts_openly(item) and _event(item) not in known)
        return next(fresh, self.worst)


def _effect(deploy: _Deploy, twin: _Deploy | None) -> Effect | None:
    now = deploy.worst.kind
    if twin is None:
        return Effect.TARGET_ADDED if now in OPEN else None
    was = twin.worst.kind
    if now in OPEN:
        if was in GUARDED:
            return _opened(deploy, twin)
        if was is Kind.NO_PROD:
            return Effect.REACHES_PRODUCTION
        if deploy.open_events() - twin.open_events():
            return Effect.TRIGGER_ADDED
        if twin.open_events() - deploy.open_events():
            return Effect.TRIGGER_REMOVED
        return None
    if was in OPEN:
        return Effect.GATE_ADDED if now in GUARDED else None
    return Effect.GATE_WEAKENED if was is Kind.GATED and now is Kind.GATE_WEAK else None


def _opened(deploy: _Deploy, twin: _Deploy) -> Effect:
    """A gate is gone where an event that it stopped comes through; otherwise the event is new."""
    openly = {_event(verdict) for verdict in deploy.found if verdict.kind in OPEN}
    return Effect.GATE_REMOVED if openly & twin.guarded_events() else Effect.TRIGGER_ADDED


def _event(verdict: Verdict) -> str:
    """An event with the branches it is limited to, as a report says it."""
    return verdict.scenario.words if verdict.scenario is not None else ""


def _starts_openly(verdict: Verdict) -> bool:
    by_hand = verdict.scenario is None or verdict.scenario.kind in _BY_HAND
    return verdict.kind in OPEN and not by_hand


def _twin(deploy: _Deploy, old: list[_Deploy], new: list[_Deploy]) -> _Deploy | None:
    """The same deploy in the other graph: of the same job, or of one that moved to another file."""
    same = [other for other in old if other.job == deploy.job]
    exact = [other for other in same if other.title == deploy.title and other.target == deploy.target]
    if found := exact or [other for other in same if other.title == deploy.title] or same:
        return found[0]
    kept = {other.job for other in new}
    moved = [other for other in old if other.name == deploy.name and other.target == deploy.target]
    return next((other for other in moved if other.job not in kept), None)
