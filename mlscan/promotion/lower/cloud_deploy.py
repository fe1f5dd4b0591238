"""Google Cloud Deploy: targets in a row, promoted by hand or by an Automation; approval is the target's.

https://cloud.google.com/deploy/docs/config-files
Pipelines, targets and automations may stand in different files, so that pipelines are made last.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlscan.documents.yaml import Mapping, Node, Scalar, walk
from mlscan.model import Place
from mlscan.promotion.conditions import Condition
from mlscan.promotion.graph import (
    Action,
    Fact,
    Gate,
    Job,
    Need,
    Pipeline,
    Step,
    Trigger,
    TriggerKind,
    Unknown,
)
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, items, texts
from mlscan.promotion.lower.words import started
from mlscan.promotion.production import Judge
from mlscan.promotion.targets import may_be_secret

GROUP = "deploy.cloud.google.com/"
_PROMOTES = ("promoteRelease", "promoteReleaseRule", "timedPromoteRelease", "timedPromoteReleaseRule")


@dataclass(frozen=True, slots=True)
class DeployTarget:
    """A target as its file or Terraform declares it."""

    place: Place
    approval: Place | None
    facts: tuple[Fact, ...] = ()


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """Nothing yet: targets are remembered, pipelines follow when all files are read."""
    judge = context.recogniser.judge
    for root in parsed.roots:
        if not isinstance(root, Mapping) or not root.text("apiVersion").startswith(GROUP):
            continue
        name = _name(root)
        if root.text("kind") == "Target":
            approval = root.get("requireApproval")
            wanted = isinstance(approval, Scalar) and approval.value.lower() == "true"
            place = parsed.place(approval) if wanted and approval is not None else None
            facts = tuple(_facts(root, parsed, judge))
            declared = DeployTarget(parsed.place(root), place, facts)
            context.targets.setdefault(name, []).append(declared)
        elif root.text("kind") == "Automation":
            context.promoted |= {(parsed.folder, *pair) for pair in _promotions(root, name)}
        elif root.text("kind") == "DeliveryPipeline":
            context.later.append(_Later(parsed, root, context))
    return []


def _name(root: Mapping) -> str:
    metadata = root.get("metadata")
    return metadata.text("name") if isinstance(metadata, Mapping) else ""


def _facts(root: Mapping, parsed: Parsed, judge: Judge) -> Iterator[Fact]:
    """Texts of a target that name an environment: cluster, project, parameters, description."""
    for node in walk(root, 400):
        if not isinstance(node, Scalar) or len(node.value) > 200 or may_be_secret(node.value):
            continue
        if judge.names(node.value, free=True):
            yield Fact("argument", " ".join(node.value.split()), parsed.place(node))


def _promotions(root: Mapping, name: str) -> set[tuple[str, str]]:
    """(pipeline, target) of every target an Automation promotes from; `*` is any target."""
    pipeline = root.text("deliveryPipeline") or name.partition("/")[0]
    if not any(
        rule.get(*_PROMOTES) is not None for rule in items(root.get("rules")) if isinstance(rule, Mapping)
    ):
        return set()
    selector = root.get("selector")
    listed = selector.get("targets", "target") if isinstance(selector, Mapping) else selector
    found = set()
    for item in [listed] if isinstance(listed, Mapping) else items(listed):
        target = item.get("target") if isinstance(item, Mapping) else None
        owner = target if isinstance(target, Mapping) else item
        if isinstance(owner, Mapping):
            found.add((pipeline, owner.text("id") or "*"))
    return found


@dataclass(frozen=True)
class _Later:
    """A delivery pipeline whose targets may stand in files not read yet."""

    parsed: Parsed
    root: Mapping
    context: Context

    def __call__(self) -> list[Pipeline]:
        parsed, name = self.parsed, _name(self.root)
        serial = self.root.get("serialPipeline")
        stages = serial.get("stages") if isinstance(serial, Mapping) else None
        here = parsed.place(self.root.get("kind") or self.root)
        jobs: list[Job] = []
        previous = ""
        for stage in items(stages):
            if isinstance(stage, Mapping):
                jobs.append(self._stage(stage, previous, name))
                previous = jobs[-1].id
        if not jobs:
            return []
        triggers = (started("release", here), Trigger(TriggerKind.MANUAL, "promote", here))
        facts = (Fact("workflow", name, here), Fact("file", parsed.path.rpartition("/")[2], here))
        groups: dict[str, tuple[str, ...]] = {job.id: (job.id,) for job in jobs}
        template = ".tmpl" in parsed.path or "{{" in parsed.path
        return [
            Pipeline(
                parsed.path, "cloud-deploy", here, triggers, tuple(jobs), groups, facts, template=template
            )
        ]

    def _nearest(self, name: str) -> DeployTarget | None:
        """The target of this name in the same file, or in the nearest other one."""
        declared = self.context.targets.get(name, [])
        return max(declared, key=lambda item: _shared(item.place.path, self.parsed.path), default=None)

    def _stage(self, stage: Mapping, previous: str, pipeline: str) -> Job:
        parsed = self.parsed
        key: Node = stage.get("targetId") or stage
        name = stage.text("targetId")
        place = parsed.place(key)
        target = self._nearest(name)
        facts = (Fact("target argument", name, place), *(target.facts if target is not None else ()))
        facts += tuple(Fact("argument", text, place) for text in texts(stage.get("profiles")))
        gates: tuple[Gate, ...] = ()
        unknowns: tuple[Unknown, ...] = ()
        if target is None:
            unknowns = (Unknown(f"target {name} is not in this repository", place, may_gate=True),)
        elif target.approval is not None:
            gates = (Gate("human", f"requireApproval of target {name}", target.approval),)
        folder = parsed.folder
        automatic = {(folder, pipeline, previous), (folder, pipeline, "*")} & self.context.promoted
        condition = None
        if previous and not automatic:
            condition = Condition("github.event_name == 'promote'", "github", place)
        action = Action("deploy", f"rollout to target {name}", "high", place, facts)
        needs = (Need(previous, place),) if previous else ()
        return Job(
            name, name, "deployment", place, (Step(name, place, (action,)),), needs, gates, condition,
            unknowns=unknowns,
        )  # fmt: skip


def _shared(path: str, other: str) -> tuple[bool, int]:
    """How near two files are: the same one first, then by the length of what their folders share."""
    folders = zip(path.split("/")[:-1], other.split("/")[:-1], strict=False)
    return path == other, sum(1 for one, two in folders if one == two)
