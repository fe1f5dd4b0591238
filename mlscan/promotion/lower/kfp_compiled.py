"""Kubeflow Pipelines compiled to YAML or JSON: the tasks of the root and of every condition, with what their
containers run.

https://www.kubeflow.org/docs/components/pipelines/user-guides/core-functions/compile-a-pipeline/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mlscan.documents.yaml import Mapping, Node, Scalar, Sequence, walk
from mlscan.model import Place
from mlscan.promotion.commands import Setting
from mlscan.promotion.graph import Action, Fact, Gate, Pipeline, Trigger, TriggerKind
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, items, pairs, texts
from mlscan.promotion.lower.steps import arranged
from mlscan.promotion.lower.tasks import Task, pipeline_of
from mlscan.promotion.lower.words import At, command_line
from mlscan.promotion.targets import may_be_secret

PLATFORM = "kubeflow-pipelines"
_DEPTH = 8
_LAUNCHERS = "google_cloud_pipeline_components."
_MOST = 500


def recognised(root: Node | None) -> bool:
    """Whether it is the specification of a pipeline, alone or inside a job."""
    spec = _spec(root)
    return spec is not None and isinstance(spec.get("root"), Mapping)


def _spec(root: Node | None) -> Mapping | None:
    if not isinstance(root, Mapping):
        return None
    inner = root.get("pipelineSpec")
    found = inner if isinstance(inner, Mapping) else root
    return found if found.get("deploymentSpec") is not None else None


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """The pipeline of a specification; none where the Python it was compiled from stands beside it."""
    spec = _spec(parsed.root)
    assert spec is not None
    stem = parsed.path.rpartition(".")[0]
    if context.read(f"{stem}.py") is not None:
        return []
    reader = _Reader(spec, parsed, context)
    reader.read(spec.get("root"), (), {}, 0)
    info = spec.get("pipelineInfo")
    name = info.text("name") if isinstance(info, Mapping) else parsed.path.rpartition("/")[2]
    place = parsed.place(spec.key("deploymentSpec") or spec)
    triggers = (Trigger(TriggerKind.MANUAL, "run of the pipeline", place),)
    made = pipeline_of(name, PLATFORM, place, triggers, reader.tasks.values(), parsed, context)
    return [made] if made is not None else []


@dataclass
class _Reader:
    """Unfolds the tasks of a graph; those of a condition's graph stand behind its gate."""

    spec: Mapping
    parsed: Parsed
    context: Context
    tasks: dict[str, Task] = field(default_factory=dict)

    def read(
        self, node: Node | None, gates: tuple[Gate, ...], before: dict[str, Place], depth: int
    ) -> list[str]:
        """The tasks of a component that is a graph; their ids."""
        dag = node.get("dag") if isinstance(node, Mapping) else None
        listed = dag.get("tasks") if isinstance(dag, Mapping) else None
        made: dict[str, list[str]] = {}
        waits: list[tuple[list[str], tuple[str, ...], Place]] = []
        for key, name, item in pairs(listed):
            if not isinstance(item, Mapping) or depth > _DEPTH or len(self.tasks) > _MOST:
                continue
            place = self.parsed.place(name)
            policy = item.get("triggerPolicy")
            condition = policy.get("condition") if isinstance(policy, Mapping) else None
            own = gates
            if isinstance(condition, Scalar):
                own += (Gate("metric", condition.value[:80], self.parsed.place(condition)),)
            reference = item.get("componentRef")
            component = self._component(reference.text("name") if isinstance(reference, Mapping) else "")
            if component is not None and component.get("dag") is not None:
                made[key] = self.read(component, own, before, depth + 1)
            else:
                label = component.text("executorLabel") if component is not None else ""
                made[key] = [self._task(key, place, label, own, before)]
                self.tasks[made[key][0]].facts += self._given(item)
            waits.append((made[key], texts(item.get("dependentTasks")), place))
        for ids, names, place in waits:
            for identifier in ids:
                self.tasks[identifier].after |= {one: place for name in names for one in made.get(name, [])}
        return [identifier for ids in made.values() for identifier in ids]

    def _component(self, name: str) -> Mapping | None:
        components = self.spec.get("components")
        found = components.get(name) if isinstance(components, Mapping) and name else None
        return found if isinstance(found, Mapping) else None

    def _given(self, item: Mapping) -> Iterator[Fact]:
        """Constants among the inputs of a task that name an environment: `churn-prod` as the display name."""
        inputs = item.get("inputs")
        for node in walk(inputs, 200) if inputs is not None else ():
            told = node.get("constant", "stringValue") if isinstance(node, Mapping) else None
            if not isinstance(told, Scalar) or len(told.value) > 120 or may_be_secret(told.value):
                continue
            if self.context.recogniser.judge.names(told.value):
                yield Fact("argument", told.value, self.parsed.place(told))

    def _task(
        self, name: str, place: Place, label: str, gates: tuple[Gate, ...], before: dict[str, Place]
    ) -> str:
        identifier = name.replace("-", "_")
        while identifier in self.tasks:
            identifier += "_"
        task = self.tasks[identifier] = Task(identifier, name, place, gates=list(gates), after=dict(before))
        deployment = self.spec.get("deploymentSpec")
        executors = deployment.get("executors") if isinstance(deployment, Mapping) else None
        executor = executors.get(label) if isinstance(executors, Mapping) and label else None
        if isinstance(executor, Mapping):
            actions = container(executor.get("container"), self.parsed, self.context)
            task.steps = arranged(name, place, [(action, None) for action in actions])
        return identifier


def container(node: Node | None, parsed: Parsed, context: Context) -> Iterator[Action]:
    """What a container runs: a command line, and the Python that was written into it."""
    if not isinstance(node, Mapping):
        return
    words = [
        word
        for key in ("command", "args")
        for item in items(node.get(key))
        for word in (item.items if isinstance(item, Sequence) else [item])
        if isinstance(word, Scalar)
    ]
    python = [word for word in words if "def " in word.value and "import " in word.value]
    for word in python:
        at = At(parsed.document, word.value.strip("\n"), word.start, word.end)
        for action in context.python.actions(context.recogniser, at, Setting()):
            if action.kind != "approve":
                yield action
    launched = next((at for at, word in enumerate(words) if word.value.startswith(_LAUNCHERS)), None)
    if launched is not None:
        # `python3 -u -m package.launcher --type DeployModel`: the package is the program.
        line = command_line(parsed.document, _LAUNCHERS.rstrip("."), words[launched + 1 :])
    else:
        line = command_line(parsed.document, "", words) if words and not python else None
    if line is not None:
        yield from context.recogniser.actions(line, Setting(folder=parsed.folder))
