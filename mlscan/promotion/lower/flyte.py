"""Flyte: the calls of a workflow are nodes in the order of their data; `approve` waits for a person.

https://docs.flyte.org/en/latest/user_guide/advanced_composition/waiting_for_external_inputs.html: nodes that
share no data run beside each other, unless `>>` says otherwise.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mlscan.documents.document import Document
from mlscan.flow.guards import guard_in
from mlscan.promotion.graph import Gate, Pipeline, Step, Trigger, TriggerKind
from mlscan.promotion.lower.bodies import Body, gate_of
from mlscan.promotion.lower.cdk_source import Function, Source, argument, dotted
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed
from mlscan.promotion.lower.tasks import Task, pipeline_of

PLATFORM = "flyte"
_IMPORTS = re.compile(rb"(?m)^[ \t]*(?:from|import)[ \t]+flytekit\b")
_ASKS = frozenset(("approve", "wait_for_input"))
_PLANS = frozenset(("LaunchPlan", "get_or_create", "create"))
_CLOCKS = ("schedule", "cron_schedule")
_LINKS = frozenset(("then", "if_", "elif_", "else_", "fail"))
_MOST = 500


def recognised(document: Document) -> bool:
    """Whether a Python file imports Flyte and decorates a workflow."""
    return _IMPORTS.search(document.data) is not None and b"workflow" in document.data


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """One pipeline for each workflow of a file."""
    source = Source(parsed, context)
    found: list[Pipeline] = []
    for name, function in source.functions.items():
        if not any(source.full(_decorator(one)).endswith(".workflow") for one in function.decorator_list):
            continue
        nodes = _Nodes(source, context)
        for statement in function.body:
            nodes.take(statement)
        triggers = (*_schedules(name, source), Trigger(TriggerKind.MANUAL, "run", source.place_of(function)))
        place = source.place_of(function)
        made = pipeline_of(name, PLATFORM, place, triggers, nodes.tasks.values(), parsed, context)
        if made is not None:
            found.append(made)
    return found


@dataclass
class _Nodes:
    """The nodes of a workflow; `names` says which of them a name of the workflow comes from."""

    source: Source
    context: Context
    tasks: dict[str, Task] = field(default_factory=dict)
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def take(self, statement: ast.stmt) -> None:
        """One statement of the workflow's body."""
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.BinOp):
            self._ordered(statement.value)
        elif isinstance(statement, ast.Assign | ast.Expr | ast.Return) and statement.value is not None:
            made = self._value(statement.value, ())
            for target in statement.targets if isinstance(statement, ast.Assign) else ():
                for node in ast.walk(target):
                    if isinstance(node, ast.Name):
                        self.names[node.id] = made

    def _ordered(self, node: ast.BinOp) -> tuple[str, ...]:
        """`gate >> deploy`, also in a row."""
        left = self._ordered(node.left) if isinstance(node.left, ast.BinOp) else self._value(node.left, ())
        right = self._value(node.right, ())
        if isinstance(node.op, ast.RShift):
            for name in right:
                self.tasks[name].after |= dict.fromkeys(left, self.source.place(node))
        return right

    def _value(self, node: ast.expr, held: tuple[str, ...], gate: Gate | None = None) -> tuple[str, ...]:
        """The nodes that an expression makes or names; those it makes come after `held`."""
        if not isinstance(node, ast.Call):
            found = (self.names.get(one.id, ()) for one in ast.walk(node) if isinstance(one, ast.Name))
            return tuple(dict.fromkeys(name for names in found for name in names))
        if isinstance(node.func, ast.Attribute) and node.func.attr in (
            "then",
            "if_",
            "elif_",
            "else_",
            "fail",
        ):
            return self._conditional(node)
        owner_of = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        given = [*owner_of, *node.args, *(word.value for word in node.keywords)]
        before = tuple(dict.fromkeys(name for one in given for name in self._value(one, held)))
        name = dotted(node.func)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "with_overrides":
            return self._value(node.func.value, held)
        short = name.rpartition(".")[2]
        place = self.source.place(node)
        task = Task(f"{short}_{len(self.tasks)}", short, place, after=dict.fromkeys((*before, *held), place))
        full = self.source.full(name)
        if short in _ASKS and full.startswith("flytekit"):
            task.gates.append(Gate("human", f"{short}()", place))
        else:
            owner, function = self.source.function(name)
            if owner is None or function is None or len(self.tasks) > _MOST:
                return before
            task.steps = self._steps(owner, function, task)
            task.gates += [gate] if gate is not None else []
        self.tasks[task.id] = task
        return (task.id,)

    def _steps(self, owner: Source, function: Function, task: Task) -> tuple[Step, ...]:
        hops = () if owner is self.source else (task.place,)
        return Body(owner, function, self.context, hops).steps(function.name)

    def _conditional(self, node: ast.Call) -> tuple[str, ...]:
        """`conditional("x").if_(score > 0.9).then(deploy(m)).else_().then(keep())`: what is asked comes
        before what is done."""
        links: list[ast.Call] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
            links.append(inner)
            inner = inner.func.value
        made: tuple[str, ...] = ()
        asked: tuple[str, ...] = ()
        gate: Gate | None = None
        for link in reversed(links):
            word = link.func.attr if isinstance(link.func, ast.Attribute) else ""
            if word in ("if_", "elif_") and link.args:
                asked = self._value(link.args[0], ())
                person = any(self.tasks[name].gates for name in asked)
                guard = None if person else guard_in(ast.unparse(link.args[0]))
                gate = gate_of(guard, self.source.place(link.args[0]))
            elif word == "then" and link.args:
                made += self._value(link.args[0], asked, gate)
        return made


def _decorator(node: ast.expr) -> str:
    return dotted(node.func if isinstance(node, ast.Call) else node)


def _schedules(name: str, source: Source) -> Iterator[Trigger]:
    """The clocks of launch plans for a workflow."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in _PLANS:
            workflow = argument(node, "workflow", 0)
            clock = next((found for key in _CLOCKS if (found := argument(node, key)) is not None), None)
            if workflow is not None and dotted(workflow) == name and clock is not None:
                yield Trigger(TriggerKind.SCHEDULE, "schedule", source.place(clock))
