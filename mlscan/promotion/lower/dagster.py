"""Dagster: assets and ops as jobs in the order of their inputs; schedules, sensors and automation start them.

https://docs.dagster.io/guides/build/assets/defining-assets
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlscan.documents.document import Document
from mlscan.promotion.graph import Pipeline, Trigger, TriggerKind
from mlscan.promotion.lower.bodies import Body
from mlscan.promotion.lower.cdk_source import Function, Names, Source, argument, dotted
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed
from mlscan.promotion.lower.tasks import Task, pipeline_of
from mlscan.promotion.lower.wiring import Maker, Wiring

PLATFORM = "dagster"
_IMPORTS = re.compile(rb"(?m)^[ \t]*(?:from|import)[ \t]+dagster\b")
_MADE = re.compile(rb"@(?:\w+\.)?(?:asset|multi_asset|op|job|graph_asset)\b")
_ASSETS = frozenset(("asset", "multi_asset", "graph_asset"))
_AUTOMATES = re.compile(r"AutomationCondition|AutoMaterializePolicy|FreshnessPolicy")


def recognised(document: Document) -> bool:
    """Whether a Python file imports Dagster and defines assets or jobs."""
    return _IMPORTS.search(document.data) is not None and _MADE.search(document.data) is not None


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """The assets of a file together, and one pipeline for each of its jobs."""
    source = Source(parsed, context)
    found = [_assets(source, context)]
    for name, function in source.functions.items():
        if _decorated(function, source) == "job":
            wiring = Wiring(_Ops(context), Names(source, function))
            wiring.run(function.body)
            place = source.place_of(function)
            triggers = (*_started(source, name), Trigger(TriggerKind.MANUAL, "run of the job", place))
            tasks = wiring.tasks.values()
            found.append(pipeline_of(name, PLATFORM, place, triggers, tasks, parsed, context))
    return [made for made in found if made is not None]


@dataclass(frozen=True)
class _Ops(Maker):
    """The maker of a job's tasks: calls of ops."""

    def task(self, call: ast.Call, names: Names) -> Task | None:
        """The op that a call runs."""
        owner, function = names.source.function(dotted(call.func).removesuffix(".alias"))
        if owner is None or function is None or _decorated(function, owner) != "op":
            return None
        task = Task(function.name, function.name, names.source.place(call))
        hops = () if owner is names.source else (task.place,)
        task.steps = Body(owner, function, self.context, hops).steps(function.name)
        return task


def _assets(source: Source, context: Context) -> Pipeline | None:
    tasks: dict[str, Task] = {}
    automatic: list[Trigger] = []
    for name, function in source.functions.items():
        if _decorated(function, source) not in _ASSETS:
            continue
        place = source.place_of(function)
        task = tasks[name] = Task(name, name, place, Body(source, function, context).steps(name))
        task.after = {argument.arg: place for argument in function.args.args}
        for decorator in function.decorator_list:
            if not isinstance(decorator, ast.Call):
                continue
            for part in ast.walk(argument(decorator, "deps") or ast.Constant(None)):
                named = part.value if isinstance(part, ast.Constant) else dotted(part)
                task.after |= {str(named): place} if named else {}
            given = argument(decorator, "automation_condition") or argument(
                decorator, "auto_materialize_policy"
            )
            if given is not None and _AUTOMATES.search(ast.unparse(given)):
                said = source.place(given)
                automatic.append(Trigger(TriggerKind.UPSTREAM, "automatic materialization", said))
    if not tasks:
        return None
    for task in tasks.values():
        task.after = {name: place for name, place in task.after.items() if name in tasks and name != task.id}
    place = next(iter(tasks.values())).place
    jobs = {name for name, function in source.functions.items() if _decorated(function, source) == "job"}
    triggers = (
        *_started(source, "", jobs), *automatic, Trigger(TriggerKind.MANUAL, "materialization", place),
    )  # fmt: skip
    return pipeline_of("assets", PLATFORM, place, triggers, tasks.values(), source.parsed, context)


def _started(source: Source, job: str, others: set[str] | None = None) -> Iterator[Trigger]:
    """Schedules and sensors of a job; without one, those of a file that are for none of the `others`."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        made = dotted(node.func).rpartition(".")[2]
        kind = {"ScheduleDefinition": TriggerKind.SCHEDULE, "schedule": TriggerKind.SCHEDULE}.get(made)
        kind = TriggerKind.UPSTREAM if made in ("sensor", "asset_sensor") else kind
        target = argument(node, "job") or argument(node, "target")
        if kind is None or (target is None and argument(node, "job_name") is None):
            continue
        name = dotted(target) if target is not None else ""
        if name == job or (not job and name not in (others or ())):
            yield Trigger(kind, "schedule" if kind is TriggerKind.SCHEDULE else "sensor", source.place(node))


def _decorated(function: Function, source: Source) -> str:
    """`asset`, `op`, `job` and so on, where Dagster decorates a function."""
    for decorator in function.decorator_list:
        full = source.full(dotted(decorator))
        if full.startswith("dagster."):
            return full.rpartition(".")[2]
    return ""
