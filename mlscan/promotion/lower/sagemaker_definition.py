"""The JSON that SageMaker Pipelines run: the definition of a pipeline, steps with their arguments.

https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/
"""

from __future__ import annotations

from mlscan.documents.yaml import Mapping, Node
from mlscan.promotion.graph import Action, Approver, Fact, Gate, Pipeline, Trigger, TriggerKind, Unknown
from mlscan.promotion.joins import REGISTRY
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, items, texts
from mlscan.promotion.lower.steps import arranged
from mlscan.promotion.lower.tasks import Task, pipeline_of

PLATFORM = "sagemaker-pipelines"
_VERSION = "2020-12-01"
_CHECKS = frozenset(("Condition", "QualityCheck", "ClarifyCheck"))
_DOES = {"Training": "train", "Tuning": "train", "RegisterModel": "register"}
_DEPLOYS = frozenset(("Endpoint", "EndpointConfig", "InferenceComponent"))


def recognised(root: Node | None) -> bool:
    """Whether it has the version and the steps of a definition."""
    return isinstance(root, Mapping) and root.text("Version") == _VERSION and bool(items(root.get("Steps")))


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """The pipeline of a definition."""
    root = parsed.root
    assert isinstance(root, Mapping)
    tasks: dict[str, Task] = {}
    _read(root.get("Steps"), "", tasks, parsed, context)
    for task in tasks.values():
        task.after = {name: place for name, place in task.after.items() if name in tasks}
    place = parsed.place(root.key("Steps") or root)
    triggers = (Trigger(TriggerKind.MANUAL, "start of the pipeline", place),)
    name = parsed.path.rpartition("/")[2]
    made = pipeline_of(name, PLATFORM, place, triggers, tasks.values(), parsed, context)
    return [made] if made is not None else []


def _read(node: Node | None, before: str, tasks: dict[str, Task], parsed: Parsed, context: Context) -> None:
    """The steps of a list; `before` is the condition they are a branch of."""
    for step in items(node):
        if not isinstance(step, Mapping):
            continue
        kind, title = step.text("Type"), step.text("Name")
        place = parsed.place(step.get("Name") or step)
        task = tasks[title] = Task(title, title, place)
        task.after = dict.fromkeys((*texts(step.get("DependsOn")), *([before] if before else [])), place)
        arguments = step.get("Arguments")
        if kind in _CHECKS:
            task.gates.append(Gate("metric", title, place))
        elif kind == "Callback":
            reason = f"who answers callback step '{title}'"
            task.unknowns.append(Unknown(reason, place, may_gate=True))
        function = step.text("FunctionArn").rpartition(":")[2]
        said = parsed.place(step.get("FunctionArn") or step)
        task.facts += [Fact("argument", function, said)] if function else []
        named = context.recogniser.judge.deploys_by_name(f"{title} {function}")
        if kind in _DOES:
            task.steps = arranged(title, place, [(Action(_DOES[kind], f"{kind} step", "high", place), None)])
        elif kind in _DEPLOYS or (kind in ("Lambda", "Processing") and named):
            certainty = "high" if kind in _DEPLOYS else "low"
            deploy = Action("deploy", f"{kind} step {title}", certainty, place)
            task.steps = arranged(title, place, [(deploy, None)])
        if not isinstance(arguments, Mapping):
            continue
        if kind == "RegisterModel" and arguments.text("ModelApprovalStatus") == "Approved":
            said = parsed.place(arguments.get("ModelApprovalStatus") or step)
            robot = Approver(
                "robot", "ModelApprovalStatus: Approved", REGISTRY, "*", said, ("metric",) if before else ()
            )
            context.approvers.append(robot)
        for branch in ("IfSteps", "ElseSteps"):
            _read(arguments.get(branch), title, tasks, parsed, context)
