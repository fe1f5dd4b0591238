"""A deploy with what is proven about it under every scenario, and the others it can be compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from mlscan.model import Confidence, Place
from mlscan.promotion.deploys import Deploy
from mlscan.promotion.graph import Graph, Job
from mlscan.promotion.production import Judge
from mlscan.promotion.verdicts import Verdict, assessments


@dataclass(frozen=True)
class Case:
    """One deploy; `verdicts` under all scenarios that reach it, worst first."""

    verdicts: tuple[Verdict, ...]

    @property
    def worst(self) -> Verdict:
        return self.verdicts[0]

    @property
    def deploy(self) -> Deploy:
        return self.worst.deploy

    @property
    def job(self) -> Job:
        return self.deploy.job

    @property
    def automatic(self) -> bool:
        """Whether the worst of its scenarios starts without anybody."""
        return self.worst.scenario is not None and self.worst.scenario.automatic


@dataclass(frozen=True)
class World:
    """Everything a rule may compare a case with."""

    graph: Graph
    cases: tuple[Case, ...]

    @classmethod
    def of(cls, graph: Graph) -> World:
        return cls(graph, tuple(Case(found) for found in assessments(graph)))

    @cached_property
    def judge(self) -> Judge:
        return Judge(self.graph.environments)

    @cached_property
    def by_job(self) -> dict[tuple[str, str], list[Case]]:
        """The cases of every job, by path of its pipeline and id."""
        found: dict[tuple[str, str], list[Case]] = {}
        for case in self.cases:
            found.setdefault((case.deploy.pipeline.path, case.job.id), []).append(case)
        return found

    def of_job(self, case: Case) -> list[Case]:
        """The cases of the job a case stands in, itself among them."""
        return self.by_job[(case.deploy.pipeline.path, case.job.id)]


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule says about a case. `aside` says the same in a few words, for the evidence of a rule that
    takes precedence. The place is the deploy's own, unless `place` says otherwise; so is the flow."""

    rule: str
    case: Case
    verdict: Verdict
    message: str
    confidence: Confidence
    aside: str = ""
    place: Place | None = None
    flow: tuple[Place, ...] = ()
    related: tuple[Place, ...] = ()
    fix: str = ""


Check = Callable[[Case, World], Iterator[Found]]


def places(found: Iterable[Place]) -> tuple[Place, ...]:
    """Places without repetitions of the same region."""
    return tuple({(place.path, place.region): place for place in found}.values())
