"""Jobs and steps that take production back to what was there before, which has to be quick."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mlscan.promotion.conditions import Condition
from mlscan.promotion.expressions import UNKNOWN, Value
from mlscan.promotion.graph import Job, Step

_BACK = ("rollback", "roll_back", "roll-back", "roll back", "revert", "restore")
_FAILED = frozenset(("failure", "failed"))


def goes_back(names: Iterable[str]) -> bool:
    """Whether a name says that production is taken back to what was there before."""
    return any(word in name.lower() for name in names for word in _BACK)


def takes_back(job: Job, step: Step) -> bool:
    """Whether a step runs only after something failed, and is called a way back, as its job may be."""
    stages = (fact.value for fact in job.facts if fact.kind == "stage")
    return (_after_failure(job.condition) and goes_back((job.id, job.title, *stages))) or (
        _after_failure(step.condition) and goes_back((step.name,))
    )


def _after_failure(condition: Condition | None) -> bool:
    return condition is not None and condition.holds(_Clean()) is False


@dataclass(frozen=True, slots=True)
class _Clean:
    """A run of which only this is known: nothing has failed."""

    def name(self, path: str) -> Value:
        return "success" if path.lower().endswith((".result", ".outcome", ".conclusion")) else UNKNOWN

    def call(self, function: str, args: list[Value]) -> Value:
        return False if function in _FAILED else UNKNOWN

    def person(self, path: str, literals: tuple[str, ...]) -> Value:
        return UNKNOWN
