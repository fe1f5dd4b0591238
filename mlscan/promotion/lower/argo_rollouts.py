"""Argo Rollouts: a rollout goes on by itself unless a pause without a duration waits for somebody.

https://argo-rollouts.readthedocs.io/en/stable/features/canary/
Traffic that flows before the first pause is the canary and not yet the deploy.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.documents.yaml import Mapping, Node, Scalar
from mlscan.promotion.graph import Action, Fact, Gate, Job, Pipeline, Step
from mlscan.promotion.lower.argo_cd_rollouts import Rolled, synced
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, items
from mlscan.promotion.lower.words import folders, started
from mlscan.promotion.production import Judge

PLATFORM = "argo-rollouts"


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """One pipeline for each Rollout of a file that no Application syncs: that one is told with it."""
    roots = [
        root
        for root in parsed.roots
        if isinstance(root, Mapping) and root.text("kind") == "Rollout" and _name(root)
    ]
    context.rollouts += [Rolled(parsed.path, next(_pauses(_strategy(root), parsed), None)) for root in roots]

    def unsynced() -> list[Pipeline]:
        return [] if synced(parsed.path, context) else [_pipeline(root, parsed, context) for root in roots]

    context.later.append(unsynced)
    return []


def _pipeline(root: Mapping, parsed: Parsed, context: Context) -> Pipeline:
    judge = context.recogniser.judge
    metadata = root.get("metadata")
    here = parsed.place(root.get("kind") or root)
    name = _name(root)
    steps = [Step("pause", gate.place, gates=(gate,)) for gate in _pauses(_strategy(root), parsed)]
    facts = tuple(_facts(metadata, parsed, judge))
    action = Action("deploy", f"Rollout {name}", "medium", here, facts)
    steps.append(Step(name, here, (action,)))
    job = Job(name, name, "deployment", here, tuple(steps))
    return Pipeline(
        path=parsed.path,
        platform=PLATFORM,
        place=here,
        triggers=(started("change of the Rollout", here),),
        jobs=(job,),
        groups={name: (name,)},
        facts=tuple(folders(parsed, judge)),
    )


def _name(root: Mapping) -> str:
    metadata = root.get("metadata")
    return metadata.text("name", "generateName") if isinstance(metadata, Mapping) else ""


def _strategy(root: Mapping) -> Node | None:
    spec = root.get("spec")
    return spec.get("strategy") if isinstance(spec, Mapping) else None


def _pauses(strategy: object, parsed: Parsed) -> Iterator[Gate]:
    canary = strategy.get("canary") if isinstance(strategy, Mapping) else None
    for step in items(canary.get("steps")) if isinstance(canary, Mapping) else ():
        pause = step.get("pause") if isinstance(step, Mapping) else None
        key = step.key("pause") if isinstance(step, Mapping) else None
        if key is not None and not (isinstance(pause, Mapping) and pause.text("duration")):
            yield Gate("human", "pause", parsed.place(key))
    swap = strategy.get("blueGreen") if isinstance(strategy, Mapping) else None
    waits = swap.get("autoPromotionEnabled") if isinstance(swap, Mapping) else None
    timed = swap.text("autoPromotionSeconds") if isinstance(swap, Mapping) else ""
    if isinstance(waits, Scalar) and waits.value.lower() == "false" and not timed:
        yield Gate("human", "autoPromotionEnabled: false", parsed.place(waits))


def _facts(metadata: object, parsed: Parsed, judge: Judge) -> Iterator[Fact]:
    if isinstance(metadata, Mapping):
        for key in ("namespace", "name"):
            node = metadata.get(key)
            if isinstance(node, Scalar) and judge.names(node.value):
                yield Fact(
                    "target argument" if key == "namespace" else "step", node.value, parsed.place(node)
                )
