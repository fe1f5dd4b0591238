"""Jobs of Databricks that `dbx launch` and `dbx execute` start, as the deployment file of a project has them.

https://dbx.readthedocs.io/en/latest/reference/deployment/ and https://dbx.readthedocs.io/en/latest/reference/cli/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlscan.documents.document import Document
from mlscan.documents.yaml import Mapping, Node, Sequence, YamlError, compose
from mlscan.promotion.toolbox import Line

FILES = ("conf/deployment.yml", "conf/deployment.yaml", "conf/deployment.json", "conf/deployment.yml.j2")
_STARTS = ("launch", "execute")
_FILE = ("--deployment-file", "-f")
_LIMIT = 400_000


@dataclass(frozen=True, slots=True)
class Start:
    """Which job a command line starts: of one environment, and one task of it, where these are named."""

    job: str
    file: str = ""
    environment: str = ""
    task: str = ""


def started(line: Line) -> Start | None:
    """What `dbx launch churn-train -e prod` starts; None for any other command."""
    if line.program != "dbx" or not line.words or line.words[0] not in _STARTS:
        return None
    given = {option: value for option, _, value in line.options()}
    named = next((line.words[index] for index in line.positionals if index), "")
    job = given.get("--job", named)
    if not job:
        return None
    return Start(
        job,
        next((given[option] for option in _FILE if option in given), ""),
        given.get("--environment", given.get("-e", "")),
        given.get("--task", ""),
    )


def programs_of(document: Document, start: Start) -> Iterator[str]:
    """What each task of the job runs: a Python file of the repository, or the name of an entry point."""
    if len(document.data) > _LIMIT:
        return
    try:
        roots = compose(document.data)
    except YamlError:
        return
    root = roots[0] if roots else None
    nested = root.get("environments") if isinstance(root, Mapping) else None
    environments = nested if isinstance(nested, Mapping) else root
    for name, _, environment in environments.items() if isinstance(environments, Mapping) else ():
        if isinstance(environment, Mapping) and start.environment in ("", name):
            for job in _listed(environment.get("workflows", "jobs")):
                if job.text("name") == start.job:
                    yield from filter(None, (_program(task) for task in _tasks(job, start.task)))


def _tasks(job: Mapping, wanted: str) -> Iterator[Mapping]:
    """The tasks of a job; one of the first version of the API is its only task."""
    tasks = list(_listed(job.get("tasks")))
    yield from (task for task in tasks if wanted in ("", task.text("task_key")))
    if not tasks:
        yield job


def _program(task: Mapping) -> str:
    wheel, script = task.get("python_wheel_task"), task.get("spark_python_task")
    if isinstance(wheel, Mapping):
        return wheel.text("entry_point")
    written = script.text("python_file") if isinstance(script, Mapping) else ""
    return written.partition("://")[2].lstrip("/") if "://" in written else written


def _listed(node: Node | None) -> Iterator[Mapping]:
    if isinstance(node, Sequence):
        yield from (item for item in node.items if isinstance(item, Mapping))
