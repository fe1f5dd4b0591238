"""Kubeflow Pipelines in Python: components as jobs; `dsl.If` compares numbers and is never a person.

https://www.kubeflow.org/docs/components/pipelines/user-guides/core-functions/control-flow/
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlscan.documents.document import Document
from mlscan.documents.yaml import Mapping
from mlscan.promotion.commands import Setting
from mlscan.promotion.graph import Action, Gate, Pipeline, Step, Trigger, TriggerKind
from mlscan.promotion.located import Located
from mlscan.promotion.lower.bodies import Body
from mlscan.promotion.lower.cdk_source import Function, Names, Source, argument, dotted
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.kfp_compiled import container
from mlscan.promotion.lower.parsed import Parsed
from mlscan.promotion.lower.steps import arranged
from mlscan.promotion.lower.tasks import Task, pipeline_of
from mlscan.promotion.lower.wiring import Maker, Wiring
from mlscan.promotion.lower.words import At, quoted

PLATFORM = "kubeflow-pipelines"
_IMPORTS = re.compile(rb"(?m)^[ \t]*(?:from|import)[ \t]+kfp\b")
_PIPELINE = re.compile(rb"@(?:[\w.]+\.)?pipeline\b")
_COMPONENTS = frozenset(("component", "container_component", "python_component", "lightweight_component"))
_FROM = frozenset(("func_to_container_op", "create_component_from_func", "create_component_from_func_v2"))
_LOADED = frozenset(("load_component_from_file",))
_CONDITIONS = frozenset(("Condition", "If", "Elif", "Else"))
_CLOCK = re.compile(rb"recurring_run\(|create_schedule|JobSchedule\(")
_CLOCKS = frozenset(
    ("create_recurring_run", "create_schedule", "PipelineJobSchedule", "create_schedule_from_job_spec")
)
_CLEARS = re.compile(r"^(?:Endpoint|Model)\w*(?:Delete|Undeploy)Op$")


def recognised(document: Document) -> bool:
    """Whether a Python file imports the SDK and decorates a pipeline."""
    return _IMPORTS.search(document.data) is not None and _PIPELINE.search(document.data) is not None


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """One pipeline for each decorated function."""
    source = Source(parsed, context)
    found: list[Pipeline] = []
    for name, function in source.functions.items():
        decorators = [dotted(one) for one in function.decorator_list]
        if not any(one.rpartition(".")[2] == "pipeline" and "kfp" in source.full(one) for one in decorators):
            continue
        wiring = Wiring(_Components(context), Names(source, function))
        wiring.run(function.body)
        place = source.place_of(function)
        triggers = tuple(_triggers(source, function))
        made = pipeline_of(name, PLATFORM, place, triggers, wiring.tasks.values(), parsed, context)
        if made is not None:
            found.append(made)
    return found


def _triggers(source: Source, function: Function) -> Iterator[Trigger]:
    for node in ast.walk(source.tree) if _CLOCK.search(source.document.data) else ():
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in _CLOCKS:
            yield Trigger(TriggerKind.SCHEDULE, "schedule", source.place(node.func))
            break
    yield Trigger(TriggerKind.MANUAL, "run of the pipeline", source.place_of(function))


@dataclass(frozen=True)
class _Components(Maker):
    """The maker of a pipeline's tasks: calls of components."""

    def around(self, call: ast.Call, names: Names) -> Gate | None:
        """The condition that the tasks inside stand under."""
        full = names.source.full(dotted(call.func))
        if full.startswith("kfp") and full.rpartition(".")[2] in _CONDITIONS:
            return Gate("metric", ast.unparse(call)[:80], names.source.place(call))
        return None

    def task(self, call: ast.Call, names: Names) -> Task | None:
        """The task that the call of a component makes."""
        name = dotted(call.func)
        last = name.rpartition(".")[2]
        place = names.source.place(call.func)
        if last == "ContainerOp":
            title = names.text(argument(call, "name", 0)) or last
            return Task(_id(title), title, place, tuple(self._commands(title, call, names)))
        owner, function = names.source.function(name)
        if owner is not None and function is not None:
            if not any(dotted(one).rpartition(".")[2] in _COMPONENTS for one in function.decorator_list):
                return None
            return Task(_id(last), last, place, Body(owner, function, self.context).steps(last))
        made, inner = names.value(call.func)
        if isinstance(made, ast.Call):
            return self._made(last, made, inner, place.region.start_line, names, call)
        full = names.source.full(name)
        if last.endswith("Op") and last[:1].isupper() and "google_cloud_pipeline_components" in full:
            task = Task(_id(last), last, place, tuple(self._known(last, call, names)))
            task.clears = _CLEARS.match(last) is not None
            return task
        return None

    def _made(
        self, name: str, made: ast.Call, inner: Names, line: int, names: Names, call: ast.Call
    ) -> Task | None:
        """A component made of a function, or loaded from a file."""
        maker = dotted(made.func).rpartition(".")[2]
        task = Task(_id(name), name, names.source.place(call.func))
        if maker in _FROM:
            owner, function = inner.source.function(dotted(argument(made, "func", 0)))
            if owner is not None and function is not None:
                task.steps = Body(owner, function, self.context).steps(name)
            return task
        if maker not in _LOADED:
            return task if maker.startswith("load_component") else None
        path = inner.text(argument(made, "filename", 0))
        found = self.context.nearest(path, inner.source.parsed.folder) if path and "$" not in path else None
        root = found.root if found is not None else None
        implementation = root.get("implementation") if isinstance(root, Mapping) else None
        if found is not None and isinstance(implementation, Mapping):
            actions = container(implementation.get("container"), found, self.context)
            task.steps = arranged(name, task.place, [(action, None) for action in actions])
        return task

    def _commands(self, title: str, call: ast.Call, names: Names) -> Iterator[Step]:
        parts: list[str] = []
        for key in ("command", "arguments"):
            value, inner = names.value(argument(call, key))
            if isinstance(value, ast.List | ast.Tuple):
                parts += [quoted(inner.text(item)) for item in value.elts]
            elif value is not None:
                parts.append(inner.text(value))
        at = At(names.source.document, " ".join(parts), *names.source.span(call.func))
        actions = self.context.recogniser.actions(at, Setting())
        yield from arranged(title, names.source.place(call.func), [(action, None) for action in actions])

    def _known(self, name: str, call: ast.Call, names: Names) -> Iterator[Step]:
        found: list[tuple[Action, None]] = [
            (action, None)
            for node, action in self.context.python.located(
                self.context.recogniser, Located.whole(names.source.document), Setting(), call.lineno,
                call.end_lineno or call.lineno,
            )
            if node is call
        ]  # fmt: skip
        yield from arranged(name, names.source.place(call.func), found)


def _id(title: str) -> str:
    return re.sub(r"\W+", "_", title)
