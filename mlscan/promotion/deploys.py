"""Which actions of a pipeline bring a model somewhere, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mlscan.promotion.commands import DEPLOYS
from mlscan.promotion.graph import Action, Fact, Job, Pipeline, Step, Target, TriggerKind
from mlscan.promotion.production import Judge
from mlscan.promotion.ways import Ways
from mlscan.promotion.ways_back import takes_back

# Of one pipeline; the largest that people wrote have some dozens. The rest is told in a note.
MOST = 300
# Each release is asked about all that stands before it.
MOST_RELEASES = 50
_PUSH = "docker push"
# `bundle run` starts a job of what `bundle deploy` brought to the same target: one deploy, told once.
_BUNDLE = ("databricks bundle run", "databricks bundle deploy")


@dataclass(frozen=True, slots=True)
class Deploy:
    """One action that brings a model somewhere, with the job and step it stands in."""

    pipeline: Pipeline
    job: Job
    step: Step
    index: int
    action: Action
    target: Target
    ways: Ways = field(compare=False, repr=False)


def deploys(pipeline: Pipeline, judge: Judge) -> Iterator[Deploy]:
    """The actions that may bring a model to production, at most `MOST`, with their weighed targets."""
    sandboxed = {
        job.id
        for job in pipeline.jobs
        for step in job.steps
        for action in step.actions
        if action.kind in ("sandbox", "removal")
    }
    branches = tuple(
        Fact("branch", ref, trigger.place)
        for trigger in pipeline.triggers
        if trigger.kind is TriggerKind.PUSH and all(judge.names(ref) == "prod" for ref in trigger.refs)
        for ref in trigger.refs
    )
    rolls_out = any(
        action.kind == "deploy" and action.title != _PUSH and action.certainty != "low"
        for action in _actions(pipeline)
    )
    ways = Ways(pipeline)
    told = 0
    bundles = {_told(action) for action in _actions(pipeline) if action.title == _BUNDLE[1]}
    for job in pipeline.jobs:
        for index, step in enumerate(job.steps):
            for action in step.actions:
                if action.title == _PUSH and rolls_out:
                    continue  # the image waits for what takes it to production
                if action.kind in DEPLOYS and takes_back(job, step):
                    continue
                if action.title == _BUNDLE[0] and _told(action) in bundles:
                    continue
                shipped = action.kind == "build" and judge.ships_by_name(_stage_or_job(job))
                if action.kind not in DEPLOYS and not shipped:
                    continue
                facts = (*action.targets, *step.facts, *_selected(job, index), *job.facts, *pipeline.facts)
                facts += branches
                target = judge.target(facts)
                if job.id in sandboxed and target.environment != "prod":
                    continue
                if action.certainty == "low" and target.environment != "prod":
                    continue
                if action.kind == "publish" and not any(
                    fact.kind.endswith("argument") for fact in target.evidence
                ):
                    continue
                yield Deploy(pipeline, job, step, index, action, target, ways)
                told += 1
                if told == MOST:
                    return


def _actions(pipeline: Pipeline) -> Iterator[Action]:
    return (action for job in pipeline.jobs for step in job.steps for action in step.actions)


def _told(action: Action) -> frozenset[str]:
    """The targets that a command is given."""
    return frozenset(fact.value for fact in action.targets if fact.kind == "target argument")


def _selected(job: Job, index: int) -> list[Fact]:
    """What commands before a step chose for it: a cluster, a workspace, a project."""
    return [
        fact
        for step in job.steps[: index + 1]
        for action in step.actions
        if action.kind == "select"
        for fact in action.targets
    ]


def _stage_or_job(job: Job) -> str:
    return " ".join(fact.value for fact in job.facts if fact.kind in ("stage", "job"))
