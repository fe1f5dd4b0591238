"""Prefect: the calls of a flow in the order of its text; a run that pauses itself waits for people.

https://docs.prefect.io/v3/advanced/interactive
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mlscan.documents.document import Document
from mlscan.documents.yaml import Mapping
from mlscan.flow.guards import guard_within
from mlscan.promotion.graph import Gate, Pipeline, Trigger, TriggerKind, Unknown
from mlscan.promotion.lower.bodies import Body, gate_of
from mlscan.promotion.lower.cdk_source import Function, Source, argument, dotted
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, items
from mlscan.promotion.lower.steps import arranged
from mlscan.promotion.lower.tasks import Task, pipeline_of

PLATFORM = "prefect"
_IMPORTS = re.compile(rb"(?m)^[ \t]*(?:from|import)[ \t]+prefect\b")
_PAUSES = frozenset(("pause_flow_run", "suspend_flow_run"))
_CALLED = frozenset(("submit", "map", "with_options", "delay", "fn"))
_STARTS = frozenset(("serve", "deploy", "to_deployment", "build_from_flow", "Deployment"))
_CLOCKS = ("cron", "interval", "rrule", "schedule", "schedules")
_DEPTH = 4


def recognised(document: Document) -> bool:
    """Whether a Python file imports Prefect and decorates a flow."""
    return _IMPORTS.search(document.data) is not None and b"flow" in document.data


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """One pipeline for each flow of a file that no other flow of it calls."""
    source = Source(parsed, context)
    flows = {name: function for name, function in source.functions.items() if _is_flow(function, source)}
    called = {
        _callee(node)
        for function in flows.values()
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
    }
    found: list[Pipeline] = []
    for name, function in flows.items():
        if name in called:
            continue
        reader = _Flow(context)
        reader.read(function, source)
        triggers = tuple(_triggers(name, function, source, context))
        place = source.place_of(function)
        made = pipeline_of(name, PLATFORM, place, triggers, reader.tasks, parsed, context)
        if made is not None:
            found.append(made)
    return found


@dataclass
class _Flow:
    """The tasks of one flow. `passed` are the gates that a run has come through so far."""

    context: Context
    tasks: list[Task] = field(default_factory=list)
    passed: list[Gate] = field(default_factory=list)
    unsure: list[Unknown] = field(default_factory=list)

    def read(self, function: Function, source: Source, depth: int = 0) -> None:
        """Every call of a flow that does something, subflows in their place."""
        direct = Body(source, function, self.context).direct()
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        ordered = sorted(calls, key=lambda node: (node.lineno, node.col_offset))
        for call in ordered:
            name = _callee(call)
            if name.rpartition(".")[2] in _PAUSES:
                self._pause(call, function, source)
                if call is ordered[-1] and depth == 0:
                    self._last()
                continue
            if (action := direct.get(id(call))) is not None:
                task = Task(f"{function.name}_{len(self.tasks)}", function.name, action.place)
                task.steps = arranged(function.name, action.place, [(action, None)])
                self._add(task, call, function)
                continue
            if isinstance(call.func, ast.Attribute) and call.func.attr == "with_options":
                continue  # the call around it is the one that runs
            owner, body = source.function(name)
            if owner is None or body is None or body is function or depth > _DEPTH:
                continue
            if _is_flow(body, owner):
                self.read(body, owner, depth + 1)
                continue
            hops = () if owner is source else (source.place(call),)
            task = Task(f"{body.name}_{len(self.tasks)}", body.name, source.place(call))
            task.steps = Body(owner, body, self.context, hops).steps(body.name)
            self._add(task, call, function)

    def _add(self, task: Task, call: ast.Call, function: Function) -> None:
        gate = gate_of(guard_within(call, function), task.place)
        task.gates += [*([gate] if gate is not None else []), *self.passed]
        task.unknowns += self.unsure
        if task.steps:
            self.tasks.append(task)

    def _pause(self, call: ast.Call, function: Function, source: Source) -> None:
        place = source.place(call)
        branched = any(
            isinstance(node, ast.If) and any(inner is call for inner in ast.walk(node))
            for node in ast.walk(function)
        )
        if branched:
            self.unsure.append(Unknown("a pause of the run that is there under a condition", place, True))
        else:
            self.passed.append(Gate("human", dotted(call.func).rpartition(".")[2], place))

    def _last(self) -> None:
        """A pause with nothing behind it is a task of its own, after all others."""
        if self.passed and not self.unsure:
            gate = self.passed[-1]
            before = {task.id: gate.place for task in self.tasks}
            self.tasks.append(Task("pause", gate.name, gate.place, gates=[gate], after=before))


def _is_flow(function: Function, source: Source) -> bool:
    return any(source.full(dotted(one)).endswith("prefect.flow") for one in function.decorator_list)


def _callee(call: ast.Call) -> str:
    """The name of what a call runs: `train` of `train.submit(...)` and `train.with_options(...)(...)`."""
    name = dotted(call.func)
    while name.rpartition(".")[2] in _CALLED:
        name = name.rpartition(".")[0]
    return name


def _triggers(name: str, function: Function, source: Source, context: Context) -> Iterator[Trigger]:
    """A schedule that the file or `prefect.yaml` gives the flow, and anybody who may run it."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call) or dotted(node.func).rpartition(".")[2] not in _STARTS:
            continue
        flow = argument(node, "flow")
        about = {dotted(node.func).partition(".")[0], dotted(flow) if flow is not None else ""}
        given = next((found for key in _CLOCKS if (found := argument(node, key)) is not None), None)
        if name in about and given is not None and not (isinstance(given, ast.Constant) and not given.value):
            yield Trigger(TriggerKind.SCHEDULE, "schedule", source.place(given))
    declared = context.nearest("prefect.yaml", source.parsed.folder)
    root = declared.root if declared is not None else None
    for item in items(root.get("deployments")) if isinstance(root, Mapping) else ():
        if not isinstance(item, Mapping) or declared is None:
            continue
        file, _, flow_name = item.text("entrypoint").partition(":")
        same = posixpath.normpath(posixpath.join(declared.folder, file)) == source.parsed.path
        if same and flow_name == name:
            clock = item.get("schedules", "schedule")
            if items(clock) or isinstance(clock, Mapping):
                yield Trigger(TriggerKind.SCHEDULE, "schedule", declared.place(item.key("schedules") or item))
    yield Trigger(TriggerKind.MANUAL, "run of the flow", source.place_of(function))
