"""What one file says about a gate of another: environments made as code, robots that approve, triggers.

A gate that is proven to stop nobody becomes one of kind `void`, one that is proven to hold becomes `human`;
both keep the place that proves it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mlscan.promotion.graph import Action, Approver, Gate, Identity, Job, Pipeline, Protection
from mlscan.promotion.scope import NO_FACTS, Scope

# What asks for the approval of a SageMaker model package, and the gate that waits for it.
REGISTRY = "model registry"
REGISTRY_GATE = "approval of the model package"
# What a rule leaves to the function that it starts; code that approves answers it.
ASKS = "whether the function asks for an approved package"
UNSEEN_TRIGGER = "build trigger"
BUILD_EVENT = "Cloud Build trigger"
RUN_EVENT = "CodeBuild run"
_RELEASES = "gcloud deploy releases create"
_STARTS = "gcloud builds triggers run"
# What starts a file that nothing in the repository is known to start, in the words of its trigger.
UNSEEN_EVENTS = frozenset(("implicit", BUILD_EVENT, RUN_EVENT))


def joined(
    pipelines: Iterable[Pipeline], protections: list[Protection], approvers: list[Approver]
) -> list[Pipeline]:
    """The pipelines with all that is known about their gates."""
    pipelines = list(pipelines)
    bundled = any(_deploys_bundle(pipeline) for pipeline in pipelines)
    deliveries = _deliveries(pipelines)
    builds = _builds(pipelines)
    robots = [approver for approver in approvers if approver.kind == "robot"]
    registries = {_project(pipeline.path) for pipeline in pipelines if _waits_for_registry(pipeline)}
    found: list[Pipeline] = []
    for pipeline in pipelines:
        given = [item for item in protections if item.platform == pipeline.platform]
        project = _project(pipeline.path) if len(registries) > 1 else ""
        deniers = [
            robot
            for robot in robots
            if robot.platform == pipeline.platform
            or (robot.platform == REGISTRY and (not project or _project(robot.place.path) == project))
        ]
        if given or deniers:
            jobs = tuple(_job(job, pipeline, given, deniers) for job in pipeline.jobs)
            pipeline = replace(pipeline, jobs=jobs)
        if bundled and pipeline.platform == "databricks-bundle":
            declared = tuple(replace(job, kind="declared") for job in pipeline.jobs)
            pipeline = replace(pipeline, jobs=declared)
        if deliveries or builds:
            handed = tuple(_handing_over(job, deliveries, builds) for job in pipeline.jobs)
            pipeline = replace(pipeline, jobs=handed)
        found.append(pipeline)
    return found


def _waits_for_registry(pipeline: Pipeline) -> bool:
    return any(gate.name == REGISTRY_GATE for job in pipeline.jobs for gate in job.gates)


def _project(path: str) -> str:
    """The folder at the root that a file stands in: a repository may hold projects side by side."""
    return path.partition("/")[0] if "/" in path else ""


def _deploys_bundle(pipeline: Pipeline) -> bool:
    """Whether it runs `databricks bundle deploy`: then it is the way that a bundle's gates stand on."""
    return any(
        action.title.startswith("databricks bundle deploy")
        for job in pipeline.jobs
        for step in job.steps
        for action in step.actions
    )


def _deliveries(pipelines: list[Pipeline]) -> dict[str, set[str]]:
    """The targets of every delivery pipeline of Cloud Deploy, by its name."""
    return {
        fact.value: {job.id for job in pipeline.jobs}
        for pipeline in pipelines
        for fact in pipeline.facts
        if pipeline.platform == "cloud-deploy" and fact.kind == "workflow"
    }


def _builds(pipelines: list[Pipeline]) -> set[str]:
    """The names of the Cloud Build triggers whose builds are in the repository."""
    return {
        fact.value
        for pipeline in pipelines
        if pipeline.platform == "cloud-build"
        for job in pipeline.jobs
        for fact in job.facts
        if fact.kind == "workflow"
    }


def _handing_over(job: Job, deliveries: dict[str, set[str]], builds: set[str]) -> Job:
    """Without the releases that a delivery pipeline of the repository takes to its targets, and without the
    start of its builds: those pipelines say what stands before each of them."""

    def stays(action: Action) -> bool:
        told = {fact.value for fact in action.targets if fact.kind == "target argument"}
        if action.title == _STARTS and builds & {fact.value for fact in action.targets}:
            return False
        taken = [targets for name, targets in deliveries.items() if name in told]
        return not action.title.startswith(_RELEASES) or not taken or any(told & each for each in taken)

    steps = tuple(replace(step, actions=tuple(filter(stays, step.actions))) for step in job.steps)
    return replace(job, steps=steps) if steps != job.steps else job


def _job(job: Job, pipeline: Pipeline, given: list[Protection], robots: list[Approver]) -> Job:
    gates = tuple(_gate(gate, pipeline, given, robots) for gate in job.gates)
    if pipeline.platform == "cloud-build" and any(one.kind == UNSEEN_TRIGGER for one in job.identities):
        gates += tuple(
            Gate("environment", item.name, item.place)
            for item in given
            if item.reviewed and f"/{pipeline.path}".endswith(f"/{item.name}")
        )
    unknowns = job.unknowns
    if any(robot.platform == REGISTRY and "metric" not in robot.also for robot in robots):
        unknowns = tuple(one for one in unknowns if one.reason != ASKS)
    changed = gates != job.gates or unknowns != job.unknowns
    return replace(job, gates=gates, unknowns=unknowns) if changed else job


def _gate(gate: Gate, pipeline: Pipeline, given: list[Protection], robots: list[Approver]) -> Gate:
    asked = REGISTRY if gate.name == REGISTRY_GATE else pipeline.platform
    robot = next((one for one in robots if one.platform == asked), None)
    if gate.kind == "human" and robot is not None:
        note = f"`{robot.name}` gives the approval by itself"
        # A number that decides about the approval is no person, and yet something.
        weak = "metric" in robot.also
        return replace(gate, kind="metric" if weak else "void", proof=replace(robot.place, note=note))
    if gate.kind != "environment":
        return gate
    name = Scope({}).expand(gate.name, NO_FACTS).partition(".")[0].lower()
    about = [item for item in given if item.name.lower() == name and _governs(item, pipeline)]
    if not about:
        return gate
    holding = next((item for item in about if item.reviewed), None)
    if holding is not None:
        proof = replace(holding.place, note="code gives it reviewers")
        weakness = "who started the run may approve it" if holding.self_review else ""
        return replace(gate, kind="human", proof=proof, weakness=weakness)
    if about[0].restricted:
        return replace(gate, kind="authz", proof=replace(about[0].place, note="code says who may deploy"))
    note = f"code creates environment '{about[0].name}' without anybody who has to approve"
    return replace(gate, kind="void", proof=replace(about[0].place, note=note))


def _governs(item: Protection, pipeline: Pipeline) -> bool:
    """Whether code stands in the repository, or the folder that is one, that a pipeline belongs to."""
    before, mark, _ = f"/{pipeline.path}".partition("/.github/")
    root = before.strip("/") if mark else ""
    return not root or item.place.path.startswith(f"{root}/")


def unseen(path: str, pipeline: Pipeline) -> Pipeline:
    """A build whose trigger is kept on a server: what could demand an approval is named."""
    identity = Identity(UNSEEN_TRIGGER, path, pipeline.place)
    jobs = tuple(replace(job, identities=(*job.identities, identity)) for job in pipeline.jobs)
    return replace(pipeline, jobs=jobs)
