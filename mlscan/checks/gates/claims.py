"""A comment or a name that speaks of an approval that nothing asks for: `comment-claims-approval`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace

from mlscan.checks.gates.case import Case, Found, World
from mlscan.checks.gates.words import confidence, started, target
from mlscan.checks.remedies import remedy
from mlscan.model import Place
from mlscan.promotion.claims import claims_approval
from mlscan.promotion.verdicts import UNGATED

_HEADING = 3


def find(case: Case, world: World) -> Iterator[Found]:
    """A claim that belongs to the job of an unguarded deploy, or to the deploy's own step."""
    if case.worst.kind not in UNGATED:
        return
    claim = _named(case) or _commented(case, world)
    if claim is None:
        return
    verdict = case.worst
    line = claim.region.start_line
    yield Found(
        "comment-claims-approval", case, verdict,
        f"Line {line} says that job '{case.job.title}' is approved, but nothing asks anybody before it "
        f"deploys to {target(verdict)} on {started(verdict)}.",
        confidence(verdict),
        aside=f"line {line} speaks of an approval that is not there",
        place=claim,
        flow=(*verdict.path, replace(claim, note="speaks of an approval")),
        fix="Add the gate that the text promises, or correct the text. "
        f"{remedy('comment-claims-approval', verdict)}",
    )  # fmt: skip


def _named(case: Case) -> Place | None:
    facts = (*case.deploy.step.facts, *case.job.facts)
    named = (fact for fact in facts if fact.kind in ("step", "job", "stage", "workflow"))
    return next((fact.place for fact in named if claims_approval(fact.value)), None)


def _commented(case: Case, world: World) -> Place | None:
    """The nearest comment inside the job, or in the lines right above it."""
    path, line = case.job.place.path, case.job.place.region.start_line
    claims = [claim for claim in world.graph.claims if claim.path == path]
    if not claims:
        return None
    starts = sorted(
        {
            job.place.region.start_line
            for pipeline in world.graph.pipelines
            for job in pipeline.jobs
            if job.place.path == path
        }
    )
    for claim in claims:
        end = claim.region.end_line
        following = bisect_right(starts, end)
        owner = starts[following - 1] if following else 0
        # A comment block right before the next job is that job's heading.
        if following < len(starts) and starts[following] - end <= _HEADING:
            owner = starts[following]
        if owner == line:
            return claim
    return None
