"""Tasks of a pipeline that code puts together, and the jobs that they become."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from mlscan.model import Place
from mlscan.promotion.conditions import Condition
from mlscan.promotion.graph import Action, Fact, Gate, Job, Need, Pipeline, Step, Trigger, Unknown
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed
from mlscan.promotion.lower.steps import SANDBOX
from mlscan.promotion.lower.words import folders
from mlscan.promotion.production import tokens

# Folders whose pipelines show or try something, and run nowhere as they stand.
_SHOWS = frozenset(("test", "tests", "example", "examples", "samples", "docs", "tutorial", "tutorials"))


@dataclass(eq=False)
class Task:
    """A task under construction.

    `after` are the tasks before it with the place that says so; `rule` is the platform's own word for when it
    runs; `clears` says that it takes a deploy away again. `owner` is the variable of the pipeline it was
    given, `branches` the tasks it holds itself. Of a gate that skips those right behind it when it is
    refused, `skips` says whether all further ones are skipped too.
    """

    id: str
    title: str
    place: Place
    steps: tuple[Step, ...] = ()
    gates: list[Gate] = field(default_factory=list)
    unknowns: list[Unknown] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    after: dict[str, Place] = field(default_factory=dict)
    rule: str = ""
    condition: Condition | None = None
    clears: bool = False
    owner: str = ""
    branches: tuple[str, ...] = ()
    skips: bool | None = None


def job_of(task: Task, pipeline: str) -> Job:
    """The job that a task of a pipeline is; a file may hold several pipelines with tasks of one name."""
    return Job(
        f"{pipeline} / {task.id}",
        task.title,
        "agent",
        task.place,
        task.steps,
        tuple(Need(f"{pipeline} / {name}", place) for name, place in task.after.items()),
        gates=tuple(task.gates),
        condition=task.condition,
        facts=(*task.facts, Fact("job", task.title, task.place)),
        unknowns=tuple(task.unknowns),
    )


def pipeline_of(
    name: str, platform: str, place: Place, triggers: tuple[Trigger, ...], tasks: Iterable[Task],
    parsed: Parsed, context: Context,
) -> Pipeline | None:  # fmt: skip
    """The pipeline of some tasks; None without tasks. One that clears its deploy away tries something out."""
    found = list(tasks)
    if not found:
        return None
    jobs = [job_of(task, name) for task in found]
    if any(task.clears for task in found):
        jobs = [_sandboxed(job) for job in jobs]
    return Pipeline(
        path=parsed.path,
        platform=platform,
        place=place,
        triggers=triggers,
        jobs=tuple(jobs),
        groups={job.id: (job.id,) for job in jobs},
        facts=(Fact("workflow", name, place), *folders(parsed, context.recogniser.judge)),
        template=shows(parsed.path),
    )


def _sandboxed(job: Job) -> Job:
    tried = Step("", job.place, (Action(SANDBOX, "deleted again", "high", job.place),))
    return replace(job, steps=(*job.steps, tried)) if job.steps else job


def shows(path: str) -> bool:
    """Whether a file stands in a folder of tests or examples."""
    return any(_SHOWS & set(tokens(part)) for part in path.split("/")[:-1])
