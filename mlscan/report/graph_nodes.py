"""A picture of one pipeline as boxes and arrows, for every format that draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from mlscan.picture import GateShown, JobShown, PipelineShown, Standing, WayShown
from mlscan.report.graph_words import gate, target, verdict
from mlscan.report.visible import one_line

_STARTS = 3
_LONGEST = 42


@dataclass(frozen=True, slots=True)
class Box:
    """`kind` is `start`, `job`, `gate` or `target`; `title` and `detail` are one line each."""

    id: int
    kind: str
    title: str
    detail: str = ""
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """From box to box by id. One with a standing leads to a target; `around` goes past an open gate."""

    source: int
    target: int
    standing: Standing | None = None
    around: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """The boxes and arrows of one pipeline."""

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def drawing(pipeline: PipelineShown) -> Drawing:
    """Start, gates, jobs and targets of a pipeline, jobs in the order of the file."""
    return _Draughtsman(pipeline).drawing()


class _Draughtsman:
    def __init__(self, pipeline: PipelineShown) -> None:
        self._pipeline = pipeline
        self._boxes: list[Box] = []
        self._arrows: list[Arrow] = []
        self._targets: dict[tuple[str, str], int] = {}

    def drawing(self) -> Drawing:
        starts = self._pipeline.starts
        more = f" +{len(starts) - _STARTS}" if len(starts) > _STARTS else ""
        start = self._box("start", f"{', '.join(starts[:_STARTS])}{more}" or "never started")
        # An entry is where arrows to a job end: its first gate, or the job itself.
        entries = {job.id: self._job(job) for job in self._pipeline.jobs}
        for job in self._pipeline.jobs:
            entry, around, _ = entries[job.id]
            for source in [entries[name][2] for name in job.needs if name in entries] or [start]:
                self._arrows.append(Arrow(source, entry))
                if around is not None:
                    self._arrows.append(Arrow(source, around, Standing.OPEN, around=True))
        template = ", template" if self._pipeline.template else ""
        title = f"{one_line(self._pipeline.path)} ({self._pipeline.platform}{template})"
        return Drawing(title, tuple(self._boxes), tuple(dict.fromkeys(self._arrows)))

    def _job(self, job: JobShown) -> tuple[int, int | None, int]:
        """(where arrows to it end, where arrows past open gates end, where arrows from it start)."""
        gates = [shown for shown in job.gates if shown.standing is not Standing.HARMLESS]
        before = [self._gate(shown) for shown in gates]
        middle = self._box("job", job.title, ", ".join(job.actions))
        for source, after in pairwise((*before, middle)):
            self._arrows.append(Arrow(source, after))
        last = middle
        for shown in job.inner:
            inner = self._gate(shown)
            self._arrows.append(Arrow(last, inner))
            last = inner
        for shown in job.late:
            self._arrows.append(Arrow(middle, self._gate(shown)))
        for way in job.ways:
            self._arrows.append(Arrow(last, self._target(way), way.standing))
        opened = bool(before) and all(shown.standing is Standing.OPEN for shown in gates)
        return (before[0] if before else middle), (middle if opened else None), last

    def _gate(self, shown: GateShown) -> int:
        kind, _, name = gate(shown).partition(shown.name) if shown.name else (gate(shown), "", "")
        return self._box("gate", shown.name or kind, kind.strip() + name, shown.standing)

    def _target(self, way: WayShown) -> int:
        key = (target(way), way.verdict)
        if key not in self._targets:
            self._targets[key] = self._box("target", key[0], verdict(way), way.standing)
        return self._targets[key]

    def _box(self, kind: str, title: str, detail: str = "", standing: Standing | None = None) -> int:
        self._boxes.append(Box(len(self._boxes), kind, _short(title), _short(detail), standing))
        return len(self._boxes) - 1


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def drawings(pipelines: tuple[PipelineShown, ...]) -> Iterator[Drawing]:
    """The drawing of every pipeline, in order."""
    return (drawing(pipeline) for pipeline in pipelines)
