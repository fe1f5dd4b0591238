"""Kargo: a stage with automatic promotion takes every new freight; without it a person promotes.

https://docs.kargo.io/user-guide/how-to-guides/working-with-projects#promotion-policies
Only what is named after a model and production is read: a project says nothing else about what it promotes.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.documents.yaml import Mapping, Node, Scalar
from mlscan.promotion.graph import Action, Fact, Gate, Job, Pipeline, Step, Trigger, TriggerKind
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, items
from mlscan.promotion.lower.served import named_after_model

PLATFORM = "kargo"
GROUP = "kargo.akuity.io"
KINDS = ("Project", "ProjectConfig")


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """One pipeline for each policy of a project that is about a production stage."""
    return [
        _pipeline(project, stage, automatic, parsed)
        for root in parsed.roots
        for project, stage, automatic in _policies(root)
        if named_after_model(project.value) and context.recogniser.judge.names(stage.value) == "prod"
    ]


def _policies(root: Node) -> Iterator[tuple[Scalar, Scalar, Scalar]]:
    """The project, the stage and whether it promotes by itself, of each policy that says so."""
    if not isinstance(root, Mapping) or root.text("kind") not in KINDS:
        return
    metadata, spec = root.get("metadata"), root.get("spec")
    project = metadata.get("name") if isinstance(metadata, Mapping) else None
    for policy in items(spec.get("promotionPolicies")) if isinstance(spec, Mapping) else ():
        if not isinstance(policy, Mapping):
            continue
        selector = policy.get("stageSelector")
        stage = selector.get("name") if isinstance(selector, Mapping) else policy.get("stage")
        automatic = policy.get("autoPromotionEnabled")
        if isinstance(project, Scalar) and isinstance(stage, Scalar) and isinstance(automatic, Scalar):
            yield project, stage, automatic


def _pipeline(project: Scalar, stage: Scalar, automatic: Scalar, parsed: Parsed) -> Pipeline:
    name = f"{project.value} / {stage.value}"
    place, here = parsed.place(stage), parsed.place(automatic)
    gates: tuple[Gate, ...] = ()
    if automatic.value.lower() != "true":
        gates = (Gate("click", f"promotion to {stage.value}", here),)
    facts = (Fact("target argument", stage.value, place),)
    action = Action("deploy", f"promotion to {stage.value}", "medium", here, facts)
    return Pipeline(
        path=parsed.path,
        platform=PLATFORM,
        place=place,
        triggers=(Trigger(TriggerKind.UPSTREAM, "new freight", here),),
        jobs=(Job(name, stage.value, "deployment", place, (Step(name, here, (action,)),), gates=gates),),
        groups={name: (name,)},
        facts=(Fact("workflow", project.value, parsed.place(project)),),
    )
