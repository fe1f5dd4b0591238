"""Flux: a Kustomization applies whatever is merged to its path; a suspended one waits for somebody.

https://fluxcd.io/flux/components/kustomize/kustomizations/#suspend
Only what names production and serves a model is read: most of them bring operators and charts of others.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mlscan.documents.yaml import Mapping, Node, Scalar
from mlscan.promotion.graph import Action, Fact, Gate, Job, Pipeline, Step, Trigger, TriggerKind
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, scalars
from mlscan.promotion.lower.served import holds_model, named_after_model
from mlscan.promotion.production import Judge

PLATFORM = "flux"
GROUP = "kustomize.toolkit.fluxcd.io"
KIND = "Kustomization"
_SYSTEM = "flux-system"
# What is installed for models of others to be served by.
_OPERATORS = frozenset(("kserve", "seldon", "mlflow"))


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """One pipeline for each Kustomization of a file that brings a model to production."""
    found = (_pipeline(root, parsed, context) for root in parsed.roots if _is(root, GROUP, KIND))
    return [pipeline for pipeline in found if pipeline is not None]


def _pipeline(root: Node, parsed: Parsed, context: Context) -> Pipeline | None:
    metadata, spec = (root.get(name) if isinstance(root, Mapping) else None for name in ("metadata", "spec"))
    path = spec.get("path") if isinstance(spec, Mapping) else None
    if not isinstance(metadata, Mapping) or not isinstance(spec, Mapping) or not isinstance(path, Scalar):
        return None
    name, synced = metadata.text("name"), posixpath.normpath(path.value or ".")
    facts = tuple(_facts(metadata, spec, path, parsed, context.recogniser.judge))
    own = posixpath.basename(synced)
    words = named_after_model(name, own) and own not in _OPERATORS
    if not facts or not (words or holds_model(synced, parsed.folder, context)):
        return None
    place, here = parsed.place(metadata.get("name") or metadata), parsed.place(path)
    suspended = spec.get("suspend")
    gates: tuple[Gate, ...] = ()
    if isinstance(suspended, Scalar) and suspended.value.lower() == "true":
        gates = (Gate("click", f"suspension of {name}", parsed.place(suspended)),)
    action = Action("deploy", f"sync of {name}", "medium", here, facts)
    return Pipeline(
        path=parsed.path,
        platform=PLATFORM,
        place=place,
        triggers=(_trigger(spec, parsed, context),),
        jobs=(Job(name, name, "deployment", place, (Step(name, here, (action,)),), gates=gates),),
        groups={name: (name,)},
        facts=(Fact("workflow", name, place),),
    )


def _facts(metadata: Mapping, spec: Mapping, path: Scalar, parsed: Parsed, judge: Judge) -> Iterator[Fact]:
    """Where it goes: the path, the namespace and its own name."""
    if judge.names(path.value):
        yield Fact("config file", path.value, parsed.place(path))
    for holder, names in ((spec, ("targetNamespace",)), (metadata, ("namespace", "name"))):
        for key, value in scalars(holder):
            if key in names and judge.names(value.value):
                yield Fact("target argument", value.value, parsed.place(value))


def _trigger(spec: Mapping, parsed: Parsed, context: Context) -> Trigger:
    """A push to the branch of the repository where it is told here, or in the file that `flux bootstrap`
    writes; a new revision of something else."""
    source = spec.get("sourceRef")
    place = parsed.place(source or spec)
    if isinstance(source, Mapping) and source.text("kind") == "GitRepository":
        written = context.nearest(f"{_SYSTEM}/gotk-sync.yaml", parsed.folder)
        for file in (parsed, written) if written is not None else (parsed,):
            for root in file.roots:
                branch = _branch(root, source.text("name"))
                if branch is not None:
                    return Trigger(TriggerKind.PUSH, "push", file.place(branch), (branch.value,))
    return Trigger(TriggerKind.UPSTREAM, "new revision", place)


def _branch(root: Node, name: str) -> Scalar | None:
    """The branch that a source of this name follows."""
    if not isinstance(root, Mapping) or not _is(root, "source.toolkit.fluxcd.io", "GitRepository"):
        return None
    metadata, spec = root.get("metadata"), root.get("spec")
    reference = spec.get("ref") if isinstance(spec, Mapping) else None
    same = isinstance(metadata, Mapping) and metadata.text("name") == name
    branch = reference.get("branch") if same and isinstance(reference, Mapping) else None
    return branch if isinstance(branch, Scalar) else None


def _is(root: Node, group: str, kind: str) -> bool:
    if not isinstance(root, Mapping) or root.text("kind") != kind:
        return False
    return root.text("apiVersion").partition("/")[0] == group
