"""GitLab CI as pipelines of the graph: stages as barriers, `needs`, manual jobs, child pipelines.

A job with `needs`, even empty, waits for no stage. Nobody waits for a manual job that may fail, unless it is
needed by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mlscan.documents.yaml import Mapping, Node, Scalar
from mlscan.model import Place
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
from mlscan.promotion.lower.gitlab_config import Config
from mlscan.promotion.lower.gitlab_jobs import JobReader, environment
from mlscan.promotion.lower.gitlab_rules import Alternative, alternatives, included, workflow
from mlscan.promotion.lower.parsed import Parsed, items, pairs, texts
from mlscan.promotion.lower.plain import all_of, plain
from mlscan.promotion.scope import Scope

_ENTRY = re.compile(r"(^|/)\.?gitlab-ci\.ya?ml(\.\w+)?$")
_STAGES = ("build", "test", "deploy")
_DEPTH = 3
_SOURCES = (
    (TriggerKind.PUSH, "push"),
    (TriggerKind.TAG, "push"),
    (TriggerKind.PULL_REQUEST, "merge_request_event"),
    (TriggerKind.SCHEDULE, "schedule"),
    (TriggerKind.UPSTREAM, "trigger"),
    (TriggerKind.UPSTREAM, "pipeline"),
    (TriggerKind.UPSTREAM, "api"),
    (TriggerKind.MANUAL, "web"),
)


def lower(parsed: Parsed, context: Context) -> Pipeline | None:
    """The pipeline of a configuration; one that is only included or a child is started by any caller."""
    reader = PipelineReader(Config(parsed, context), context, Scope())
    reader.read()
    if not reader.jobs:
        return None
    start = parsed.start()
    entry = _ENTRY.search(parsed.path) is not None
    sources = _SOURCES if entry else ((TriggerKind.CALL, "include"),)
    return Pipeline(
        path=parsed.path,
        platform="gitlab-ci",
        place=start,
        triggers=tuple(Trigger(kind, event, start) for kind, event in sources),
        jobs=tuple(reader.jobs),
        groups={name: tuple(members) for name, members in reader.groups.items()},
        facts=(Fact("file", parsed.path.rpartition("/")[2], start),),
        unknowns=tuple(reader.unknowns),
        template=entry and parsed.path not in (".gitlab-ci.yml", ".gitlab-ci.yaml"),
    )


@dataclass(frozen=True)
class _Way:
    """One way a job is started, with its name, its file's key and its content."""

    name: str
    key: Scalar
    node: Mapping
    start: Alternative
    presence: str
    scope: Scope


