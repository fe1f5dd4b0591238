"""Tekton: tasks in the order of `runAfter`; an ApprovalTask waits for people.

https://tekton.dev/docs/pipelines/pipelines/
https://github.com/openshift-pipelines/manual-approval-gate
"""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.documents.yaml import Mapping, Node, Scalar
from mlscan.promotion.graph import Action, Fact, Gate, Job, Need, Pipeline, Step, Unknown
from mlscan.promotion.located import Located
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, items, texts
from mlscan.promotion.lower.words import bound, command_line, folders, setting_in, started
from mlscan.promotion.scope import Scope

PLATFORM = "tekton"
KINDS = ("Pipeline", "PipelineRun")
_DEPLOYERS = frozenset(
    ("kubernetes-actions", "helm-upgrade-from-source", "helm-upgrade-from-repo", "openshift-client",
     "argocd-task-sync-and-wait", "kn-apply", "kustomize-apply", "gcloud-run-deploy")
)  # fmt: skip


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """One pipeline for each Pipeline of a file, or for a run with its own specification."""
    tasks = {
        _name(root): root
        for root in parsed.roots
        if isinstance(root, Mapping) and root.text("kind") in ("Task", "ClusterTask")
    }
    found: list[Pipeline] = []
    for root in parsed.roots:
        spec = root.get("spec") if isinstance(root, Mapping) else None
        if not isinstance(root, Mapping) or not isinstance(spec, Mapping) or root.text("kind") not in KINDS:
            continue
        inner = spec.get("pipelineSpec")
        spec = inner if isinstance(inner, Mapping) else spec
        jobs = list(_jobs(spec, parsed, context, tasks))
        if jobs:
            here = parsed.place(root.get("kind") or root)
            facts = (Fact("workflow", _name(root), here), *folders(parsed, context.recogniser.judge))
            groups: dict[str, tuple[str, ...]] = {job.id: (job.id,) for job in jobs}
            trigger = started("run of the pipeline", here)
            found.append(Pipeline(parsed.path, PLATFORM, here, (trigger,), tuple(jobs), groups, facts))
    return found


def _name(root: Mapping) -> str:
    metadata = root.get("metadata")
    return metadata.text("name", "generateName") if isinstance(metadata, Mapping) else ""


def _jobs(spec: Mapping, parsed: Parsed, context: Context, tasks: dict[str, Mapping]) -> Iterator[Job]:
    names: list[str] = []
    for task in items(spec.get("tasks")):
        if isinstance(task, Mapping):
            before = (*texts(task.get("runAfter")), *_results(task, names))
            names.append(task.text("name"))
            needs = tuple(Need(name, parsed.place(task)) for name in dict.fromkeys(before))
            yield _job(task, needs, parsed, context, tasks)
    for task in items(spec.get("finally")):
        if isinstance(task, Mapping):
            yield _job(task, (), parsed, context, tasks)


def _results(task: Mapping, names: list[str]) -> Iterator[str]:
    """Tasks whose results a task uses run before it: `$(tasks.build.results.image)`."""
    text = " ".join(
        value.value
        for param in items(task.get("params"))
        if isinstance(param, Mapping) and isinstance(value := param.get("value"), Scalar)
    )
    for name in names:
        if f"$(tasks.{name}." in text:
            yield name


def _job(
    task: Mapping, needs: tuple[Need, ...], parsed: Parsed, context: Context, tasks: dict[str, Mapping]
) -> Job:
    judge = context.recogniser.judge
    name = task.text("name")
    place = parsed.place(task.get("name") or task)
    reference = task.get("taskRef")
    called = reference.text("name") if isinstance(reference, Mapping) else ""
    facts: list[Fact] = [Fact("job", name, place)]
    for param in items(task.get("params")):
        value = param.get("value") if isinstance(param, Mapping) else None
        if isinstance(param, Mapping) and isinstance(value, Scalar):
            fact = bound(judge, param.text("name"), value.value, parsed.place(value))
            facts += [fact] if fact is not None else []
    if isinstance(reference, Mapping) and reference.text("kind") == "ApprovalTask":
        gate = Gate("human", f"ApprovalTask {name}", parsed.place(reference))
        return Job(name, name, "server", place, (), needs, (gate,), facts=tuple(facts))
    spec: Node | None = task.get("taskSpec")
    unknowns: tuple[Unknown, ...] = ()
    if spec is None and called in tasks:
        spec = tasks[called].get("spec")
    steps = tuple(_steps(spec, parsed, context)) if isinstance(spec, Mapping) else ()
    if not steps and (called in _DEPLOYERS or judge.deploys_by_name(called) or judge.deploys_by_name(name)):
        steps = (Step(name, place, (Action("deploy", f"task {called or name}", "medium", place),)),)
    return Job(name, name, "agent", place, steps, needs, facts=tuple(facts), unknowns=unknowns)


def _steps(spec: Mapping, parsed: Parsed, context: Context) -> Iterator[Step]:
    for step in items(spec.get("steps")):
        if not isinstance(step, Mapping):
            continue
        script = step.get("script")
        if isinstance(script, Scalar):
            text: Located | None = Located.of(parsed.document, script)
        else:
            words = [*items(step.get("command")), *items(step.get("args"))]
            text = command_line(parsed.document, "", [word for word in words if isinstance(word, Scalar)])
        if text is not None:
            actions = context.recogniser.actions(text, setting_in(Scope(), ""))
            yield Step(step.text("name"), parsed.place(step), tuple(actions))
