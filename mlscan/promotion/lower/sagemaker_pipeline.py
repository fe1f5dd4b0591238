"""SageMaker Pipelines written with the Python SDK: steps as jobs, in the order that their data gives them.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mlscan.documents.document import Document
from mlscan.promotion.graph import Pipeline, Trigger, TriggerKind
from mlscan.promotion.lower.cdk_source import Names, Source, argument, dotted
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed
from mlscan.promotion.lower.sagemaker_steps import Steps
from mlscan.promotion.lower.tasks import Task, pipeline_of
from mlscan.promotion.lower.wiring import Wiring

PLATFORM = "sagemaker-pipelines"
_IMPORTS = re.compile(rb"(?m)^[ \t]*(?:from|import)[ \t]+sagemaker(?:\.mlops)?\.workflow\b")
_SCHEDULED = re.compile(rb"\bPipelineSchedule\(")


def recognised(document: Document) -> bool:
    """Whether a Python file imports what SageMaker's pipelines are made with, and makes one."""
    return _IMPORTS.search(document.data) is not None and b"Pipeline(" in document.data


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """One pipeline for each `Pipeline(steps=[...])` of a file."""
    source = Source(parsed, context)
    return [made for owner, call in _pipelines(source) if (made := _pipeline(owner, call, source, context))]


def _pipelines(source: Source) -> Iterator[tuple[ast.AST, ast.Call]]:
    """Every call of `Pipeline` with the function it stands in, or the module."""
    inside: set[int] = set()
    for owner in (*source.functions.values(), source.tree):
        for node in ast.walk(owner):
            if (
                isinstance(node, ast.Call)
                and id(node) not in inside
                and dotted(node.func).rpartition(".")[2] == "Pipeline"
                and "sagemaker" in source.full(dotted(node.func))
                and argument(node, "steps", 3) is not None
            ):
                inside.add(id(node))
                yield owner, node


def _pipeline(owner: ast.AST, call: ast.Call, source: Source, context: Context) -> Pipeline | None:
    names = Names(source, owner)
    maker = Steps(context)
    wiring = Wiring(maker, names)
    wiring.run(getattr(owner, "body", ()))
    steps = argument(call, "steps", 3)
    kept = _kept(wiring, wiring.value(steps) if steps is not None else ())
    for task in kept:
        if task.id in maker.robots:
            weighed = any(wiring.tasks[name].gates for name in _all_before(task.id, wiring))
            robot = maker.robots[task.id]
            context.approvers.append(replace(robot, also=("metric",)) if weighed else robot)
    place = source.place(call)
    triggers: tuple[Trigger, ...] = (Trigger(TriggerKind.MANUAL, "start of the pipeline", place),)
    scheduled = _SCHEDULED.search(source.document.data)
    if scheduled is not None:
        said = source.document.place(*scheduled.span())
        triggers = (Trigger(TriggerKind.SCHEDULE, "schedule", said), *triggers)
    name = names.text(argument(call, "name", 0))
    return pipeline_of(name, PLATFORM, place, triggers, kept, source.parsed, context)


def _kept(wiring: Wiring, listed: Iterable[str]) -> list[Task]:
    """The steps of a pipeline: those listed, the branches of its conditions, and what these need. A condition
    that is not listed decides nothing."""
    seen: set[str] = set()
    queue = list(listed)
    while queue:
        name = queue.pop()
        if name not in seen and name in wiring.tasks:
            seen.add(name)
            task = wiring.tasks[name]
            queue += task.branches
            queue += (one for one in task.after if name not in wiring.tasks[one].branches)
    kept = [task for task in wiring.tasks.values() if task.id in seen]
    for task in kept:
        task.after = {name: place for name, place in task.after.items() if name in seen}
    return kept


def _all_before(name: str, wiring: Wiring) -> set[str]:
    """Everything that a task directly or indirectly waits for."""
    seen: set[str] = set()
    queue = [name]
    while queue:
        for other in wiring.tasks[queue.pop()].after:
            if other not in seen and other in wiring.tasks:
                seen.add(other)
                queue.append(other)
    return seen
