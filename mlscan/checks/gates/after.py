"""An approval that comes when everything is deployed already: `gate-after-deploy`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlscan.checks.gates.case import Case, Found, World
from mlscan.checks.gates.words import confidence, target
from mlscan.checks.remedies import remedy
from mlscan.promotion.graph import Gate, Job
from mlscan.promotion.verdicts import UNGATED

_ASKS = ("human", "click")


def find(case: Case, world: World) -> Iterator[Found]:
    """A gate behind the deploy that nothing is deployed behind: it can only have been meant for this one.

    An approval between a first and a second deploy is the usual way to production, and no finding; nor is one
    that other work waits for.
    """
    if case.worst.kind not in UNGATED or not case.automatic:
        return
    gate = _behind(case, world)
    if gate is None:
        return
    verdict = case.worst
    asked = replace(gate.place, note=f"gate '{gate.name}' asks only now")
    yield Found(
        "gate-after-deploy", case, verdict,
        f"Job '{case.job.title}' deploys to {target(verdict)} before gate '{gate.name}' asks anybody, and "
        "nothing waits for the answer.",
        confidence(verdict),
        aside=f"gate '{gate.name}' asks only after the deploy (line {gate.place.region.start_line})",
        flow=verdict.path,
        related=(asked,),
        fix=f"Move the gate before the deploy: the job that deploys has to need the one that asks. "
        f"{remedy('gate-after-deploy', verdict)}",
    )  # fmt: skip


def _behind(case: Case, world: World) -> Gate | None:
    """A gate that only this deploy can have been meant for: nothing else is done behind it."""
    ways, job = case.deploy.ways, case.job
    later = [gate for step in job.steps[case.deploy.index + 1 :] for gate in step.gates if gate.kind in _ASKS]
    if later:
        return None if _deploys(world, case, job, case.deploy.index + 1) else later[0]
    for other in ways.after(job) if ways.asks else ():
        gates = [*other.gates, *(gate for step in other.steps for gate in step.gates)]
        asked = next((gate for gate in gates if gate.kind in _ASKS and not gate.conditional), None)
        if asked is None:
            continue
        guards = asked.kind == "click" and bool(other.steps)
        guards = guards or any(one.steps for one in ways.after(other))
        return None if guards or _deploys(world, case, other, 0) else asked
    return None


def _deploys(world: World, case: Case, job: Job, start: int) -> bool:
    """Whether a job deploys anything at or after a step."""
    cases = world.by_job.get((case.deploy.pipeline.path, job.id), ())
    return any(other.deploy.index >= start for other in cases)
