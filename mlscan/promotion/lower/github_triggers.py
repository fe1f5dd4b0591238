"""`on:` of a GitHub workflow, in its three forms."""

from __future__ import annotations

from mlscan.documents.yaml import Mapping, Node, Scalar
from mlscan.promotion.graph import Trigger, TriggerKind
from mlscan.promotion.lower.parsed import Parsed, items, pairs, texts

_KINDS = {
    "push": TriggerKind.PUSH,
    "pull_request": TriggerKind.PULL_REQUEST,
    "pull_request_target": TriggerKind.PULL_REQUEST,
    "merge_group": TriggerKind.PULL_REQUEST,
    "issue_comment": TriggerKind.COMMENT,
    "issues": TriggerKind.COMMENT,
    "discussion": TriggerKind.COMMENT,
    "discussion_comment": TriggerKind.COMMENT,
    "pull_request_review": TriggerKind.COMMENT,
    "pull_request_review_comment": TriggerKind.COMMENT,
    "commit_comment": TriggerKind.COMMENT,
    "workflow_dispatch": TriggerKind.MANUAL,
    "schedule": TriggerKind.SCHEDULE,
    "release": TriggerKind.TAG,
    "create": TriggerKind.TAG,
    "workflow_call": TriggerKind.CALL,
}


def triggers(parsed: Parsed, root: Mapping) -> tuple[Trigger, ...]:
    """Every trigger of a workflow; a push with only `tags` is a tag trigger, one with both is two."""
    node = root.get("on", "true")
    found: list[Trigger] = []
    if isinstance(node, Mapping):
        for event, key, value in node.items():
            found += _trigger(parsed, event, key, value)
    else:
        for item in items(node):
            if isinstance(item, Scalar):
                found += _trigger(parsed, item.value, item, None)
    return tuple(found)


def _trigger(parsed: Parsed, event: str, at: Node, value: Node | None) -> list[Trigger]:
    kind = _KINDS.get(event, TriggerKind.UPSTREAM)
    place = parsed.place(at)
    settings = value if isinstance(value, Mapping) else None
    refs = texts(settings.get("branches")) if settings else ()
    excluded = texts(settings.get("branches-ignore")) if settings else ()
    excluded += tuple(ref[1:] for ref in refs if ref.startswith("!"))
    refs = tuple(ref for ref in refs if not ref.startswith("!"))
    if kind is not TriggerKind.PUSH or settings is None:
        return [Trigger(kind, event, place, refs, excluded)]
    tagged = settings.get("tags", "tags-ignore") is not None
    found = [Trigger(TriggerKind.TAG, event, place, texts(settings.get("tags")))] if tagged else []
    if not tagged or refs or excluded:
        found.append(Trigger(kind, event, place, refs, excluded))
    return found


def choices(root: Mapping) -> dict[str, tuple[str, ...]]:
    """The options of every `choice` input of a manual start, by `inputs.name`."""
    on = root.get("on", "true")
    manual = on.get("workflow_dispatch") if isinstance(on, Mapping) else None
    inputs = manual.get("inputs") if isinstance(manual, Mapping) else None
    return {
        f"inputs.{name}".lower(): texts(value.get("options"))
        for name, _, value in pairs(inputs)
        if isinstance(value, Mapping) and value.get("options") is not None
    }


def defaults(root: Mapping) -> dict[str, str]:
    """The default of every input of a reusable workflow, by `inputs.name`."""
    on = root.get("on", "true")
    call = on.get("workflow_call") if isinstance(on, Mapping) else None
    inputs = call.get("inputs") if isinstance(call, Mapping) else None
    return {
        f"inputs.{name}".lower(): value.text("default")
        for name, _, value in pairs(inputs)
        if isinstance(value, Mapping) and value.get("default") is not None
    }


def declared(root: Mapping, missing: str) -> dict[str, str]:
    """The inputs of a manual start by `inputs.name`, each with its default or else with `missing`."""
    on = root.get("on", "true")
    manual = on.get("workflow_dispatch") if isinstance(on, Mapping) else None
    inputs = manual.get("inputs") if isinstance(manual, Mapping) else None
    return {
        f"inputs.{name}".lower(): (value.text("default") if isinstance(value, Mapping) else "") or missing
        for name, _, value in pairs(inputs)
    }
