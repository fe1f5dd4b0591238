"""Jobs that call a reusable workflow: a local one is read with its inputs, a remote one stays unknown.

A job with `uses:` cannot carry `environment:` itself. What an unread workflow does is told by its name and
inputs only; a gate may hide in it where it is handed an environment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlscan.documents.yaml import Mapping, Scalar
from mlscan.promotion.graph import Action, Fact, Job, Step, Unknown
from mlscan.promotion.lower.context import Context, repository_of
from mlscan.promotion.lower.facts import credentials
from mlscan.promotion.lower.github_steps import inputs
from mlscan.promotion.lower.github_triggers import defaults
from mlscan.promotion.lower.parsed import Parsed, scalars
from mlscan.promotion.scope import Scope

if TYPE_CHECKING:
    from mlscan.promotion.lower.github import WorkflowReader

_DEPTH = 3
_ENVIRONMENT = re.compile(r"(^|[_-])(env|environment|stage|approv\w*|reviewers?)([_-]|$)", re.IGNORECASE)

Jobs = tuple[list[Job], dict[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Call:
    """A calling job as read so far, its `uses:` and its file."""

    job: Job
    uses: Scalar
    node: Mapping
    scope: Scope
    parsed: Parsed
    context: Context


def call(request: Call, reader: type[WorkflowReader]) -> Jobs:
    """The calling job followed by the jobs it calls; the caller's own conditions stand before them."""
    target = request.uses.value
    job = replace(request.job, kind="call")
    if target.startswith("./") and len(job.calls) < _DEPTH:
        path = f"{repository_of(request.parsed.path)}/{target.removeprefix('./')}".strip("/")
        found = request.context.parsed(path)
        if found is not None and isinstance(found.root, Mapping):
            request.context.referenced.add(found.path)
            return _local(request, job, found, found.root, reader)
    return [_remote(request, job)], {}


def _local(request: Call, job: Job, found: Parsed, root: Mapping, reader: type[WorkflowReader]) -> Jobs:
    handed = {f"inputs.{key}".lower(): value.value for key, value in scalars(request.node.get("with"))}
    scope = Scope({**defaults(root), **handed}, request.scope, frozenset(handed))
    place = request.parsed.place(request.uses)
    entry = replace(job, id=f"{job.id} (call)")
    inner = reader(found, root, request.context, scope, (*job.calls, place), f"{job.id} / ", entry.id)
    jobs, groups = inner.jobs()
    weaker = tuple(fact for fact in job.facts if fact.kind in ("job", "credential"))
    given = inputs(request.parsed, request.node.get("with"), (), request.scope, request.context)
    chosen = tuple(fact for fact in given if fact.kind == "target argument" and not fact.dynamic)
    return [entry, *(replace(_choosing(one, chosen), facts=(*one.facts, *weaker)) for one in jobs)], groups


def _choosing(job: Job, chosen: tuple[Fact, ...]) -> Job:
    """A called job where what it makes of the inputs is for the run to tell: the inputs speak for it."""

    def told(action: Action) -> Action:
        made = any(fact.dynamic and ".outputs." in fact.value for fact in action.targets)
        return replace(action, targets=(*action.targets, *chosen)) if made else action

    if not chosen:
        return job
    steps = tuple(replace(step, actions=tuple(map(told, step.actions))) for step in job.steps)
    return replace(job, steps=steps)


def _remote(request: Call, job: Job) -> Job:
    """A workflow of another repository, or one that is not there."""
    parsed, judge = request.parsed, request.context.recogniser.judge
    name = request.uses.value.partition("@")[0].rpartition("/")[2]
    place = parsed.place(request.uses)
    given = request.node.get("with")
    may_gate = any(_ENVIRONMENT.search(key) for key, _ in scalars(given))
    unknown = Unknown(f"reusable workflow {request.uses.value} is not in this repository", place, may_gate)
    job = replace(job, unknowns=(*job.unknowns, unknown))
    if not judge.deploys_by_name(name.partition(".")[0]):
        return job
    facts = (
        *inputs(parsed, given, (), request.scope, request.context),
        *credentials(parsed, request.node, judge),
    )
    action = Action("deploy", f"workflow {name}", "medium", place, facts)
    return replace(job, steps=(Step("", place, (action,)),))
