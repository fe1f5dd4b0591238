"""Steps of a GitHub job that start another workflow: `gh workflow run`, `createWorkflowDispatch`, actions.

One of this repository is read as if it were called, behind the job that starts it; it sees the event
`workflow_dispatch`. Of one in another repository only names are known, and a gate may stand there.
https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#workflow_dispatch
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlscan.documents.yaml import Mapping, Node, Scalar
from mlscan.promotion.conditions import Condition
from mlscan.promotion.graph import Action, Fact, Job, Need, Step, TriggerKind, Unknown
from mlscan.promotion.lower.context import Context, repository_of
from mlscan.promotion.lower.github_steps import condition_of, inputs
from mlscan.promotion.lower.github_triggers import declared, triggers
from mlscan.promotion.lower.parsed import Parsed, items, scalars
from mlscan.promotion.scope import NO_FACTS, Scope
from mlscan.promotion.shell import lex
from mlscan.promotion.wrappers import unwrap

if TYPE_CHECKING:
    from mlscan.promotion.lower.github import WorkflowReader

MARK = re.compile(
    rb"gh\s{1,9}workflow\s{1,9}run|createWorkflowDispatch|-dispatch@|trigger-workflow-and-wait@"
)
_API = re.compile(r"createWorkflowDispatch\s{0,9}\(\s{0,9}\{([^;]{1,2000})")
_GIVEN = re.compile(
    r"\b(workflow_id|owner|repo)\s{0,9}:\s{0,9}(?:['\"`]([^'\"`\n]{1,100})['\"`]|([\w.]{1,60}))"
)
_INPUTS = re.compile(
    r"\binputs\s{0,9}:\s{0,9}\{([^{}]{0,1000}(?:\$\{\{[^{}]{0,200}\}\}[^{}]{0,1000}){0,20})\}"
)
_PAIR = re.compile(r"['\"]?([\w-]{1,60})['\"]?\s{0,9}:\s{0,9}['\"]([^'\"\n]{0,200})['\"]")
_OWN = ("context.repo", "github.repository", "GITHUB_REPOSITORY")
_HANDED = ("inputs", "client_payload", "workflow_inputs", "client-payload")
_FILE = re.compile(r"^[\w.-]{1,100}\.ya?ml$")
_DEPTH = 3
# What nobody hands in is for the run to tell.
_OPEN = "${{ unknown }}"


@dataclass(frozen=True)
class Dispatch:
    """A step that starts a workflow: its file or title, or the type of an event; the repository where it is
    another one, and what it is handed. Only where that is `whole` the other inputs have their defaults."""

    workflow: str
    repository: str
    handed: dict[str, str]
    at: Scalar
    step: Mapping
    whole: bool = True
    event: bool = False


def dispatches(job: Node, scope: Scope, context: Context) -> Iterator[Dispatch]:
    """The workflows that the steps of a job start."""
    for step in items(job.get("steps")) if isinstance(job, Mapping) else ():
        if not isinstance(step, Mapping):
            continue
        run, uses = step.get("run"), step.get("uses")
        env = (*scalars(job.get("env")), *scalars(step.get("env"))) if isinstance(job, Mapping) else ()
        inner = scope.inside({f"env.{name}".lower(): value.value for name, value in env})
        if isinstance(run, Scalar) and "workflow" in run.value:
            yield from _commands(run, step, inner)
        if isinstance(uses, Scalar):
            yield from _action(uses, step, inner, context)


def _commands(run: Scalar, step: Mapping, scope: Scope) -> Iterator[Dispatch]:
    """https://cli.github.com/manual/gh_workflow_run"""
    for command in lex(run.value.encode("utf-8", "replace")):
        words = [scope.expand(word.text, NO_FACTS) for word in unwrap(command.words)]
        if words[:3] != ["gh", "workflow", "run"]:
            continue
        handed: dict[str, str] = {}
        repository = name = ""
        rest = iter(words[3:])
        for word in rest:
            option, sign, value = word.partition("=") if word.startswith("--") else (word, "", "")
            if not option.startswith("-"):
                name = name or word
            elif option != "--json":
                value = value if sign else next(rest, "")
                if option in ("-f", "-F", "--field", "--raw-field"):
                    key, _, text = value.partition("=")
                    handed[key] = text if "${{" in text or "$" not in text else _OPEN
                elif option in ("-R", "--repo"):
                    repository = value
        if name:
            yield Dispatch(name, _foreign(repository), handed, run, step)


