"""AWS CodePipeline, wherever it is written: stages run in order, actions of a stage by their run order.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from mlscan.documents.document import Document
from mlscan.model import Place
from mlscan.promotion.graph import (
    Action,
    Fact,
    Gate,
    Identity,
    Job,
    Need,
    Step,
    Trigger,
    TriggerKind,
    Unknown,
)
from mlscan.promotion.joins import REGISTRY_GATE
from mlscan.promotion.lower.context import Context
from mlscan.promotion.production import Judge, tokens
from mlscan.promotion.targets import may_be_secret, unresolved

PLATFORM = "codepipeline"
# The provider of a source whose changes start nothing.
QUIET = "quiet"
_TARGETS = frozenset(
    ("StackName", "StackSetName", "ClusterName", "ServiceName", "ApplicationName", "EnvironmentName",
     "DeploymentGroupName", "BucketName", "TemplateConfiguration", "Region")
)  # fmt: skip
_PREPARES = frozenset(
    ("build", "train", "training", "test", "tests", "source", "synth", "prepare", "init", "validate",
     "evaluate", "package", "preprocess", "bootstrap", "setup")
)  # fmt: skip
_CHECKS = frozenset(
    ("test", "evaluate", "evaluation", "validate", "check", "smoke", "monitor", "delete", "get", "status",
     "describe", "wait", "notify")
)  # fmt: skip
_MAKES = frozenset((("image", "build"), ("model", "build"), ("pipeline", "build"), ("build", "image")))
_ITSELF = frozenset((("update", "pipeline"), ("self", "mutate"), ("mutate", "pipeline"), ("self", "update")))
_APPROVED = re.compile(
    rb"SageMaker Model Package State Change(?:(?!anything.but)[\s\S]){0,600}?"
    rb"ModelApprovalStatus[\"'\]:\s\[\-=]{1,60}Approved"
)
_APPROVAL = re.compile(rb"(?i)model[ _\-]?(?:package[ _\-]?)?(?:is )?approv|approved[ _\-]?model")
_LONGEST = 20_000
_HARMLESS_MODES = ("CHANGE_SET_REPLACE", "DELETE_ONLY")


@dataclass(frozen=True, slots=True)
class StageAction:
    """One action of a stage. `category` (or `Approved`, see `_released`) and `provider` are AWS' words;
    `settings` its configuration as (name, text, place); `step` what a CodeBuild project of it runs, where
    that is known. `under` are the conditions an action is there under, `sure` an approval that is there
    whenever it has to be."""

    name: str
    category: str
    provider: str
    place: Place
    order: int = 1
    settings: tuple[tuple[str, str, Place], ...] = ()
    step: Step | None = None
    role: Identity | None = None
    sure: bool = True
    under: frozenset[str] = frozenset()

    def setting(self, name: str) -> str:
        return next((text for key, text, _ in self.settings if key == name), "")


@dataclass(slots=True)
class Stage:
    """A stage with its actions in any order, and the gates before all of them."""

    name: str
    place: Place
    gates: tuple[Gate, ...] = ()
    actions: list[StageAction] = field(default_factory=list)


def jobs(
    stages: list[Stage], context: Context, prefix: str = "", calls: tuple[Place, ...] = ()
) -> tuple[list[Job], dict[str, tuple[str, ...]]]:
    """The jobs of a pipeline and their groups; a stage is an entry that its actions stand inside."""
    judge = context.recogniser.judge
    found: list[Job] = []
    groups: dict[str, tuple[str, ...]] = {}
    previous = ""
    approved = False
    for stage in stages:
        # What an unread project does behind an approval, in a stage named production, is what it asks about.
        if approved and judge.names(stage.name, free=True) == "prod":
            stage.actions = [_released(action) for action in stage.actions]
        approved = approved or any(action.category == "Approval" for action in stage.actions)
        name = f"{prefix}{stage.name}"
        needs = (Need(previous, stage.place),) if previous else ()
        entry = Job(
            f"stage {name}", stage.name, "stage", stage.place, needs=needs, gates=stage.gates, calls=calls
        )
        members = [entry.id]
        found.append(entry)
        before = ""
        for order in sorted({action.order for action in stage.actions}):
            inside: tuple[Need, ...] = (Need(entry.id, stage.place, "inside"),)
            inside += (Need(before, stage.place),) if before else ()
            row = [action for action in stage.actions if action.order == order]
            made = [_job(action, stage, name, inside, judge, calls) for action in row]
            found += made
            before = f"{name} run order {order}"
            groups[before] = tuple(job.id for job in made)
            members += [job.id for job in made]
        groups[name] = tuple(members)
        previous = name
    return _told_apart(found, judge), groups | {job.id: (job.id,) for job in found}


def _released(action: StageAction) -> StageAction:
    unread = action.category == "Build" and action.step is None
    return replace(action, category="Approved") if unread else action


def _told_apart(found: list[Job], judge: Judge) -> list[Job]:
    """Where one deploy of a pipeline names production, or waits for a person, those before it that name
    nothing are its preparation."""
    where = {
        (job.id, action.title): judge.target((*action.targets, *step.facts, *job.facts)).environment
        for job in found
        for step in job.steps
        for action in step.actions
        if action.kind == "deploy"
    }
    last = max((index for index, job in enumerate(found) if job.id in {name for name, _ in where}), default=0)
    waits = max(
        (index for index, job in enumerate(found[:last]) if job.kind == "server" and job.gates), default=0
    )
    before = len(found) if "prod" in where.values() else waits
    return [
        replace(job, steps=tuple(_lowered(step, job.id, where) for step in job.steps))
        if index < before
        else job
        for index, job in enumerate(found)
    ]


def _lowered(step: Step, job: str, where: dict[tuple[str, str], str]) -> Step:
    actions = tuple(
        replace(action, certainty="low") if where.get((job, action.title)) == "implicit" else action
        for action in step.actions
    )
    return replace(step, actions=actions)


def registered(made: list[Job], stages: list[Stage], document: Document) -> tuple[Job, ...]:
    """The jobs behind the model registry, where an approved model package starts a pipeline that no push
    starts: whoever approved the package let it through. Where changes are told to start nothing and the file
    speaks of approved models, what does start it may be such an approval.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-approve.html
    """
    pushed = any(
        action.category == "Source" and action.provider not in ("S3", "ECR", QUIET)
        for stage in stages
        for action in stage.actions
    )
    event = None if pushed else _APPROVED.search(document.data)
    if event is not None:
        gate = Gate("human", REGISTRY_GATE, document.place(event.start(), event.start() + 20))
        return tuple(replace(job, gates=(*job.gates, gate)) if _first(job) else job for job in made)
    quiet = [one for stage in stages for one in stage.actions if one.provider == QUIET]
    told = None if pushed or not quiet else _APPROVAL.search(document.data)
    if told is None:
        return tuple(made)
    perhaps = Unknown(
        "what starts the pipeline may be the approval of a model",
        document.place(told.start(), told.end()),
        may_gate=True,
    )
    return tuple(replace(job, unknowns=(*job.unknowns, perhaps)) if _first(job) else job for job in made)


def _first(job: Job) -> bool:
    return job.kind == "stage" and not job.needs


def _job(
    action: StageAction, stage: Stage, name: str, needs: tuple[Need, ...], judge: Judge,
    calls: tuple[Place, ...],
) -> Job:  # fmt: skip
    human = action.category == "Approval"
    gate = Gate("human", f"{stage.name}/{action.name}", action.place)
    perhaps = Unknown(f"approval '{action.name}' is there under a condition", action.place, may_gate=True)
    facts = [
        Fact("stage", stage.name, stage.place, unresolved("", stage.name)),
        Fact("job", action.name, action.place, unresolved("", action.name)),
    ]
    return Job(
        id=f"{name}.{action.name}",
        title=f"{stage.name} / {action.name}",
        kind="server" if human else "agent",
        place=action.place,
        steps=tuple(_steps(action, stage, judge)),
        needs=needs,
        gates=(gate,) if human and action.sure else (),
        unknowns=(perhaps,) if human and not action.sure else (),
        facts=tuple(facts),
        identities=(action.role,) if action.role is not None else (),
        calls=calls,
    )


def _steps(action: StageAction, stage: Stage, judge: Judge) -> Iterator[Step]:
    if action.category in ("Source", "Approval"):
        return
    deploys = action.step is not None and any(one.kind != "plan" for one in action.step.actions)
    if action.step is not None and deploys:
        facts = (*action.step.facts, *_facts(action, judge))
        yield Step(action.step.name, action.step.place, action.step.actions, facts=facts)
        return
    kind = _kind(action, stage, judge)
    if kind:
        title = f"{action.provider or action.category} action {action.name}"
        certainty = "high" if action.category == "Deploy" else "medium"
        done = Action(kind, title, certainty, action.place, tuple(_facts(action, judge)))
        yield Step(action.name, action.place, (done,))


def _kind(action: StageAction, stage: Stage, judge: Judge) -> str:
    """`deploy`, `build`, or an empty string for an action that neither makes nor brings anything."""
    words = tokens(action.name)
    pairs = set(pairwise(words))
    if pairs & _ITSELF or action.setting("ActionMode") in _HARMLESS_MODES:
        return ""
    project = tokens(action.setting("ProjectName"))
    made = bool(_MAKES & set(pairwise(project)) or {"train", "training"} & set(project))
    if made and not judge.deploys_by_name(action.setting("ProjectName")):
        return "build"
    if action.category == "Approved":
        return "deploy"
    named = judge.deploys_by_name(action.name)
    if action.category == "Deploy":
        # The pipeline that trains, or that deploys later, is made like a deploy and brings no model anywhere.
        if words[-1:] in (("pipeline",), ("pipelines",)) or ("pipeline" in words and not named):
            return "build"
        return "build" if _PREPARES & set(tokens(stage.name)) and not named else "deploy"
    # A function that is handed the name of an endpoint brings a model to it, whatever it is called.
    handed = {word for _, text, _ in action.settings for word in tokens(text)}
    if action.category == "Invoke" and "endpoint" in handed and not _CHECKS & set(words):
        return "deploy"
    if named or (judge.deploys_by_name(stage.name) and not (_PREPARES | _CHECKS) & set(words)):
        return "deploy"
    return "train" if {"train", "training"} & {*words, *tokens(stage.name)} else ""


def _facts(action: StageAction, judge: Judge) -> Iterator[Fact]:
    """What the configuration says about where an action goes."""
    for name, text, place in action.settings:
        if may_be_secret(f"{name}={text}") or name == "RoleArn":
            continue
        shown = _member(text, judge) or " ".join(text.split())[:120]
        dynamic = unresolved(name, text)
        if name in _TARGETS and (dynamic or judge.names(text, free=True)):
            yield Fact("target argument", shown, place, dynamic)
        elif judge.names(shown, free=True):
            yield Fact("argument", shown, place)


def _member(text: str, judge: Judge) -> str:
    """Of an object in JSON the member that names the environment of the whole: `EndpointConfigName=Prod`."""
    wanted = judge.names(text, free=True)
    try:
        given = json.loads(text) if text.lstrip().startswith("{") and len(text) < _LONGEST else None
    except (ValueError, RecursionError):
        return ""
    pairs = given.items() if isinstance(given, dict) else ()
    named = ((key, value) for key, value in pairs if isinstance(value, str) and judge.names(value) == wanted)
    told = (f"{key}={value}"[:120] for key, value in named if wanted)
    return next((one for one in told if not may_be_secret(one)), "")


def triggers(stages: list[Stage], place: Place) -> tuple[Trigger, ...]:
    """What starts a pipeline: its sources, and anybody who may start an execution."""
    found: list[Trigger] = []
    for stage in stages:
        for action in stage.actions:
            if action.category != "Source" or action.provider == QUIET:
                continue
            branch = action.setting("BranchName") or action.setting("Branch")
            refs = (branch,) if branch and "$" not in branch else ()
            if action.provider in ("S3", "ECR"):
                found.append(Trigger(TriggerKind.UPSTREAM, f"{action.provider} source", action.place))
            else:
                found.append(Trigger(TriggerKind.PUSH, "push", action.place, refs))
    return tuple(found) or (Trigger(TriggerKind.UPSTREAM, "start of the pipeline", place),)
