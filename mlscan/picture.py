"""What a picture of the promotion graph shows: plain words and places, nothing a renderer has to judge.

Only what leads to a deploy is in it. Nothing in this module imports more of mlscan than `model`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mlscan.model import Place


class Standing(str, Enum):
    """What a gate is worth, or what a way to a target amounts to."""

    OPEN = "open"
    DOUBTFUL = "doubtful"
    UNVERIFIED = "unverified"
    GUARDED = "guarded"
    HARMLESS = "harmless"


@dataclass(frozen=True, slots=True)
class GateShown:
    """`kind` is a word of the graph's gates; an open one stops nothing."""

    kind: str
    name: str
    standing: Standing
    place: Place


@dataclass(frozen=True, slots=True)
class WayShown:
    """One deploy of a job. `verdict` is the verdict's own word, `started` what starts the worst scenario."""

    action: str
    target: str
    environment: str
    verdict: str
    standing: Standing
    started: str
    place: Place
    gates: tuple[GateShown, ...] = ()


@dataclass(frozen=True, slots=True)
class JobShown:
    """A job that deploys or stands before one. `needs` are ids of other jobs shown, `gates` stand before it,
    `inner` between its steps and what it deploys, `late` only behind that."""

    id: str
    title: str
    place: Place
    actions: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    gates: tuple[GateShown, ...] = ()
    inner: tuple[GateShown, ...] = ()
    late: tuple[GateShown, ...] = ()
    ways: tuple[WayShown, ...] = ()


@dataclass(frozen=True, slots=True)
class PipelineShown:
    """One entry file; `starts` are what starts it, in words."""

    path: str
    platform: str
    starts: tuple[str, ...]
    jobs: tuple[JobShown, ...]
    template: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """The pipelines that deploy, by path; `silent` counts those that do not."""

    pipelines: tuple[PipelineShown, ...] = ()
    silent: int = 0

    @property
    def ways(self) -> tuple[WayShown, ...]:
        return tuple(way for pipeline in self.pipelines for job in pipeline.jobs for way in job.ways)
