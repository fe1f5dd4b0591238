"""The ways of a graph that lead to production, one release for each pipeline and target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlscan.promotion.deploys import MOST_RELEASES, Deploy
from mlscan.promotion.graph import Pipeline, Target
from mlscan.promotion.verdicts import Kind, Verdict

_ORDER = list(Kind)
_SURE = ("implicit", "dynamic", "prod")


@dataclass(frozen=True, slots=True)
class Release:
    """Deploys of one pipeline to one target, and all others of their jobs: `verdicts` are the worst on each,
    worst first. `target` is the surest of theirs."""

    target: Target
    verdicts: tuple[Verdict, ...]

    @property
    def worst(self) -> Verdict:
        return self.verdicts[0]

    @property
    def pipeline(self) -> Pipeline:
        return self.worst.deploy.pipeline

    @property
    def deploys(self) -> tuple[Deploy, ...]:
        return tuple(verdict.deploy for verdict in self.verdicts)

    @property
    def production(self) -> bool:
        """Whether the target is production by name, and not merely for all that is known."""
        return self.target.environment == "prod"

    @property
    def surest(self) -> Deploy:
        """The deploy that says most about where it goes; the first of several."""
        return max(self.deploys, key=lambda deploy: _surety(deploy.target))

    def names(self) -> Iterator[str]:
        """Everything the target is called."""
        for deploy in self.deploys:
            yield deploy.target.name
            for fact in deploy.target.evidence:
                yield fact.value


def releases(assessed: Iterable[tuple[Verdict, ...]]) -> tuple[Release, ...]:
    """The releases among the verdicts on all deploys, in the order of the files, some of a crowded file."""
    groups: list[list[Verdict]] = []
    by_key: dict[tuple[str, ...], list[Verdict]] = {}
    counts: dict[str, int] = {}
    for found in assessed:
        worst = found[0]
        if worst.kind is Kind.NO_PROD or worst.deploy.action.kind == "approve":
            continue
        keys = _keys(worst.deploy)
        path = worst.deploy.pipeline.path
        if not any(key in by_key for key in keys):
            counts[path] = counts.get(path, 0) + 1
        if counts.get(path, 0) > MOST_RELEASES:
            continue
        met = list({id(by_key[key]): by_key[key] for key in keys if key in by_key}.values())
        group = met[0] if met else []
        if not met:
            groups.append(group)
        for other in met[1:]:
            group += other
            groups = [one for one in groups if one is not other]
            by_key |= {key: group for key, value in by_key.items() if value is other}
        group.append(worst)
        by_key |= dict.fromkeys(keys, group)
    return tuple(
        Release(max((verdict.deploy.target for verdict in group), key=_surety), _worst_first(group))
        for group in groups
    )


def _keys(deploy: Deploy) -> tuple[tuple[str, ...], ...]:
    """What ties deploys together: the job, and the target where it has a name."""
    path = f"{deploy.pipeline.path}:{deploy.pipeline.place.region.start_line}"
    job = (path, "job", deploy.job.id)
    if deploy.target.environment == "implicit":
        return (job, (path, "implicit"))
    return (job, (path, "target", deploy.target.name.lower()))


def _surety(target: Target) -> tuple[int, bool]:
    return _SURE.index(target.environment) if target.environment in _SURE else 0, target.strong


def _worst_first(group: list[Verdict]) -> tuple[Verdict, ...]:
    return tuple(sorted(group, key=lambda verdict: _ORDER.index(verdict.kind)))
