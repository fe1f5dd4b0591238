"""Triggers of Cloud Build as `gcloud builds triggers export` writes them, kept in the repository.

https://cloud.google.com/build/docs/api/reference/rest/v1/projects.locations.triggers
"""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.documents.yaml import Mapping, Node, Scalar
from mlscan.promotion.graph import Fact, Gate, Pipeline, Protection, Trigger, TriggerKind
from mlscan.promotion.lower import cloud_build
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, scalars

_EVENTS = ("github", "triggerTemplate", "repositoryEventConfig", "pubsubConfig", "webhookConfig")


def recognised(root: Node | None) -> bool:
    """Whether it names a build file, and an event or an approval."""
    return (
        isinstance(root, Mapping)
        and isinstance(root.get("filename"), Scalar)
        and root.get("approvalConfig", *_EVENTS) is not None
    )


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """The pipeline of the build that the trigger runs."""
    root = parsed.root
    assert isinstance(root, Mapping)
    filename = root.get("filename")
    assert isinstance(filename, Scalar)
    approval = root.get("approvalConfig")
    wanted = isinstance(approval, Mapping) and approval.text("approvalRequired").lower() == "true"
    name = root.text("name") or filename.value
    gates: tuple[Gate, ...] = ()
    if wanted and approval is not None:
        gates = (Gate("human", f"approval of trigger {name}", parsed.place(approval)),)
        context.protections.append(Protection("cloud-build", filename.value, parsed.place(approval), True))
    built = context.nearest(filename.value, parsed.folder)
    if built is None or not cloud_build.recognised(built.root) or root.text("disabled") == "true":
        return []
    context.referenced.add(built.path)
    triggers = (*_events(root, parsed), Trigger(TriggerKind.MANUAL, "manual", parsed.place(filename)))
    given = {key: value.value for key, value in scalars(root.get("substitutions"))}
    facts = (Fact("workflow", name, parsed.place(root.get("name") or filename)),)
    calls = (parsed.place(filename),)
    return [cloud_build.pipeline(built, context, triggers, parsed.path, gates, calls, given, facts)]


def _events(root: Mapping, parsed: Parsed) -> Iterator[Trigger]:
    for key in _EVENTS:
        holder = root.get(key)
        if not isinstance(holder, Mapping):
            continue
        push, pull = holder.get("push"), holder.get("pullRequest")
        if isinstance(pull, Mapping):
            yield Trigger(TriggerKind.PULL_REQUEST, "pull_request", parsed.place(pull), _branch(pull))
        elif isinstance(push, Mapping) or key == "triggerTemplate":
            owner = push if isinstance(push, Mapping) else holder
            tagged = owner.get("tag", "tagName") is not None
            kind = TriggerKind.TAG if tagged else TriggerKind.PUSH
            yield Trigger(kind, "push", parsed.place(owner), () if tagged else _branch(owner))
        else:
            yield Trigger(TriggerKind.UPSTREAM, key.removesuffix("Config"), parsed.place(holder))


def _branch(owner: Mapping) -> tuple[str, ...]:
    found = cloud_build.branch(owner.text("branch", "branchName"))
    return (found,) if found else ()
