"""Deploys that exchange what serves in production, and what is done beside them."""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.checks.gates.case import Case, World
from mlscan.promotion.deploys import Deploy
from mlscan.promotion.graph import Action, Job, Pipeline, Step, TriggerKind
from mlscan.promotion.ways_back import goes_back

_EXCHANGES = frozenset(("deploy", "promote", "traffic"))


def exchanges(world: World) -> Iterator[Case]:
    """The deploys to a target that surely is production, without ways back and without copies that only
    show something."""
    for case in world.cases:
        deploy = case.deploy
        if deploy.action.kind not in _EXCHANGES or deploy.action.certainty == "low":
            continue
        if deploy.target.environment != "prod" or not deploy.target.strong or deploy.pipeline.template:
            continue
        triggers = deploy.pipeline.triggers
        if triggers and all(one.kind is TriggerKind.PULL_REQUEST for one in triggers):
            continue
        if not goes_back(_names(deploy)):
            yield case


def done_in(job: Job) -> list[tuple[int, Step, Action]]:
    """The actions of a job in order, with the position of each."""
    done = [(step, action) for step in job.steps for action in step.actions]
    return [(position, step, action) for position, (step, action) in enumerate(done)]


def done_by(pipeline: Pipeline) -> list[Action]:
    """All actions of a pipeline."""
    return [action for job in pipeline.jobs for step in job.steps for action in step.actions]


def _names(deploy: Deploy) -> tuple[str, ...]:
    path = deploy.pipeline.path.rpartition("/")[2]
    return deploy.step.name, deploy.job.id, deploy.job.title, path, deploy.action.place.path
