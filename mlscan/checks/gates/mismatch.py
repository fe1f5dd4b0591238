"""A job bound to one environment that deploys to another: `environment-target-mismatch`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlscan.checks.gates.case import Case, Found, World
from mlscan.checks.gates.words import confidence
from mlscan.model import Confidence
from mlscan.promotion.graph import Fact
from mlscan.promotion.verdicts import Kind

_OTHER = {"prod": "nonprod", "nonprod": "prod"}


def find(case: Case, world: World) -> Iterator[Found]:
    """Every bound argument names the other side of what the job's environment names."""
    verdict = case.worst
    bound = next((fact for fact in case.job.facts if fact.kind == "environment" and not fact.dynamic), None)
    side = world.judge.names(bound.value) if bound is not None else ""
    if (
        bound is None
        or not side
        or (verdict.kind is Kind.NO_PROD and verdict.scenario is None and side != "prod")
    ):
        return
    argument = _opposite(case, world, side)
    if argument is None or not all(_opposite(other, world, side) for other in world.of_job(case)):
        return
    dangerous = side == "nonprod"
    yield Found(
        "environment-target-mismatch", case, verdict,
        f"Job '{case.job.title}' is bound to environment '{bound.value}' but deploys to '{argument.value}': "
        + (
            "what guards production does not stand before it."
            if dangerous
            else "an approval for production is asked for something else, or one of the two is a mistake."
        ),
        confidence(verdict) if dangerous else Confidence.MEDIUM,
        aside=f"environment '{bound.value}' does not fit target '{argument.value}'",
        related=(replace(bound.place, note=f"environment '{bound.value}'"),),
        fix=f"Name the same environment twice: bind the job to the environment that '{argument.value}' "
        f"belongs to, or deploy to what belongs to '{bound.value}'.",
    )  # fmt: skip


def _opposite(case: Case, world: World, side: str) -> Fact | None:
    """The bound argument of a deploy that names the other side, if none names this one."""
    facts = [fact for fact in case.deploy.action.targets if fact.kind == "target argument"]
    named = {world.judge.names(fact.value): fact for fact in reversed(facts) if not fact.dynamic}
    return named.get(_OTHER[side]) if side not in named and not any(f.dynamic for f in facts) else None
