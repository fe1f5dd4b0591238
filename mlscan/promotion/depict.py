"""The promotion graph as a picture: the jobs on the way to every deploy, their gates, and where they lead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mlscan.model import Place
from mlscan.picture import GateShown, JobShown, Picture, PipelineShown, Standing, WayShown
from mlscan.promotion.graph import Gate, Graph, Job, Pipeline
from mlscan.promotion.order import before
from mlscan.promotion.production import Judge
from mlscan.promotion.scenarios import scenarios
from mlscan.promotion.verdicts import Kind, Verdict, verdicts

_STANDING = {
    Kind.UNGATED: Standing.OPEN,
    Kind.GATE_VOID: Standing.OPEN,
    Kind.UNGATED_DYNAMIC: Standing.DOUBTFUL,
    Kind.UNGATED_IMPLICIT: Standing.DOUBTFUL,
    Kind.UNGATED_MANUAL: Standing.DOUBTFUL,
    Kind.GATE_WEAK: Standing.DOUBTFUL,
    Kind.GATE_UNVERIFIED: Standing.UNVERIFIED,
    Kind.GATED: Standing.GUARDED,
    Kind.NO_PROD: Standing.HARMLESS,
}
_GATES = {
    "human": Standing.GUARDED,
    "environment": Standing.UNVERIFIED,
    "unknown": Standing.UNVERIFIED,
    "void": Standing.OPEN,
}
_SHOWN = frozenset(("train", "evaluate", "fairness", "register", "build", "rollback"))


def depict(graph: Graph, known: Iterable[Verdict] | None = None) -> Picture:
    """Every pipeline that deploys something; `known` are the verdicts where they have been worked out."""
    found: dict[Place, list[Verdict]] = {}
    for verdict in verdicts(graph) if known is None else known:
        found.setdefault(verdict.deploy.pipeline.place, []).append(verdict)
    judge = Judge(graph.environments)
    shown = [
        _Depiction(pipeline, found[pipeline.place], judge).pipeline()
        for pipeline in graph.pipelines
        if pipeline.place in found
    ]
    return Picture(tuple(shown), len(graph.pipelines) - len(shown))


class _Depiction:
    """One pipeline with the verdicts on its deploys."""

    def __init__(self, pipeline: Pipeline, found: list[Verdict], judge: Judge) -> None:
        self._pipeline = pipeline
        self._judge = judge
        self._by_job: dict[str, list[Verdict]] = {}
        for verdict in found:
            self._by_job.setdefault(verdict.deploy.job.id, []).append(verdict)
        self._jobs = {job.id: job for job in pipeline.jobs}
        self._void = {
            gate for verdict in found if verdict.kind is Kind.GATE_VOID for gate in verdict.gates
        }  # fmt: skip
        relevant = set(self._by_job)
        for verdict in found:
            relevant.update(job.id for job in before(pipeline, verdict.deploy.job))
        self._kept = [job for job in pipeline.jobs if job.id in relevant and self._tells(job)]

    def pipeline(self) -> PipelineShown:
        ids = {job.id for job in self._kept}
        return PipelineShown(
            self._pipeline.path,
            self._pipeline.platform,
            _starts(self._pipeline),
            tuple(self._job(job, ids) for job in self._kept),
            self._pipeline.template,
        )

    def _tells(self, job: Job) -> bool:
        """Whether a job deploys, stands behind a gate, or does something to a model."""
        gates = (*job.gates, *(gate for step in job.steps for gate in step.gates))
        guards = any(self._gate(gate).standing is not Standing.HARMLESS for gate in gates)
        return job.id in self._by_job or guards or bool(_done(job))

    def _job(self, job: Job, ids: set[str]) -> JobShown:
        deploying = self._by_job.get(job.id, [])
        last = max((verdict.deploy.index for verdict in deploying), default=len(job.steps))
        inner = [gate for step in job.steps[: last + 1] for gate in step.gates]
        late = [gate for step in job.steps[last + 1 :] for gate in step.gates]
        stage = next((fact.value for fact in job.facts if fact.kind == "stage"), "")
        return JobShown(
            job.id,
            job.title if not stage or job.title.startswith(stage) else f"{stage} / {job.title}",
            job.place,
            _done(job),
            self._needs(job, ids),
            tuple(self._gate(gate) for gate in dict.fromkeys(job.gates)),
            tuple(self._gate(gate) for gate in dict.fromkeys(inner)),
            tuple(replace(self._gate(gate), standing=Standing.OPEN) for gate in dict.fromkeys(late)),
            tuple(dict.fromkeys(self._way(verdict) for verdict in deploying)),
        )

    def _needs(self, job: Job, ids: set[str]) -> tuple[str, ...]:
        """The nearest jobs shown that a job needs; what one of them needs itself is left out."""
        found: dict[str, None] = {}
        seen: set[str] = set()
        queue = [job]
        while queue:
            for need in queue.pop(0).needs:
                for member in self._pipeline.groups.get(need.job, (need.job,)):
                    if member in seen or member not in self._jobs or _apart(job, self._jobs[member]):
                        continue
                    seen.add(member)
                    if member in ids and member != job.id:
                        found[member] = None
                    else:
                        queue.append(self._jobs[member])
        further = {
            other.id for name in found for other in before(self._pipeline, self._jobs[name])
        }  # fmt: skip
        return tuple(name for name in found if name not in further)

    def _gate(self, gate: Gate) -> GateShown:
        standing = _GATES.get(gate.kind, Standing.DOUBTFUL)
        if gate in self._void:
            standing = Standing.OPEN
        elif gate.kind == "environment" and self._judge.names(gate.name) == "nonprod":
            standing = Standing.HARMLESS
        elif gate.weakness and standing is Standing.GUARDED:
            standing = Standing.DOUBTFUL
        return GateShown(gate.kind, " ".join(gate.name.split()), standing, gate.place)

    def _way(self, verdict: Verdict) -> WayShown:
        return replace(way_shown(verdict), gates=tuple(self._gate(gate) for gate in verdict.gates))


def _apart(one: Job, other: Job) -> bool:
    """Whether two jobs are never in one run: what decides before it lets in only one of them."""
    return any(
        replace(condition, negated=not condition.negated) in other.presence for condition in one.presence
    )


def way_shown(verdict: Verdict) -> WayShown:
    """A deploy with its verdict, without the gates before it."""
    target = verdict.deploy.target
    return WayShown(
        verdict.deploy.action.title,
        " ".join(target.name.split()),
        target.environment,
        verdict.kind.value,
        _STANDING[verdict.kind],
        verdict.scenario.words if verdict.scenario is not None else "",
        verdict.deploy.action.place,
    )


def _starts(pipeline: Pipeline) -> tuple[str, ...]:
    """What starts it, in words; several branches are one start."""
    branches: dict[str, None] = {}
    found: dict[str, None] = {}
    for words in (scenario.words for scenario in scenarios(pipeline)):
        before, named, branch = words.partition("a push to '")
        if named and not before:
            branches[f"'{branch}"] = None
            words = "a push"
        found[words] = None
    pushed = f"a push to {', '.join(branches)}"
    return tuple(pushed if words == "a push" else words for words in found)


def _done(job: Job) -> tuple[str, ...]:
    """What a job does to a model besides deploying it."""
    kinds = (action.kind for step in job.steps for action in step.actions)
    return tuple(dict.fromkeys(kind for kind in kinds if kind in _SHOWN))
