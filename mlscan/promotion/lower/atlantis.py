"""Atlantis: a comment on a pull request applies Terraform, unless somebody has to approve that first.

https://www.runatlantis.io/docs/repo-level-atlantis-yaml and .../server-side-repo-config: what the file leaves
out is set on the server; `repos.yaml` is that server's own configuration.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mlscan.documents.yaml import Mapping, Node
from mlscan.promotion.graph import (
    Action,
    Fact,
    Gate,
    Job,
    Pipeline,
    Protection,
    Step,
    Trigger,
    TriggerKind,
    Unknown,
)  # fmt: skip
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, items, texts

PLATFORM = "atlantis"
_REQUIRED = "apply_requirements"
_ANYWHERE = "every project"
_UNTOLD = "the server's configuration may ask for an approval"


def recognised(root: Node | None) -> bool:
    """Whether it lists projects with folders, or repositories with what they require."""
    return next(_projects(root), None) is not None or next(_repositories(root), None) is not None


def _projects(root: Node | None) -> Iterator[Mapping]:
    listed = items(root.get("projects")) if isinstance(root, Mapping) else ()
    told = isinstance(root, Mapping) and root.text("version") in ("2", "3")
    yield from (one for one in listed if told and isinstance(one, Mapping) and one.text("dir"))


def _repositories(root: Node | None) -> Iterator[Mapping]:
    listed = items(root.get("repos")) if isinstance(root, Mapping) else ()
    yield from (
        one
        for one in listed
        if isinstance(one, Mapping) and one.text("id") and one.get(_REQUIRED) is not None
    )


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """One pipeline for each project, when what the server requires is known."""
    for repository in _repositories(parsed.root):
        reviewed = "approved" in texts(repository.get(_REQUIRED))
        place = parsed.place(repository.key(_REQUIRED) or repository)
        context.protections.append(Protection(PLATFORM, _ANYWHERE, place, reviewed))
    projects = list(_projects(parsed.root))
    context.later.append(lambda: [_pipeline(project, parsed, context) for project in projects])
    return []


def _pipeline(project: Mapping, parsed: Parsed, context: Context) -> Pipeline:
    place = parsed.place(project.get("name", "dir") or project)
    folder = posixpath.normpath(project.text("dir"))
    title = project.text("name") or folder
    gates, unknowns = _gates(project, parsed, context)
    judge = context.recogniser.judge
    facts = tuple(
        Fact("target argument", value, place)
        for value in (project.text("name"), project.text("workspace"), folder)
        if value and judge.names(value)
    )
    action = Action("deploy", "atlantis apply", "low", place, facts, plans=True)
    job = Job(title, title, "agent", place, (Step(title, place, (action,)),), gates=gates, unknowns=unknowns)
    return Pipeline(
        parsed.path, PLATFORM, place,
        (Trigger(TriggerKind.MANUAL, "comment `atlantis apply`", place),),
        (job,), {title: (title,)},
    )  # fmt: skip


def _gates(
    project: Mapping, parsed: Parsed, context: Context
) -> tuple[tuple[Gate, ...], tuple[Unknown, ...]]:
    """The approval of the pull request, where this file or the server's asks for it."""
    served = [one for one in context.protections if one.platform == PLATFORM]
    key = project.key(_REQUIRED)
    if key is not None and "approved" in texts(project.get(_REQUIRED)):
        return (Gate("human", "approval of the pull request", parsed.place(key)),), ()
    if served and all(one.reviewed for one in served) and key is None:
        return (Gate("human", "approval of the pull request", served[0].place),), ()
    # An empty list is a decision; `mergeable` leaves it to the rules of the branch.
    open_ = key is not None and not texts(project.get(_REQUIRED))
    if open_ or (served and key is None):
        return (), ()
    place = parsed.place(key) if key is not None else parsed.place(project)
    return (), (Unknown(_UNTOLD, place, may_gate=True),)
