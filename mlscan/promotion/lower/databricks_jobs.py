"""Jobs of Databricks bundles with a task named after an approval, as MLflow's deployment jobs have it.

https://docs.databricks.com/aws/en/mlflow/deployment-job: the notebook of the approval task raises unless a
tag of the model version says that it is approved. Who may set that tag is kept by Unity Catalog.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mlscan.documents.document import Document
from mlscan.documents.yaml import Mapping, Node, Scalar
from mlscan.promotion.commands import Setting
from mlscan.promotion.graph import Pipeline, Step, Trigger, TriggerKind, Unknown
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, items, pairs
from mlscan.promotion.lower.plain import plain
from mlscan.promotion.lower.tasks import Task, pipeline_of
from mlscan.promotion.lower.words import At, quoted
from mlscan.promotion.scope import Scope

PLATFORM = "databricks-jobs"
_APPROVES = re.compile(r"approv|sign_?off", re.IGNORECASE)
# What may end a notebook before its last line, or run another one that does; `exit` of dbutils is a success.
_STOPS = re.compile(
    rb"\braise\b|\bassert\b|\bsys\.exit\b|%run\b|notebook\.run\b|^from[ \t]+\.?\w", re.MULTILINE
)
_KNOWN = re.compile(rb"^from[ \t]+(?:mlflow|databricks)\b", re.MULTILINE)
_RUNS_ANYWAY = frozenset(("ALL_DONE", "AT_LEAST_ONE_FAILED", "ALL_FAILED"))


def recognised(root: Node | None) -> bool:
    """Whether a file of a bundle declares a job with such a task."""
    return any(True for _ in _jobs(root))


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """One pipeline for each such job."""
    found = (_pipeline(name, key, job, parsed, context) for name, key, job in _jobs(parsed.root))
    return [pipeline for pipeline in found if pipeline is not None]


def _jobs(root: Node | None) -> Iterator[tuple[str, Scalar, Mapping]]:
    resources = root.get("resources") if isinstance(root, Mapping) else None
    for name, key, job in pairs(resources.get("jobs") if isinstance(resources, Mapping) else None):
        if isinstance(job, Mapping) and any(_APPROVES.search(one.text("task_key")) for one in _tasks(job)):
            yield name, key, job


def _tasks(job: Mapping) -> list[Mapping]:
    return [one for one in items(job.get("tasks")) if isinstance(one, Mapping) and one.text("task_key")]


def _pipeline(name: str, key: Scalar, job: Mapping, parsed: Parsed, context: Context) -> Pipeline | None:
    # A job with these two parameters is started by every new version of the model it is connected to.
    given = {one.text("name") for one in items(job.get("parameters")) if isinstance(one, Mapping)}
    place = parsed.place(key)
    triggers = [Trigger(TriggerKind.MANUAL, "run now", place)]
    if {"model_name", "model_version"} <= given:
        triggers.insert(0, Trigger(TriggerKind.UPSTREAM, "new model version", place))
    if job.get("schedule", "trigger", "continuous") is not None:
        triggers.insert(0, Trigger(TriggerKind.SCHEDULE, "schedule", place))
    made = [_task(one, parsed, context) for one in _tasks(job)]
    return pipeline_of(name, PLATFORM, place, tuple(triggers), made, parsed, context)


def _task(node: Mapping, parsed: Parsed, context: Context) -> Task:
    name = node.text("task_key")
    place = parsed.place(node.get("task_key") or node)
    task = Task(name, name, place)
    code, path = _code(node, parsed, context)
    if code is not None and path is not None:
        program = "papermill" if code.source.path.endswith(".ipynb") else "python"
        line = At(parsed.document, f"{program} {quoted(code.source.path)}", path.start, path.end)
        task.steps = (Step(name, place, tuple(context.recogniser.actions(line, Setting()))),)
    if _APPROVES.search(name) and (code is None or _may_stop(code.data)):
        task.unknowns.append(Unknown(f"who may set what task '{name}' asks for", place, may_gate=True))
    for before in items(node.get("depends_on")):
        if isinstance(before, Mapping) and before.text("task_key"):
            task.after[before.text("task_key")] = parsed.place(before)
    rule = node.get("run_if")
    if isinstance(rule, Scalar) and rule.value in _RUNS_ANYWAY:
        task.condition = plain("always()", parsed.place(rule), Scope())
    return task


def _code(node: Mapping, parsed: Parsed, context: Context) -> tuple[Document | None, Scalar | None]:
    """The notebook or script that a task runs, by a path from the file that names it."""
    for kind, key in (("notebook_task", "notebook_path"), ("spark_python_task", "python_file")):
        runs = node.get(kind)
        path = runs.get(key) if isinstance(runs, Mapping) else None
        if not isinstance(path, Scalar) or not path.value:
            continue
        wanted = posixpath.normpath(posixpath.join(parsed.folder, path.value))
        for ending in ("", ".py", ".ipynb"):
            found = context.read(wanted + ending) if not wanted.startswith(("..", "/")) else None
            if found is not None:
                return found, path
        return None, path
    return None, None


def _may_stop(data: bytes) -> bool:
    """Whether a notebook may fail; one that only prints, or reads a tag, asks nobody."""
    return any(_KNOWN.match(data, found.start()) is None for found in _STOPS.finditer(data))
