"""The same deploy twice, once behind a gate and once not: `sibling-bypass` on one platform, `twin-drift` on
two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlscan.checks.gates.case import Case, Found, World
from mlscan.checks.gates.words import confidence, started, target
from mlscan.checks.remedies import remedy
from mlscan.promotion.production import Judge, tokens
from mlscan.promotion.verdicts import GUARDED, UNGATED

_MARKS = frozenset(("$", "{", "("))


def find(case: Case, world: World) -> Iterator[Found]:
    """A guarded deploy of another job that goes to the same target as this unguarded one."""
    if case.worst.kind not in UNGATED or case.deploy.target.environment in ("nonprod", "dynamic"):
        return
    twin = next((other for other in world.cases if _guards(other, case, world.judge)), None)
    if twin is None:
        return
    same = twin.deploy.pipeline.platform == case.deploy.pipeline.platform
    if same and not case.automatic:
        return
    verdict, other = case.worst, twin.deploy
    gate = f"behind gate '{twin.worst.gates[0].name}'"
    where = f"job '{other.job.title}'" + (
        "" if other.pipeline.path == case.deploy.pipeline.path else f" of {other.pipeline.path}"
    )
    message = (
        f"Job '{case.job.title}' deploys to {target(verdict)} on {started(verdict)} with no gate, though "
        f"{where} deploys to the same target {gate}."
        if same
        else f"Job '{case.job.title}' ({case.deploy.pipeline.platform}) deploys to {target(verdict)} on "
        f"{started(verdict)} with no gate; its twin on {other.pipeline.platform}, {where}, stands {gate}."
    )
    yield Found(
        "sibling-bypass" if same else "twin-drift", case, verdict, message, confidence(verdict),
        aside=f"{where} deploys to the same target {gate}",
        related=(
            replace(other.action.place, note=f"the same target, {gate}"),
            replace(twin.worst.gates[0].place, note="the gate"),
        ),
        fix=remedy("sibling-bypass", verdict),
    )  # fmt: skip


def _guards(other: Case, case: Case, judge: Judge) -> bool:
    """Whether another job brings the same to the same target behind a gate that is named in a file."""
    if other.worst.kind not in GUARDED or not other.worst.gates:
        return False
    if (other.deploy.pipeline.path, other.job.id) == (case.deploy.pipeline.path, case.job.id):
        return False
    if other.deploy.target.environment != case.deploy.target.environment:
        return False
    near = other.deploy.pipeline.path == case.deploy.pipeline.path
    return bool(_keys(case, judge, near) & _keys(other, judge, near))


def _keys(case: Case, judge: Judge, near: bool) -> frozenset[tuple[str, str]]:
    """What tells a deploy: a line of a script that both run, or a command with a name it is given.

    A name of an environment alone (`-t prod`) tells it only within one file.
    """
    action = case.deploy.action
    values = [
        fact.value.lower()
        for fact in action.targets
        if fact.kind == "target argument" and not fact.dynamic and not _MARKS & set(fact.value)
    ]
    named = [value for value in values if judge.names(value) == "prod"]
    # A file or name that says nothing about production tells a target only together with the others.
    told = named or ([" ".join(sorted(values))] if values else [])
    found = {
        (action.title, value)
        for value in told
        if near or any(not judge.names(token) for token in tokens(value))
    }
    if action.hops and action.place.path != case.deploy.pipeline.path:
        line = f"{action.place.path}:{action.place.region.start_line}"
        found.add((line, case.deploy.target.name.lower()))
    return frozenset(found)
