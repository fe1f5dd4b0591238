"""The verdict on every deploy in every scenario: is there a way to production without a human gate?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import chain

from mlscan.model import Place
from mlscan.promotion.deploys import Deploy, deploys
from mlscan.promotion.dominance import Denial, Run
from mlscan.promotion.graph import Gate, Graph, TriggerKind
from mlscan.promotion.paths import path_to
from mlscan.promotion.production import Judge
from mlscan.promotion.scenarios import Scenario


class Kind(str, Enum):
    """What is proven, worst first; see `Verdict`."""

    UNGATED = "ungated"
    GATE_VOID = "gate-void"
    UNGATED_DYNAMIC = "ungated-dynamic"
    UNGATED_IMPLICIT = "ungated-implicit"
    UNGATED_MANUAL = "ungated-manual"
    GATE_UNVERIFIED = "gate-unverified"
    GATE_WEAK = "gate-weak"
    GATED = "gated"
    NO_PROD = "no-prod"


UNGATED = frozenset((Kind.UNGATED, Kind.UNGATED_DYNAMIC, Kind.UNGATED_IMPLICIT, Kind.UNGATED_MANUAL))
OPEN = UNGATED | {Kind.GATE_VOID}
GUARDED = frozenset((Kind.GATED, Kind.GATE_WEAK, Kind.GATE_UNVERIFIED))
_ORDER = list(Kind)
_HOLE = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
# Gates that a verdict names: those nearest to the deploy.
_MOST = 20
_WEAK = ("authz", "click", "timer", "metric")
_LABELS = {
    Kind.GATE_UNVERIFIED: "server-side",
    Kind.GATE_WEAK: "gated",
    Kind.GATED: "gated",
    Kind.NO_PROD: "no-prod",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """`gates` are those that hold, or for `gate-void` those that do not."""

    kind: Kind
    deploy: Deploy
    scenario: Scenario | None
    gates: tuple[Gate, ...] = ()

    @property
    def path(self) -> tuple[Place, ...]:
        """The way from the trigger to the deploy, each place with a note."""
        return path_to(self.deploy, self.scenario)

    @property
    def label(self) -> str:
        """One of `ungated`, `server-side`, `gated`, `no-prod`: what nobody is asked about is ungated."""
        if self.deploy.action.kind == "approve":
            return "no-prod"  # it opens the way for a deploy, and is none
        if self.kind is Kind.GATE_WEAK and all(gate.kind in ("metric", "timer") for gate in self.gates):
            return "ungated"
        return _LABELS.get(self.kind, "ungated")


def verdicts(graph: Graph) -> Iterator[Verdict]:
    """The worst verdict on every deploy of a graph, in the order of the files."""
    for found in assessments(graph):
        yield found[0]


def assessments(graph: Graph) -> Iterator[tuple[Verdict, ...]]:
    """For every deploy of a graph its verdicts under all scenarios that reach it, worst first."""
    judge = Judge(graph.environments)
    for pipeline in graph.pipelines:
        played: dict[tuple[Scenario, str], Run] = {}
        for deploy in deploys(pipeline, judge):
            each = _decided(list(_each(deploy, judge, played)))
            yield tuple(sorted(each, key=lambda item: _ORDER.index(item.kind)))


def _each(deploy: Deploy, judge: Judge, played: dict[tuple[Scenario, str], Run]) -> Iterator[Verdict]:
    if deploy.target.environment == "nonprod":
        yield Verdict(Kind.NO_PROD, deploy, None)
        return
    reached = False
    for scenario in deploy.ways.scenarios:
        probe = _Probe(deploy, judge, scenario, played)
        if probe.open("none", frozenset()):
            reached = True
            yield _judge(probe)
    if not reached:
        yield _unreachable(deploy, judge, played)


def _decided(found: list[Verdict]) -> Iterator[Verdict]:
    """Without the choice of an input where the deploy is open, or guarded, with both of its values."""
    seen: dict[tuple[str, str], set[bool]] = {}
    for verdict in found:
        if verdict.scenario is not None and verdict.scenario.chosen is not None:
            key = (verdict.scenario.ref, verdict.scenario.chosen[0])
            seen.setdefault(key, set()).add(verdict.kind in OPEN)
    for verdict in found:
        scenario = verdict.scenario
        if scenario is None or scenario.chosen is None or len(seen[(scenario.ref, scenario.chosen[0])]) > 1:
            yield verdict
        else:
            yield replace(verdict, scenario=replace(scenario, chosen=None))


class _Probe:
    """Plays one scenario under several denials; runs are shared by all deploys of a pipeline."""

    def __init__(
        self, deploy: Deploy, judge: Judge, scenario: Scenario, played: dict[tuple[Scenario, str], Run],
        conditions: bool = True,
    ) -> None:  # fmt: skip
        self.deploy = deploy
        self.judge = judge
        self.scenario = scenario
        self._played = played
        self._conditions = conditions

    def open(self, name: str, kinds: frozenset[str]) -> bool:
        """Whether the deploy is reached with gates of these kinds denied."""
        key = (self.scenario, f"{name} {self._conditions}")
        if key not in self._played:
            denial = Denial(kinds, self.counts, self._conditions)
            self._played[key] = Run(self.deploy.pipeline, self.scenario, denial)
        return self._played[key].reaches(self.deploy.job.id, self.deploy.index)

    def counts(self, gate: Gate) -> bool:
        """The environment of a staging job is no gate before production. What an expression compares or falls
        back to is not the name of the environment it gives."""
        return gate.kind != "environment" or self.judge.names(_HOLE.sub(" ", gate.name)) != "nonprod"

    def gates(self, *kinds: str) -> tuple[Gate, ...]:
        """The gates of these kinds on the job and before it, the nearest of many."""
        run = self._played[(self.scenario, f"none {self._conditions}")]
        deploy = self.deploy
        own = [
            *deploy.job.gates,
            *(gate for step in deploy.job.steps[: deploy.index + 1] for gate in step.gates),
        ]
        found: dict[Gate, None] = {}
        gates = chain(own, (gate for job in deploy.ways.gated(deploy.job) for gate in run.gates_of(job)))
        for gate in gates:
            if gate.kind in kinds and self.counts(gate):
                found[gate] = None
                if len(found) == _MOST:
                    break
        return tuple(found)


def _judge(probe: _Probe) -> Verdict:
    deploy, scenario = probe.deploy, probe.scenario

    def verdict(kind: Kind, *gates: str) -> Verdict:
        return Verdict(kind, deploy, scenario, probe.gates(*gates) if gates else ())

    if not probe.open("human", frozenset(("human",))):
        return verdict(Kind.GATED, "human")
    if not probe.open("weak", frozenset(("human", *_WEAK))):
        return verdict(Kind.GATE_WEAK, *_WEAK)
    everything = frozenset(("human", "environment", *_WEAK))
    if not probe.open("environment", everything):
        return verdict(Kind.GATE_UNVERIFIED, "environment")
    if not probe.open("unknown", everything | {"unknown"}):
        return verdict(Kind.GATE_UNVERIFIED)
    if void := probe.gates("human", "environment", "void"):
        return Verdict(Kind.GATE_VOID, deploy, scenario, void)
    target = deploy.target.environment
    if target == "dynamic":
        return verdict(Kind.UNGATED_DYNAMIC)
    if not scenario.automatic:
        return verdict(Kind.UNGATED_MANUAL)
    return verdict(Kind.UNGATED_IMPLICIT if target == "implicit" else Kind.UNGATED)


def _unreachable(deploy: Deploy, judge: Judge, played: dict[tuple[Scenario, str], Run]) -> Verdict:
    """No scenario reaches it, as far as conditions are understood: only a gate is worth a word then."""
    for scenario in deploy.ways.scenarios:
        probe = _Probe(deploy, judge, scenario, played, conditions=False)
        if probe.open("none", frozenset()) and scenario.kind is not TriggerKind.CALL:
            found = _judge(probe)
            if found.kind in GUARDED:
                return found
    return Verdict(Kind.NO_PROD, deploy, None)
