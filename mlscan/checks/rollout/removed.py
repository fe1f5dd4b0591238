"""`rollback-target-removed`: the job that brings a model to production takes away the one before it.

To delete a whole endpoint after a deploy clears away what was tried out; before one, it deletes what serves.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.checks.gates.case import Case, World
from mlscan.checks.rollout.exchange import done_in, exchanges
from mlscan.model import Confidence, Finding, Region
from mlscan.promotion.graph import Action, Step
from mlscan.promotion.ways_back import goes_back

RULE = "rollback-target-removed"


def find(world: World) -> Iterator[Finding]:
    """One for every removal; of low confidence where it happens under a condition only, because it then may
    clear away what has failed."""
    seen: set[tuple[str, Region]] = set()
    for case in exchanges(world):
        done = done_in(case.job)
        deployed = next((at for at, _, action in done if action is case.deploy.action), None)
        for at, step, action in done if deployed is not None else ():
            here = (action.place.path, action.place.region)
            if here in seen or not _takes_away(action, step, case, world, before=at < (deployed or 0)):
                continue
            seen.add(here)
            order = "before" if at < (deployed or 0) else "after"
            named = case.deploy.target.evidence[:3]
            yield Finding(
                RULE,
                f"`{action.title}` in job '{case.job.title}', which puts another model into production "
                f"('{case.deploy.target.name}').",
                action.place,
                Confidence.LOW if action.conditional or step.condition is not None else Confidence.MEDIUM,
                related=(case.deploy.action.place,),
                evidence=(
                    f"`{action.title}` {order} `{case.deploy.action.title}`",
                    *(f"{fact.kind} '{fact.value}' names production" for fact in named),
                ),
            )


def _takes_away(action: Action, step: Step, case: Case, world: World, *, before: bool) -> bool:
    """Whether an action removes what served before the deploy of a case."""
    if action.kind != "removal" and not (action.kind == "sandbox" and before):
        return False
    if action.title.split()[0] != case.deploy.action.title.split()[0]:
        return False  # a tool for something else, such as a cluster on the machine of the job
    if step.condition is not None and step.condition.outlives_failure:
        return False
    if action.conditional and _made_anew(action, case, world):
        return False
    return not goes_back((step.name,)) and world.judge.target(action.targets).environment != "nonprod"


def _made_anew(action: Action, case: Case, world: World) -> bool:
    """Whether a deploy of the job stands behind an action: what is broken is deleted and made again."""
    deploys = [other.deploy.action for other in world.of_job(case)]
    order = [done for _, _, done in done_in(case.job)]
    return any(done in deploys for done in order[order.index(action) :])