class PipelineReader:
    """Collects the jobs of one configuration; for a child pipeline `prefix` and `entry` say by which job."""

    def __init__(
        self, config: Config, context: Context, scope: Scope, calls: tuple[Place, ...] = (), prefix: str = "",
        entry: Job | None = None,
    ) -> None:  # fmt: skip
        self._config = config
        self._context = context
        self._reader = JobReader(config, context)
        self._scope = scope.inside(self._reader.variables(config.root.get("variables")))
        self._calls = calls
        self._prefix = prefix
        self._entry = entry
        self.jobs: list[Job] = []
        self.groups: dict[str, list[str]] = {}
        self._eager: set[str] = set()
        self.unknowns: list[Unknown] = list(config.unknowns)

    def read(self) -> None:
        """Every job in the order of the stages, so that what is waited for comes first."""
        named = texts(self._config.root.get("stages", "types")) or _STAGES
        order = [".pre", *named, ".post"]
        ways: dict[str, list[_Way]] = {stage: [] for stage in order}
        for name, key, node in self._config.jobs():
            for way in self._ways(name, key, node):
                ways.setdefault(node.text("stage") or "test", []).append(way)
        stages = list(ways)
        for number, stage in enumerate(stages):
            for way in ways[stage]:
                self._add(way, stage, stages[:number])

    def _ways(self, name: str, key: Scalar, node: Mapping) -> Iterator[_Way]:
        """One for every rule, every rule of the workflow with variables, and every row of a matrix."""
        own = self._reader.variables(node.get("variables"))
        there = included(name, self._config)
        for rows in self._reader.matrix(node):
            for condition, given in workflow(self._config):
                for start in alternatives(node, key, self._config):
                    variables = {f"env.{word}".lower(): text for word, text in start.variables.items()}
                    outer = {f"env.{word}".lower(): text for word, text in given.items()}
                    scope = self._scope.inside({**outer, **own, **variables, **rows})
                    yield _Way(name, key, node, start, all_of((condition, there, start.presence)), scope)

    def _add(self, way: _Way, stage: str, before: list[str]) -> None:
        config = self._config
        place = config.place(way.key)
        name = self._prefix + way.name
        members = self.groups.setdefault(name, [])
        identifier = f"{name} #{len(members) + 1}" if members else name
        members.append(identifier)
        waits = way.start.needs if way.start.needs is not None else way.node.get("needs")
        needs = tuple(self._needs(waits) if waits is not None else self._barrier(before, place))
        if waits is not None:
            self._eager.add(identifier)
        bound = environment(config, way.node, way.scope)
        gates = [*bound.gates, *_gates(way.start)]
        status = {"always": "always()", "on_failure": "failure()"}.get(way.start.when)
        if status == "always()":
            gates += self._waited_for(before)
        entry = self._entry
        presence = plain(way.presence, way.start.place, way.scope)
        job = Job(
            id=identifier,
            title=way.name,
            kind="agent",
            place=place,
            steps=self._reader.steps(way.name, way.node, way.scope, bound),
            needs=(Need(entry.id, place, "inside"), *needs) if entry is not None else needs,
            gates=tuple(gates),
            condition=plain(status, way.start.place, way.scope) if status else None,
            presence=(*(entry.presence if entry is not None else ()), presence),
            facts=self._reader.facts(way.name, way.node, way.scope, bound, place),
            identities=self._reader.identities(way.node, way.scope),
            unknowns=self._unknowns(way.node),
            calls=self._calls,
            # https://docs.gitlab.com/ci/yaml/#allow_failure
            continues_on_error=way.start.when != "manual" and not way.start.blocking,
        )
        trigger = way.node.get("trigger")
        job = replace(job, kind="call") if trigger is not None else job
        self.jobs.append(self._downstream(job, trigger, way) if trigger is not None else job)
        if way.start.when != "on_failure" and (way.start.when != "manual" or way.start.blocking):
            # A started pipeline that is waited for counts with all its jobs.
            inner = [one for one in members if one.startswith(f"{identifier} / ")]
            self.groups.setdefault(f"{self._prefix}stage {stage}", []).extend((identifier, *inner))

    def _barrier(self, before: list[str], place: Place) -> Iterator[Need]:
        for stage in reversed(before):
            members = self.groups.get(f"{self._prefix}stage {stage}")
            if members:
                yield Need(f"{self._prefix}stage {stage}", place)
            if members and not self._eager & set(members):
                return  # all of them wait for the stages before theirs

    def _needs(self, node: Node) -> Iterator[Need]:
        for item in items(node):
            job = item.get("job") if isinstance(item, Mapping) else item
            elsewhere = isinstance(item, Mapping) and item.get("project", "pipeline") is not None
            if isinstance(job, Scalar) and not elsewhere:
                yield Need(self._prefix + job.value, self._config.place(job))

    def _waited_for(self, before: list[str]) -> Iterator[Gate]:
        """`when: always` outlives failures, but not a job that still waits for its click."""
        waited = {name for stage in before for name in self.groups.get(f"{self._prefix}stage {stage}", ())}
        for job in self.jobs:
            if job.id in waited:
                yield from job.gates

    def _unknowns(self, node: Mapping) -> tuple[Unknown, ...]:
        missing = self._config.missing(node)
        if missing is None:
            return ()
        reason = f"job template {missing.value} is not in this repository"
        return (Unknown(reason, self._config.place(missing), may_gate=True),)

    def _downstream(self, job: Job, trigger: Node, way: _Way) -> Job:
        """A job that starts another pipeline: a child that is here is read, others stay unknown."""
        judge = self._context.recogniser.judge
        paths = [trigger] if isinstance(trigger, Scalar) else []
        include = trigger.get("include") if isinstance(trigger, Mapping) else None
        children = [include] if isinstance(include, Mapping) else items(include)
        for child in children:
            path = child.get("local") if isinstance(child, Mapping) else child
            found = None
            if isinstance(path, Scalar) and "$" not in path.value and len(self._calls) < _DEPTH:
                found = self._context.nearest(path.value, self._config.parsed(way.key).folder)
            if found is None or found is self._config.entry or not isinstance(path, Scalar):
                name = path if isinstance(path, Scalar) else way.key
                unknown = Unknown(f"child pipeline {name.value} is not here", job.place, may_gate=True)
                job = replace(job, unknowns=(*job.unknowns, unknown))
            else:
                self._context.referenced.add(found.path)
                self._child(job, path, found, way)
        if isinstance(trigger, Mapping):
            paths += [
                node for word, _, node in pairs(trigger) if word == "project" and isinstance(node, Scalar)
            ]
        for path in paths:
            unknown = Unknown(f"pipeline of project {path.value} is not here", job.place, may_gate=True)
            job = replace(job, unknowns=(*job.unknowns, unknown))
            if judge.deploys_by_name(way.name) or judge.deploys_by_name(path.value):
                action = Action("deploy", f"pipeline {path.value}", "medium", self._config.place(path))
                job = replace(job, steps=(Step("", job.place, (action,)),))
        return job

    def _child(self, job: Job, path: Scalar, found: Parsed, way: _Way) -> None:
        scope = way.scope.inside({"run.event": "parent_pipeline"})
        config = Config(found, self._context)
        calls = (*self._calls, self._config.place(path))
        reader = PipelineReader(config, self._context, scope, calls, f"{job.id} / ", job)
        reader.read()
        self.jobs += reader.jobs
        self.groups |= reader.groups
        self.unknowns += reader.unknowns
        trigger = way.node.get("trigger")
        if isinstance(trigger, Mapping) and trigger.text("strategy") in ("depend", "mirror"):
            self.groups[self._prefix + way.name] += [inner.id for inner in reader.jobs]


def _gates(start: Alternative) -> Iterator[Gate]:
    if start.when == "manual":
        yield Gate("click", "when: manual", start.place)
    elif start.when == "delayed":
        yield Gate("timer", "when: delayed", start.place)
