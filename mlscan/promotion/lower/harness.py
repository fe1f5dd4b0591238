"""Harness pipelines: stages one after another, steps of a stage likewise, `parallel` beside each other.

https://developer.harness.io/docs/platform/approvals/adding-harness-approval-stages/: an approval step beside
the deploy holds nobody; who started the run may approve it unless `disallowPipelineExecutor` says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mlscan.documents.yaml import Mapping, Node, Scalar, walk
from mlscan.promotion.commands import Setting
from mlscan.promotion.graph import Action, Fact, Gate, Job, Need, Pipeline, Step, Trigger, TriggerKind
from mlscan.promotion.located import Located
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, items
from mlscan.promotion.lower.plain import plain
from mlscan.promotion.lower.words import folders
from mlscan.promotion.scope import Scope

PLATFORM = "harness"
_APPROVALS = frozenset(("HarnessApproval", "JiraApproval", "ServiceNowApproval"))
_DEPLOYS = ("Deploy", "Apply", "SwapServices", "RollingUpdate", "TrafficShift", "BlueGreenSwap")
_PREVIEWS = ("Plan", "DryRun", "Prepare", "Download", "Build")
_ITSELF = "who started the run may approve it"
_EVENTS = {"Webhook": TriggerKind.PUSH, "Scheduled": TriggerKind.SCHEDULE}


def recognised(root: Node | None) -> bool:
    """Whether it is a pipeline or a trigger of Harness."""
    body = _body(root)
    return body is not None and body.get("orgIdentifier", "projectIdentifier") is not None


def _body(root: Node | None) -> Mapping | None:
    found = root.get("pipeline", "trigger") if isinstance(root, Mapping) else None
    return found if isinstance(found, Mapping) else None


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """The pipeline of a file, when the triggers of all files are known."""
    body = _body(parsed.root)
    if body is None or not isinstance(parsed.root, Mapping):
        return []
    if parsed.root.get("trigger") is body:
        trigger = _trigger(body, parsed)
        context.starts.setdefault((PLATFORM, body.text("pipelineIdentifier")), []).append(trigger)
        return []
    context.later.append(lambda: list(_pipeline(body, parsed, context)))
    return []


def _trigger(body: Mapping, parsed: Parsed) -> Trigger:
    source = body.get("source")
    kind = source.text("type") if isinstance(source, Mapping) else ""
    place = parsed.place(source) if source is not None else parsed.start()
    event = kind.lower() or "trigger"
    if kind != "Webhook":
        return Trigger(_EVENTS.get(kind, TriggerKind.UPSTREAM), event, place)
    texts = [node.value for node in walk(body, 400) if isinstance(node, Scalar)]
    if "PullRequest" in texts or "MergeRequest" in texts:
        return Trigger(TriggerKind.PULL_REQUEST, "pull_request", place)
    named = [
        node.text("value")
        for node in walk(body, 400)
        if isinstance(node, Mapping)
        and node.text("key") == "targetBranch"
        and node.text("operator") == "Equals"
    ]
    return Trigger(TriggerKind.PUSH, "push", place, tuple(filter(None, named)))


def _pipeline(body: Mapping, parsed: Parsed, context: Context) -> Iterator[Pipeline]:
    reader = _Reader(parsed, context)
    reader.row(body.get("stages"), "stage", (), ())
    if not any(action for job in reader.jobs for step in job.steps for action in step.actions):
        return
    place = parsed.place(body)
    title = body.text("name") or body.text("identifier")
    started = context.starts.get((PLATFORM, body.text("identifier")), [])
    yield Pipeline(
        parsed.path, PLATFORM, place,
        (*started, Trigger(TriggerKind.MANUAL, "run of the pipeline", place)),
        tuple(reader.jobs),
        {job.id: (job.id,) for job in reader.jobs},
        (Fact("workflow", title, place), *folders(parsed, context.recogniser.judge)),
    )  # fmt: skip


@dataclass
class _Reader:
    """Every step as a job of its own, so that those in `parallel` stand beside each other."""

    parsed: Parsed
    context: Context
    jobs: list[Job] = field(default_factory=list)

    def row(
        self, node: Node | None, kind: str, before: tuple[str, ...], facts: tuple[Fact, ...],
        always: bool = False,
    ) -> tuple[str, ...]:  # fmt: skip
        """A list of stages or steps; gives the jobs that what follows has to wait for."""
        for item in items(node):
            if not isinstance(item, Mapping):
                continue
            together = item.get("parallel")
            if together is not None:
                last = [self._one(one, kind, before, facts, always) for one in items(together)]
                before = tuple(dict.fromkeys(name for names in last for name in names)) or before
            else:
                before = self._one(item, kind, before, facts, always)
        return before

    def _one(
        self, item: Node, kind: str, before: tuple[str, ...], facts: tuple[Fact, ...], always: bool
    ) -> tuple[str, ...]:
        if not isinstance(item, Mapping):
            return before
        group = item.get("stepGroup")
        if isinstance(group, Mapping):
            return self.row(group.get("steps"), "step", before, facts, always)
        inner = item.get(kind)
        if not isinstance(inner, Mapping):
            return before
        if kind == "stage":
            return self._stage(inner, before)
        return self._step(inner, before, facts, always)

    def _stage(self, stage: Mapping, before: tuple[str, ...]) -> tuple[str, ...]:
        spec, place = stage.get("spec"), self.parsed.place(stage)
        execution = spec.get("execution") if isinstance(spec, Mapping) else None
        title = stage.text("name") or stage.text("identifier")
        facts = (*self._environment(spec), Fact("stage", title, place))
        steps = execution.get("steps") if isinstance(execution, Mapping) else None
        return self.row(steps, "step", before, facts, _status(stage) == "All")

    def _environment(self, spec: Node | None) -> Iterator[Fact]:
        """The environment a stage is bound to; `<+input>` is chosen when the pipeline is run."""
        for node in walk(spec, 600) if spec is not None else ():
            reference = node.get("environmentRef") if isinstance(node, Mapping) else None
            if isinstance(reference, Scalar) and reference.value:
                chosen = reference.value.startswith("<+input>")
                name = "${environment}" if chosen else reference.value
                yield Fact("environment", name, self.parsed.place(reference), dynamic=chosen)

    def _step(
        self, node: Mapping, before: tuple[str, ...], facts: tuple[Fact, ...], always: bool
    ) -> tuple[str, ...]:
        parsed, kind = self.parsed, node.text("type")
        place = parsed.place(node)
        title = node.text("name") or node.text("identifier")
        spec = node.get("spec")
        gates = (_gate(title, spec, kind, parsed),) if kind in _APPROVALS else ()
        steps = (Step(title, place, tuple(self._actions(kind, title, node, spec))),)
        name = f"{title} #{len(self.jobs) + 1}"
        always = always or _status(node) == "All"
        self.jobs.append(
            Job(
                name, title, "agent", place, steps,
                tuple(Need(one, place) for one in before),
                gates=gates,
                condition=plain("always()", place, Scope()) if always else None,
                facts=(*facts, Fact("step", title, place)),
            )
        )  # fmt: skip
        return (name,)

    def _actions(self, kind: str, title: str, node: Mapping, spec: Node | None) -> Iterator[Action]:
        script = next((one for one in _scripts(spec)), None)
        if script is not None:
            located = Located.of(self.parsed.document, script)
            yield from self.context.recogniser.actions(located, Setting(Scope(), ""))
        elif kind.endswith(_DEPLOYS) and not kind.startswith(_PREVIEWS):
            place = self.parsed.place(node.key("type") or node)
            yield Action("deploy", f"step {kind}", "medium", place)


def _scripts(spec: Node | None) -> Iterator[Scalar]:
    """The command of a Run step, the script of a shell script step."""
    if not isinstance(spec, Mapping):
        return
    source = spec.get("source")
    inner = source.get("spec") if isinstance(source, Mapping) else None
    for owner, name in ((spec, "command"), (inner, "script")):
        found = owner.get(name) if isinstance(owner, Mapping) else None
        if isinstance(found, Scalar):
            yield found


def _status(node: Mapping) -> str:
    when = node.get("when")
    return when.text("pipelineStatus", "stageStatus") if isinstance(when, Mapping) else ""


def _gate(title: str, spec: Node | None, kind: str, parsed: Parsed) -> Gate:
    approvers = spec.get("approvers") if isinstance(spec, Mapping) else None
    barred = isinstance(approvers, Mapping) and approvers.text("disallowPipelineExecutor").lower() == "true"
    own = kind == "HarnessApproval" and not barred
    place = parsed.place(spec) if spec is not None else parsed.start()
    return Gate("human", title, place, weakness=_ITSELF if own else "")
