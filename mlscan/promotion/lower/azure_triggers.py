"""`trigger`, `pr`, `schedules` and `resources` of an Azure pipeline. Anyone with access can start it too.

Without a `trigger` key every push to every branch starts it, unless the file is a template.
"""

from __future__ import annotations

from mlscan.documents.yaml import Mapping, Node
from mlscan.model import Place
from mlscan.promotion.graph import Trigger, TriggerKind
from mlscan.promotion.lower.parsed import Parsed, items, texts

_STARTS = ("pr", "schedules", "resources", "pool", "extends", "name")


def triggers(parsed: Parsed, root: Mapping) -> tuple[Trigger, ...]:
    """Every trigger; for a file that can only be a template one of kind `CALL`."""
    found: list[Trigger] = []
    push, pull = root.get("trigger"), root.get("pr")
    if push is None and not any(root.get(name) for name in _STARTS) and _is_template(parsed, root):
        return (Trigger(TriggerKind.CALL, "template", parsed.start()),)
    if push is None:
        found.append(Trigger(TriggerKind.PUSH, "implicit", parsed.start()))
    elif not _none(push):
        found += _pushes(parsed, push, root)
    if pull is not None and not _none(pull):
        refs, excluded = _branches(pull)
        found.append(
            Trigger(TriggerKind.PULL_REQUEST, "pull_request", parsed.place(_key(root, "pr")), refs, excluded)
        )
    for schedule in items(root.get("schedules")):
        found.append(Trigger(TriggerKind.SCHEDULE, "schedule", parsed.place(schedule)))
    resources = root.get("resources")
    for name in ("pipelines", "containers", "webhooks", "packages"):
        for resource in items(resources.get(name)) if isinstance(resources, Mapping) else ():
            trigger = resource.get("trigger") if isinstance(resource, Mapping) else None
            if (trigger is not None and not _none(trigger)) or name == "webhooks":
                found.append(Trigger(TriggerKind.UPSTREAM, "pipeline", parsed.place(resource)))
    found.append(Trigger(TriggerKind.MANUAL, "manual", _manual_place(parsed, root)))
    return tuple(found)


def _is_template(parsed: Parsed, root: Mapping) -> bool:
    """Whether a file without triggers and pool is read by others: it has parameters, or only steps, or is
    called a template."""
    only_steps = root.get("steps") is not None and root.get("variables") is None
    named = "template" in parsed.path.lower()
    return root.get("parameters") is not None or only_steps or named


def _manual_place(parsed: Parsed, root: Mapping) -> Place:
    key = root.key("trigger")
    return parsed.place(key) if key is not None else parsed.start()


def _pushes(parsed: Parsed, node: Node, root: Mapping) -> list[Trigger]:
    place = parsed.place(_key(root, "trigger"))
    refs, excluded = _branches(node)
    tags = node.get("tags") if isinstance(node, Mapping) else None
    named = texts(tags.get("include")) if isinstance(tags, Mapping) else texts(tags)
    found = [Trigger(TriggerKind.TAG, "push", place, named)] if named else []
    if refs or excluded or not named:
        found.append(Trigger(TriggerKind.PUSH, "push", place, refs, excluded))
    return found


def _branches(node: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not isinstance(node, Mapping):
        return tuple(ref for ref in texts(node) if ref != "*"), ()
    branches = node.get("branches")
    if isinstance(branches, Mapping):
        included = tuple(ref for ref in texts(branches.get("include")) if ref != "*")
        return included, texts(branches.get("exclude"))
    return tuple(ref for ref in texts(branches) if ref != "*"), ()


def _none(node: Node) -> bool:
    return texts(node) == ("none",)


def _key(root: Mapping, name: str) -> Node:
    key = root.key(name)
    return key if key is not None else root
