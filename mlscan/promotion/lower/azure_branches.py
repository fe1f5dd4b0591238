"""Pipelines of Azure whose variables are others on another branch: each branch is a reading of its own.

`${{ if eq(variables['Build.SourceBranchName'], 'main') }}` over a template of variables is decided before the
run. https://learn.microsoft.com/en-us/azure/devops/pipelines/process/template-expressions#conditional-insertion
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from mlscan.documents.yaml import Node
from mlscan.promotion.conditions import Condition
from mlscan.promotion.expressions import UNKNOWN, Value
from mlscan.promotion.graph import Job
from mlscan.promotion.lower.azure_expand import unfold
from mlscan.promotion.lower.azure_spot import Spot
from mlscan.promotion.scope import NO_FACTS

_BRANCH = re.compile(r"Build\.SourceBranch(?:Name)?\b", re.IGNORECASE)
_TEXT = re.compile(r"'(?:refs/heads/)?([\w./-]{1,100})'")
_OTHER = "feature/x"
_MOST = 4


def readings(node: Node | None, spot: Spot) -> list[Spot]:
    """The spot with its variables. Where those of one branch name production and those of another do not,
    one spot for each, present only on its branches, the one of production first."""
    conditions = list(dict.fromkeys(_conditions(node, spot)))
    found: dict[tuple[bool | None, ...], Spot] = {}
    for branch in _branches(conditions):
        known = OnBranch(branch)
        decided = tuple(condition.holds(known) for condition in conditions)
        if decided not in found and len(found) < _MOST:
            read = replace(spot, known=known).with_variables(node)
            found[decided] = replace(read, known=NO_FACTS, presence=_presence(spot, conditions, decided))
    apart = {decided: _names_production(read, spot) for decided, read in found.items()}
    if len(set(apart.values())) < 2:
        return [spot.with_variables(node)]
    return [found[decided] for decided in sorted(found, key=lambda one: not apart[one])]


def renamed(job: Job, names: Mapping[str, str]) -> Job:
    """The job of a reading under a name that no other has. What it needs keeps its own, but for the stage it
    stands inside: of two readings only one is there."""
    needs = tuple(
        replace(need, job=names.get(need.job, need.job)) if need.mode == "inside" else need
        for need in job.needs
    )
    return replace(job, id=names[job.id], needs=needs)


def _conditions(node: Node | None, spot: Spot) -> Iterator[Condition]:
    """What decides by the branch about variables of a list."""
    for _, where in unfold(node, spot, "variables"):
        for condition in where.presence:
            if _BRANCH.search(condition.text) and condition not in spot.presence:
                yield replace(condition, negated=False)


def _branches(conditions: list[Condition]) -> list[str]:
    named = (match[1] for condition in conditions for match in _TEXT.finditer(condition.text))
    return list(dict.fromkeys(("main", *named, _OTHER))) if conditions else []


def _presence(
    spot: Spot, conditions: list[Condition], decided: tuple[bool | None, ...]
) -> tuple[Condition, ...]:
    pairs = zip(conditions, decided, strict=True)
    told = (replace(one, negated=not holds) for one, holds in pairs if holds is not None)
    return (*spot.presence, *told)


def _names_production(read: Spot, before: Spot) -> bool:
    judge = read.context.recogniser.judge
    return any(judge.names(fact.value) == "prod" for fact in read.facts if fact not in before.facts)


@dataclass(frozen=True, slots=True)
class OnBranch:
    """A run of which only the branch is known, as the Context of conditions."""

    branch: str

    def name(self, path: str) -> Value:
        lower = path.lower()
        if lower == "variables.build.sourcebranch":
            return f"refs/heads/{self.branch}"
        return self.branch.rpartition("/")[2] if lower == "variables.build.sourcebranchname" else UNKNOWN

    def call(self, function: str, args: list[Value]) -> Value:
        return UNKNOWN

    def person(self, path: str, literals: tuple[str, ...]) -> Value:
        return UNKNOWN
