"""Argo CD: an Application with automated sync deploys whatever is merged; without it a person syncs.

https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from mlscan.documents.yaml import Mapping, Node, Scalar, Sequence, walk
from mlscan.promotion.graph import Action, Fact, Gate, Job, Pipeline, Step, Trigger, TriggerKind
from mlscan.promotion.lower.argo_cd_rollouts import paused
from mlscan.promotion.lower.argo_cd_windows import Window, windows
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, items, pairs
from mlscan.promotion.lower.served import holds_model, named_after_model
from mlscan.promotion.production import Judge, tokens

PLATFORM = "argo-cd"
_KINDS = ("Application", "ApplicationSet")
KINDS = (*_KINDS, "AppProject")
_LABELS = ("env", "environment", "app.kubernetes.io/environment")
# Clusters on somebody's own machine: an application called so goes there, whatever its namespace is called.
_MACHINES = frozenset(("local", "localhost", "minikube"))


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """One pipeline for each Application of a file, made when the windows of all projects are known."""
    context.windows += windows(parsed)
    applications = [
        _Application(parsed, root, context)
        for root in parsed.roots
        if isinstance(root, Mapping) and root.text("kind") in _KINDS
    ]
    context.synced += [folder for one in applications for folder in one.folders()]
    context.later.append(lambda: [made for one in applications for made in one.pipelines()])
    return []


@dataclass(frozen=True)
class _Application:
    """An Application and the means to read what it gathers."""

    parsed: Parsed
    root: Mapping
    context: Context

    def pipelines(self) -> list[Pipeline]:
        """The pipeline its sync is; none where it has no specification."""
        parsed, judge = self.parsed, self.context.recogniser.judge
        spec = self.root.get("spec")
        template = spec.get("template") if isinstance(spec, Mapping) else None
        if self.root.text("kind") == "ApplicationSet" and isinstance(template, Mapping):
            spec = template.get("spec")
        if not isinstance(spec, Mapping):
            return []
        metadata = self.root.get("metadata")
        name = metadata.text("name") if isinstance(metadata, Mapping) else ""
        place = parsed.place(self.root.get("kind") or self.root)
        sources = _sources(spec)
        automated = _automated(spec)
        window = self._window(spec, name)
        gates: tuple[Gate, ...] = ()
        if automated is None:
            gates = (Gate("click", f"manual sync of {name}", place),)
        if window is not None:
            gates += (Gate("click", f"sync window of {window.project}", window.place),)
        gates += paused(self.folders(), self.context)
        here = parsed.place(automated) if automated is not None else place
        certainty = "medium" if self._serves(sources, name) else "low"
        facts = tuple(_facts(self.root, spec, sources, parsed, judge))
        action = Action("deploy", f"sync of {name}", certainty, here, facts)
        job = Job(name, name, "deployment", place, (Step(name, here, (action,)),), gates=gates)
        return [
            Pipeline(
                path=parsed.path,
                platform=PLATFORM,
                place=place,
                triggers=tuple(_triggers(sources, parsed)) or (Trigger(TriggerKind.PUSH, "push", place),),
                jobs=(job,),
                groups={name: (name,)},
                facts=(Fact("workflow", name, place),),
            )
        ]

    def folders(self) -> Iterator[str]:
        """The folders that it syncs, as it names them."""
        spec = self.root.get("spec")
        for source in _sources(spec) if isinstance(spec, Mapping) else ():
            if isinstance(source, Mapping) and source.text("path"):
                yield posixpath.normpath(source.text("path"))

    def _window(self, spec: Mapping, name: str) -> Window | None:
        """The window that leaves the sync of this application to people."""
        destination = spec.get("destination")
        namespace = destination.text("namespace") if isinstance(destination, Mapping) else ""
        project = spec.text("project") or "default"
        found = (one for one in self.context.windows if one.denies(project, name, namespace))
        return next(found, None)

    def _serves(self, sources: list[Node], name: str) -> bool:
        """Whether it holds an object that serves a model, or is a service of one's own by its name: charts
        of others (an operator, a monitor) go the same way and are nobody's model."""
        for source in sources:
            if not isinstance(source, Mapping):
                continue
            path = posixpath.normpath(source.text("path") or ".")
            if source.get("path") is not None and holds_model(path, self.parsed.folder, self.context):
                return True
            if source.get("chart") is None and named_after_model(name, path):
                return True
        return False


def _sources(spec: Mapping) -> list[Node]:
    return [item for item in (spec.get("source"), *items(spec.get("sources"))) if item is not None]


def _own(root: Mapping, parsed: Parsed, judge: Judge) -> Fact | None:
    """The environment that an application says it is itself, where it is not production."""
    metadata = root.get("metadata")
    if not isinstance(metadata, Mapping):
        return None
    labels = metadata.get("labels")
    label = labels.get(*_LABELS) if isinstance(labels, Mapping) else None
    name = metadata.get("name")
    if isinstance(label, Scalar) and judge.names(label.value) == "nonprod":
        return Fact("environment", label.value, parsed.place(label))
    if isinstance(name, Scalar) and _MACHINES & set(tokens(name.value)[-1:]):
        return Fact("environment", name.value, parsed.place(name))
    return None


def _automated(spec: Mapping) -> Node | None:
    """The key that switches automated sync on."""
    policy = spec.get("syncPolicy")
    automated = policy.get("automated") if isinstance(policy, Mapping) else None
    if automated is None or not isinstance(policy, Mapping):
        return None
    if isinstance(automated, Mapping) and automated.text("enabled").lower() == "false":
        return None
    if isinstance(automated, Scalar) and automated.value.lower() in ("", "~", "null", "false"):
        return None
    return policy.key("automated")


def _triggers(sources: list[Node], parsed: Parsed) -> Iterator[Trigger]:
    for source in sources:
        revision = source.get("targetRevision") if isinstance(source, Mapping) else None
        if isinstance(revision, Scalar):
            yield Trigger(TriggerKind.PUSH, "push", parsed.place(revision), (revision.value or "HEAD",))


def _facts(root: Mapping, spec: Mapping, sources: list[Node], parsed: Parsed, judge: Judge) -> Iterator[Fact]:
    own = _own(root, parsed, judge)
    if own is not None:
        yield own
        return
    destination = spec.get("destination")
    for key, _, value in pairs(destination):
        if isinstance(value, Scalar) and key in ("namespace", "name", "server") and judge.names(value.value):
            yield Fact("target argument", value.value, parsed.place(value))
    for source in sources:
        repository = source.get("repoURL") if isinstance(source, Mapping) else None
        for node in walk(source, 200):
            if node is repository:
                continue  # where it comes from, not where it goes
            if isinstance(node, Scalar) and len(node.value) < 160 and judge.names(node.value):
                kind = "config file" if "/" in node.value or "." in node.value else "argument"
                yield Fact(kind, node.value, parsed.place(node))
    outer = root.get("spec")
    generators = outer.get("generators") if isinstance(outer, Mapping) else None
    for node in walk(generators, 400) if isinstance(generators, Sequence) else ():
        if isinstance(node, Scalar) and len(node.value) < 80 and judge.names(node.value):
            yield Fact("target argument", node.value, parsed.place(node))
