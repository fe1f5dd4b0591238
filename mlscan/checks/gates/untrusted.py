"""Deploys that anybody outside can start: `untrusted-trigger-deploys`."""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.checks.gates.case import Case, Found, World
from mlscan.checks.gates.words import confidence, target
from mlscan.checks.remedies import remedy
from mlscan.model import Confidence, Place
from mlscan.promotion.graph import TriggerKind
from mlscan.promotion.order import before
from mlscan.promotion.verdicts import OPEN, Verdict


def find(case: Case, world: World) -> Iterator[Found]:
    """A comment, an issue or somebody's pull request starts the deploy, with no gate or check before it."""
    for verdict in case.verdicts:
        if not _outside(verdict) or _merged(case):
            continue
        if verdict.kind not in OPEN:
            continue
        head = checked_out(case)
        if verdict.deploy.target.environment != "prod" and head is None:
            continue
        what = _who(verdict)
        runs = ", with the code of the pull request," if head is not None else ""
        yield Found(
            "untrusted-trigger-deploys", case, verdict,
            f"Anybody can start job '{case.job.title}' by {what}; it deploys{runs} to {target(verdict)} with "
            "the repository's credentials, and nobody has to approve it.",
            confidence(verdict) if head is None else max(confidence(verdict), Confidence.MEDIUM),
            flow=verdict.path,
            related=(head,) if head is not None else (),
            fix="Ask in the job's `if:` for `github.event.comment.author_association` to be OWNER or MEMBER, "
            "deploy only what is merged, and put a gate before it. "
            f"{remedy('untrusted-trigger-deploys', verdict)}",
        )  # fmt: skip
        return


def checked_out(case: Case) -> Place | None:
    """Where the job, or one before it, takes the head of a pull request that nobody merged."""
    jobs = (case.job, *before(case.deploy.pipeline, case.job))
    for job in jobs:
        steps = job.steps[: case.deploy.index] if job is case.job else job.steps
        for step in steps:
            for action in step.actions:
                if action.kind == "checkout":
                    return action.place
    return None


def _outside(verdict: Verdict) -> bool:
    scenario = verdict.scenario
    if scenario is None:
        return False
    return scenario.kind is TriggerKind.COMMENT or scenario.trigger.event == "pull_request_target"


def _merged(case: Case) -> bool:
    """Whether a condition asks for a pull request that was merged: somebody with write access did that."""
    jobs = (case.job, *before(case.deploy.pipeline, case.job))
    conditions = [case.deploy.step.condition, *(job.condition for job in jobs)]
    return any(condition is not None and ".merged" in condition.text for condition in conditions)


def _who(verdict: Verdict) -> str:
    assert verdict.scenario is not None
    if verdict.scenario.kind is TriggerKind.COMMENT:
        return f"a comment or issue (`{verdict.scenario.trigger.event}`)"
    return "a pull request, also from a fork (`pull_request_target`)"
