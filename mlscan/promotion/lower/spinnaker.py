"""Spinnaker pipelines as JSON, alone or in a dinghyfile: stages by `requisiteStageRefIds`, manual judgments.

https://spinnaker.io/docs/guides/user/pipeline/triggers/ and .../reference/pipeline/stages/#manual-judgment
"""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.documents.yaml import Mapping, Node, Scalar, walk
from mlscan.promotion.graph import Action, Fact, Gate, Job, Need, Pipeline, Step, Trigger, TriggerKind
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, items, texts
from mlscan.promotion.lower.plain import UNKNOWN, plain
from mlscan.promotion.lower.words import folders
from mlscan.promotion.production import Judge
from mlscan.promotion.scope import Scope

PLATFORM = "spinnaker"
_DEPLOYS = frozenset(
    ("deploy", "deployManifest", "patchManifest", "deployService", "deployCloudFormation", "cloneServerGroup",
     "enableServerGroup", "enableManifest", "Aws.LambdaDeploymentStage", "Aws.LambdaTrafficRoutingStage")
)  # fmt: skip
_WHERE = (
    "account",
    "namespaceOverride",
    "namespace",
    "location",
    "stack",
    "credentials",
    "region",
    "cluster",
)
_KINDS = {"git": TriggerKind.PUSH, "cron": TriggerKind.SCHEDULE}
_DEEPEST = 400


def recognised(root: Node | None) -> bool:
    """Whether it holds stages that name the ones before them."""
    return any(True for _ in _bodies(root))


def _bodies(root: Node | None) -> Iterator[Mapping]:
    inner = root.get("pipelines") if isinstance(root, Mapping) else None
    for body in (root, *items(inner)):
        stages = items(body.get("stages")) if isinstance(body, Mapping) else ()
        if isinstance(body, Mapping) and any(
            isinstance(one, Mapping) and one.text("refId") for one in stages
        ):
            yield body


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """One pipeline for each of a file."""
    return [_pipeline(body, parsed, context) for body in _bodies(parsed.root)]


def _pipeline(body: Mapping, parsed: Parsed, context: Context) -> Pipeline:
    place = parsed.place(body.get("stages") or body)
    judge = context.recogniser.judge
    name = body.text("name") or body.text("application")
    jobs = tuple(
        _stage(stage, name, parsed, judge)
        for stage in items(body.get("stages"))
        if isinstance(stage, Mapping)
    )
    return Pipeline(
        parsed.path, PLATFORM, place, tuple(_triggers(body, parsed)), jobs,
        {job.id: (job.id,) for job in jobs},
        (Fact("workflow", name, place), *folders(parsed, judge)),
    )  # fmt: skip


def _triggers(body: Mapping, parsed: Parsed) -> Iterator[Trigger]:
    for item in items(body.get("triggers")):
        if isinstance(item, Mapping) and item.text("enabled").lower() != "false":
            kind = _KINDS.get(item.text("type"), TriggerKind.UPSTREAM)
            refs = (item.text("branch"),) if kind is TriggerKind.PUSH and item.text("branch") else ()
            event = "push" if kind is TriggerKind.PUSH else item.text("type") or "trigger"
            yield Trigger(kind, event, parsed.place(item.get("type") or item), refs)
    yield Trigger(TriggerKind.MANUAL, "manual execution", parsed.place(body.get("stages") or body))


def _stage(stage: Mapping, pipeline: str, parsed: Parsed, judge: Judge) -> Job:
    kind, place = stage.text("type"), parsed.place(stage.get("type", "name") or stage)
    title = stage.text("name") or kind
    gates: tuple[Gate, ...] = ()
    actions: tuple[Action, ...] = ()
    facts = tuple(_facts(stage, parsed, judge))
    if kind == "manualJudgment":
        # Without roles everybody who may run the pipeline may answer.
        roles = items(stage.get("selectedStageRoles"))
        gates = (Gate("human" if roles else "click", title, place),)
    elif kind in _DEPLOYS:
        actions = (Action("deploy", f"stage {kind}", "medium", place, facts),)
    elif kind in ("pipeline", "jenkins") and judge.deploys_by_name(title):
        actions = (Action("deploy", f"{kind} {title}", "medium", place, facts),)
    enabled = stage.get("stageEnabled")
    maybe = isinstance(enabled, Mapping) and enabled.text("type") == "expression"
    return Job(
        f"{pipeline} / {stage.text('refId')}", title, "agent", place,
        (Step(title, place, actions),) if actions else (),
        tuple(Need(f"{pipeline} / {one}", place) for one in texts(stage.get("requisiteStageRefIds"))),
        gates=gates,
        presence=(plain(UNKNOWN, place, Scope()),) if maybe else (),
        facts=(Fact("stage", title, place),),
        continues_on_error=stage.text("continuePipeline").lower() == "true",
    )  # fmt: skip


def _facts(stage: Mapping, parsed: Parsed, judge: Judge) -> Iterator[Fact]:
    """The account, namespace and stack that a stage deploys to, also inside its manifests and clusters."""
    for node in walk(stage, _DEEPEST):
        for name in _WHERE if isinstance(node, Mapping) else ():
            value = node.get(name) if isinstance(node, Mapping) else None
            if isinstance(value, Scalar) and len(value.value) < 120 and judge.names(value.value):
                yield Fact("target argument", value.value, parsed.place(value))