def _action(uses: Scalar, step: Mapping, scope: Scope, context: Context) -> Iterator[Dispatch]:
    given = {key.lower(): value for key, value in scalars(step.get("with"))}
    script = given.get("script")
    if uses.value.startswith("actions/github-script") and script is not None:
        yield from _script(script, step)
        return
    task = context.recogniser.toolbox.task(uses.value)
    if task is None or task.action != "dispatch":
        return
    texts = {key: scope.expand(value.value, NO_FACTS).strip() for key, value in given.items()}
    name = next((texts[key] for key in task.target if texts.get(key)), "")
    repository = texts.get("repository") or texts.get("repo", "")
    if repository and "/" not in repository and texts.get("owner"):
        repository = f"{texts['owner']}/{repository}"
    handed = next((texts[key] for key in _HANDED if texts.get(key)), "")
    if name:
        told = _json(handed)
        whole = told is not None or not handed
        yield Dispatch(
            name, _foreign(repository), told or {}, uses, step, whole, event="event-type" in task.target
        )


def _script(script: Scalar, step: Mapping) -> Iterator[Dispatch]:
    """https://docs.github.com/en/rest/actions/workflows#create-a-workflow-dispatch-event"""
    for match in _API.finditer(script.value):
        told = {found[1]: found[2] or found[3] for found in _GIVEN.finditer(match[1])}
        handed = _INPUTS.search(match[1])
        pairs = dict(_PAIR.findall(handed[1])) if handed else {}
        repository = told.get("repo", "")
        if told.get("workflow_id"):
            whole = "inputs" not in match[1]
            yield Dispatch(told["workflow_id"], _foreign(repository), pairs, script, step, whole)


def _foreign(repository: str) -> str:
    """The name of another repository; nothing for this one."""
    return "" if any(own in repository for own in _OWN) else repository


def _json(text: str) -> dict[str, str] | None:
    """The texts of a JSON object; None for anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in found.items()}


def started(
    found: Dispatch, job: Job, reader: type[WorkflowReader], parsed: Parsed, scope: Scope, context: Context
) -> tuple[list[Job], dict[str, tuple[str, ...]]]:
    """The jobs of the workflow that a job starts, behind it."""
    place = parsed.place(found.at)
    condition = condition_of(parsed, found.step, scope)
    target = None if found.event or found.repository else _file(found.workflow, parsed, context)
    if target is None or not isinstance(target.root, Mapping):
        return _elsewhere(found, job, condition, parsed, scope, context), {}
    ways = {trigger.kind for trigger in triggers(target, target.root)}
    repeated = target.path in (parsed.path, *(call.path for call in job.calls))
    if len(job.calls) >= _DEPTH or repeated or not ways <= {TriggerKind.MANUAL, TriggerKind.CALL}:
        return [], {}  # one that starts by itself is told of on its own
    entry = Job(
        id=f"{job.id} (start of {found.workflow})",
        title=job.title,
        kind="call",
        place=place,
        needs=(Need(job.id, place),),
        condition=condition,
        calls=job.calls,
    )
    handed = {f"inputs.{key}".lower(): value for key, value in found.handed.items()}
    others = declared(target.root, _OPEN)
    others = others if found.whole else dict.fromkeys(others, _OPEN)
    names = {"github.event_name": "workflow_dispatch", **others, **handed}
    inner = Scope(names, scope, frozenset(handed))
    prefix = f"{job.id} / {found.workflow} / "
    jobs, groups = reader(target, target.root, context, inner, (*job.calls, place), prefix, entry.id).jobs()
    return [entry, *jobs], groups


def _file(name: str, parsed: Parsed, context: Context) -> Parsed | None:
    """The workflow of this repository that a file name or a title means."""
    folder = f"{repository_of(parsed.path)}/.github/workflows".lstrip("/")
    if _FILE.match(name):
        return context.parsed(f"{folder}/{name}")
    for other in context.opened:
        root = other.root if other.folder == folder else None
        if isinstance(root, Mapping) and root.text("name") == name:
            return other
    return None


def _elsewhere(
    found: Dispatch, job: Job, condition: Condition | None, parsed: Parsed, scope: Scope, context: Context
) -> list[Job]:
    """What names say about a workflow of another repository; nothing about one that is not found in this."""
    judge = context.recogniser.judge
    step = scope.expand(found.step.text("name"), NO_FACTS)
    if not found.repository or not any(map(judge.deploys_by_name, (found.workflow, step))):
        return []
    place = parsed.place(found.at)
    reason = f"workflow '{found.workflow}' of {found.repository} is not in this repository"
    facts = tuple(inputs(parsed, found.step.get("with"), (), scope, context))
    named = (Fact("step", step, place),) if step else ()
    action = Action("deploy", f"workflow {found.workflow}", "medium", place, facts)
    steps = (Step(step, place, (action,), facts=named),)
    needs = (Need(job.id, place),)
    return [
        replace(
            job, id=f"{job.id} (start of {found.workflow})", kind="call", place=place, steps=steps,
            needs=needs, gates=(), condition=condition, unknowns=(Unknown(reason, place, may_gate=True),),
        )
    ]  # fmt: skip
