"""What a change opens, as findings: `gate-removed`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mlscan.checks.gates.words import confidence, evidence, started, target
from mlscan.checks.remedies import remedy
from mlscan.model import Finding
from mlscan.promotion.difference import Change, Effect


def opened(changes: Iterable[Change]) -> Iterator[Finding]:
    """One finding for each job and effect, at the surest of its deploys."""
    grouped: dict[tuple[str, object, Effect], list[Change]] = {}
    for change in changes:
        if change.effect.worse:
            job = change.verdict.deploy.job.place
            grouped.setdefault((job.path, job.region, change.effect), []).append(change)
    for group in grouped.values():
        yield _finding(max(group, key=lambda change: int(confidence(change.verdict))))


def _finding(change: Change) -> Finding:
    verdict = change.verdict
    return Finding(
        rule="gate-removed",
        message=sentence(change),
        place=replace(verdict.deploy.action.place, note=""),
        confidence=confidence(verdict),
        flow=verdict.path,
        evidence=(*_before(change), *evidence(verdict)),
        fix=remedy("gate-removed", verdict),
    )


def sentence(change: Change) -> str:
    """What the change did, in one sentence."""
    verdict, earlier = change.verdict, change.earlier
    job, where = f"job '{verdict.deploy.job.title}'", target(verdict)
    gate = f"gate '{earlier.gates[0].name}'" if earlier is not None and earlier.gates else "its gate"
    gates = f"'{verdict.gates[0].name}'" if verdict.gates else "another part"
    on = f"deploys to {where} on {started(verdict)}"
    return {
        Effect.GATE_REMOVED: f"Gate removed: {job} {on}; before, {gate} stood in between.",
        Effect.GATE_WEAKENED: f"Gate weakened: {job} {on} behind {gates} only; before, {gate} stood there.",
        Effect.TRIGGER_ADDED: f"Trigger added: {started(verdict)} starts {job}, which deploys to {where} "
        "past any gate.",
        Effect.TARGET_ADDED: f"New way to a target: {job} {on}, and no gate stands before it.",
        Effect.REACHES_PRODUCTION: f"Now reaches production: {job} {on}, and no gate stands before it.",
        Effect.GATE_ADDED: f"Gate added: {job} deploys to {where} behind {gates}.",
        Effect.TRIGGER_REMOVED: f"Trigger removed: fewer events start {job}, which deploys to {where}.",
        Effect.DEPLOY_REMOVED: f"Deploy removed: {job} deployed to {where} with no gate before it.",
    }[change.effect]


def _before(change: Change) -> Iterator[str]:
    earlier = change.earlier
    if earlier is None:
        yield "the deploy is new"
        return
    yield f"before the change: {earlier.kind.value}"
    for gate in earlier.gates[:2]:
        yield f"before the change, gate '{gate.name}' stood at {gate.place}"
