"""Does a gate stand before a deploy? It counts only if, with the gate denied, the deploy is unreachable.

A run of the pipeline is played through in one scenario with some kinds of gates denied. Every job ends in a
set of possible results (`success`, `failure`, `skipped`); conditions see the results of what they need.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mlscan.promotion.conditions import Condition
from mlscan.promotion.expressions import UNKNOWN, Value
from mlscan.promotion.graph import Gate, Job, Pipeline, Step
from mlscan.promotion.scenarios import Facts, Scenario

Results = frozenset[str]
_SUCCESS: Results = frozenset(("success",))
_ABSENT: Results = frozenset(("absent",))
_AZURE = {"success": "Succeeded", "failure": "Failed", "skipped": "Skipped"}


@dataclass(frozen=True, slots=True)
class Denial:
    """Which gates say no. `conditions: False` plays as if every condition could hold."""

    kinds: frozenset[str] = frozenset()
    blocks: Callable[[Gate], bool] = lambda gate: True
    conditions: bool = True

    def denies(self, gate: Gate) -> bool:
        return gate.kind in self.kinds and not gate.conditional and self.blocks(gate)


@dataclass(slots=True)
class Outcome:
    """How a job ended, and for each of its steps whether it ran (None: perhaps)."""

    results: Results
    steps: tuple[bool | None, ...] = ()


@dataclass(slots=True)
class Run:
    """A played run; `reaches` asks it about one step."""

    pipeline: Pipeline
    scenario: Scenario
    denial: Denial
    _jobs: Mapping[str, Job] = field(init=False)
    _done: dict[str, Outcome] = field(default_factory=dict)
    _clean: dict[str, bool | None] = field(default_factory=dict)
    _facts: Facts = field(init=False)

    def __post_init__(self) -> None:
        self._jobs = {job.id: job for job in self.pipeline.jobs}
        self._facts = Facts(self.scenario, "authz" not in self.denial.kinds)

    def reaches(self, job: str, step: int) -> bool:
        """Whether a step may run at all."""
        for before in self._pending(job):
            self._outcome(before)
        steps = self._outcome(job).steps
        return step < len(steps) and steps[step] is not False

    def _pending(self, job: str) -> list[str]:
        """What has to be played before a job, first things first, so that no recursion gets deep."""
        found = {job: None}
        queue = [job]
        for identifier in queue:
            for need in self._jobs[identifier].needs:
                for member in self.pipeline.groups.get(need.job, (need.job,)):
                    if member in self._jobs and member not in found and member not in self._done:
                        found[member] = None
                        queue.append(member)
        return queue[:0:-1]

    def group(self, name: str, absent: Results = _SUCCESS) -> Results:
        """The possible results of a job, a stage or a call, by the name others need it by; `absent` where
        there is none of it in this run."""
        members = self.pipeline.groups.get(name) or ((name,) if name in self._jobs else ())
        found = [results for member in members if (results := self._outcome(member).results) != _ABSENT]
        if not found:
            return absent if members else _SUCCESS
        if any(results == {"failure"} for results in found):
            return frozenset(("failure",))
        if all(results == {"skipped"} for results in found):
            return frozenset(("skipped",))
        merged = frozenset().union(*found)
        return merged - {"skipped"} if any(results == _SUCCESS for results in found) else merged

    def _outcome(self, identifier: str) -> Outcome:
        if identifier not in self._done:
            self._done[identifier] = Outcome(frozenset(("success", "skipped")))  # a cycle stays unknown
            self._done[identifier] = self._play(self._jobs[identifier])
        return self._done[identifier]

    def _play(self, job: Job) -> Outcome:
        if self._is_absent(job):
            return Outcome(_ABSENT, (False,) * len(job.steps))
        runs = self._starts(job)
        if runs is False:
            return Outcome(frozenset(("skipped",)), (False,) * len(job.steps))
        perhaps = frozenset() if runs else frozenset(("skipped",))
        if any(self.denial.denies(gate) for gate in job.gates) or (
            "unknown" in self.denial.kinds and any(unknown.may_gate for unknown in job.unknowns)
        ):
            return Outcome(_failure(job) | perhaps, (False,) * len(job.steps))
        steps, failed = self._steps(job)
        results = {True: _failure(job), False: _SUCCESS, None: _failure(job) | _SUCCESS}[failed]
        return Outcome(results | perhaps, steps)

    def _is_absent(self, job: Job) -> bool:
        """Whether the platform decides before the run that this job is no part of it."""
        return any(self._holds(presence, job) is False for presence in job.presence)

    def _starts(self, job: Job) -> bool | None:
        around = self._around(job)
        if around is False:
            return False
        succeeded = _both(around, self._succeeded(job))
        if job.condition is None:
            return succeeded
        holds = _both(around, self._holds(job.condition, job))
        if job.condition.language != "azure" and not job.condition.checks_status:
            return _both(holds, succeeded)
        return holds

    def _around(self, job: Job) -> bool | None:
        """Whether the stage or call that a job stands inside runs."""
        found: bool | None = True
        for need in job.needs:
            if need.mode == "inside":
                results = self.group(need.job, frozenset(("skipped",)))
                found = _both(found, None if len(results) > 1 else "success" in results)
        return found

    def _holds(self, condition: Condition, job: Job) -> bool | None:
        holds = condition.holds(JobFacts(self, job))
        return (
            None
            if holds is False and not self.denial.conditions and not self._by_status(condition)
            else holds
        )

    def _by_status(self, condition: Condition) -> bool:
        return condition.checks_status and condition.holds(self._facts) is not False

    def _succeeded(self, job: Job) -> bool | None:
        """Whether everything before a job succeeded: all ancestors, as both platforms have it."""
        if job.id not in self._clean:
            self._clean[job.id] = None  # a cycle stays unknown
            found: bool | None = True
            for need in job.needs:
                if need.mode != "inside" and found is not False:
                    found = _both(found, self._passed(need.job))
                    for member in self.pipeline.groups.get(need.job, (need.job,)):
                        if member in self._jobs and found is not False:
                            found = _both(found, self._succeeded(self._jobs[member]))
            self._clean[job.id] = found
        return self._clean[job.id]

    def _passed(self, name: str) -> bool | None:
        """Whether a job or group lets what needs it go on."""
        results = self.group(name)
        if "success" in results:
            return True if results == _SUCCESS else None
        return False if self.denial.conditions or "failure" in results else None

    def gates_of(self, job: Job) -> list[Gate]:
        """The gates of a job that are there in this run: not those of a job that is absent, or of a step
        whose condition does not hold."""
        outcome = self._outcome(job.id)
        if outcome.results == _ABSENT:
            return []
        met = zip(job.steps, outcome.steps, strict=False)
        return [*job.gates, *(gate for step, runs in met if runs is not False for gate in step.gates)]

    def ancestors(self, job: Job) -> list[str]:
        """The names of all that a job needs, directly or not, nearest first."""
        seen: dict[str, None] = {}
        queue = deque([job])
        while queue:
            for need in queue.popleft().needs:
                if need.job not in seen and need.mode != "inside":
                    seen[need.job] = None
                    members = self.pipeline.groups.get(need.job, (need.job,))
                    queue += [self._jobs[member] for member in members if member in self._jobs]
        return list(seen)

    def _steps(self, job: Job) -> tuple[tuple[bool | None, ...], bool | None]:
        ran: list[bool | None] = []
        failed: bool | None = False
        for step in job.steps:
            runs = self._step_runs(step, job, failed)
            ran.append(runs)
            stops = runs is not False and not step.continues_on_error
            if stops and any(self.denial.denies(gate) for gate in step.gates):
                failed = True if runs else (failed or None)
        return tuple(ran), failed

    def _step_runs(self, step: Step, job: Job, failed: bool | None) -> bool | None:
        clean = None if failed is None else not failed
        if step.condition is None:
            return clean
        holds = step.condition.holds(JobFacts(self, job, failed))
        if holds is False and not self.denial.conditions:
            holds = None
        if step.condition.language != "azure" and not step.condition.checks_status:
            return _both(holds, clean)
        return holds


@dataclass(frozen=True, slots=True)
class JobFacts:
    """A run seen from one job, or from one step of it: the Context of its conditions."""

    run: Run
    job: Job
    failed: bool | None = False

    def name(self, path: str) -> Value:
        parts = path.split(".")
        if parts[0] in ("needs", "dependencies", "stageDependencies") and len(parts) >= 3:
            if parts[-1] != "result":
                return UNKNOWN
            prefix = self.job.id.rpartition(" / ")[0]
            name = parts[1] if parts[0] != "stageDependencies" or len(parts) == 3 else ".".join(parts[1:3])
            for candidate in (f"{prefix} / {name}" if prefix else name, self._stage(name), name):
                if candidate in self.run.pipeline.groups:
                    return self._result(self.run.group(candidate))
            return UNKNOWN
        return self.run._facts.name(path)

    def call(self, function: str, args: list[Value]) -> Value:
        if function == "always":
            return True
        if function in ("cancelled", "canceled"):
            return False
        if function == "succeededorfailed":
            return True
        if function in ("success", "succeeded"):
            return self._success([str(arg) for arg in args if arg is not UNKNOWN])
        if function in ("failure", "failed"):
            value = self._success([str(arg) for arg in args if arg is not UNKNOWN])
            return UNKNOWN if value is UNKNOWN else not value and self._failed()
        return UNKNOWN

    def person(self, path: str, literals: tuple[str, ...]) -> Value:
        return self.run._facts.person(path, literals)

    def _stage(self, name: str) -> str:
        return f"{self.job.id.partition('.')[0]}.{name}"

    def _known(self, name: str) -> str:
        return self._stage(name) if self._stage(name) in self.run.pipeline.groups else name

    def _success(self, names: list[str]) -> Value:
        if self.failed is not False:
            return UNKNOWN if self.failed is None else False
        if names:
            known = [self._result(self.run.group(self._known(name))) for name in names]
            return (
                UNKNOWN if UNKNOWN in known else all(str(item).lower().startswith("succe") for item in known)
            )
        value = self.run._succeeded(self.job)
        return UNKNOWN if value is None else value

    def _failed(self) -> bool:
        if self.failed:
            return True
        return any("failure" in self.run.group(name) for name in self.run.ancestors(self.job))

    def _result(self, results: Results) -> Value:
        if len(results) != 1:
            return UNKNOWN
        (only,) = results
        return _AZURE[only] if self.run.pipeline.platform == "azure-pipelines" else only


def _failure(job: Job) -> Results:
    """What a failed job counts as. Nothing forgives the refusal of an environment: the job never began."""
    forgiven = job.continues_on_error and not any(gate.kind == "environment" for gate in job.gates)
    return _SUCCESS if forgiven else frozenset(("failure",))


def _both(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True
