"""The graph as an indented tree for a terminal: trigger, jobs in order, gates, targets with their verdict."""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.picture import GateShown, JobShown, Picture, PipelineShown, WayShown
from mlscan.report.graph_words import MARKS, ROLES, gate, target, totals, verdict
from mlscan.report.palette import Palette
from mlscan.report.visible import one_line

_STARTS = 4


def render(picture: Picture, palette: Palette) -> str:
    """One tree for each pipeline, then the totals."""
    trees = ["\n".join(_Tree(pipeline, palette).lines()) for pipeline in picture.pipelines]
    return "\n\n".join([*trees, totals(picture)]) + "\n"


class _Tree:
    """One pipeline. A job stands below the last of those it needs; the others are named beside it."""

    def __init__(self, pipeline: PipelineShown, palette: Palette) -> None:
        self._pipeline = pipeline
        self._palette = palette
        order = {job.id: number for number, job in enumerate(pipeline.jobs)}
        self._titles = {job.id: job.title for job in pipeline.jobs}
        self._below: dict[str, list[JobShown]] = {}
        for job in pipeline.jobs:
            parent = max(job.needs, key=lambda name: order[name], default="")
            self._below.setdefault(parent, []).append(job)

    def lines(self) -> Iterator[str]:
        pipeline, palette = self._pipeline, self._palette
        template = ", template" if pipeline.template else ""
        yield f"{palette.paint(one_line(pipeline.path), 'strong')} ({pipeline.platform}{template})"
        starts = ", ".join(pipeline.starts[:_STARTS]) or "nothing"
        more = f" and {len(pipeline.starts) - _STARTS} more" if len(pipeline.starts) > _STARTS else ""
        yield f"  on {one_line(starts)}{more}"
        yield from self._children("", "  ")

    def _children(self, parent: str, indent: str) -> Iterator[str]:
        jobs = self._below.get(parent, [])
        for number, job in enumerate(jobs, 1):
            last = number == len(jobs)
            yield from self._job(
                job, f"{indent}{'└─ ' if last else '├─ '}", f"{indent}{'   ' if last else '│  '}"
            )

    def _job(self, job: JobShown, head: str, indent: str) -> Iterator[str]:
        others = [self._titles[name] for name in job.needs if name in self._titles]
        doing = f"  [{', '.join(job.actions)}]" if job.actions else ""
        beside = f"  (needs {one_line(', '.join(others))})" if len(others) > 1 else ""
        yield f"{head}{self._strong(job.title)}{doing}{beside}"
        below = bool(self._below.get(job.id))
        stem = "│  " if below else "   "
        for shown in (*job.gates, *job.inner):
            yield f"{indent}{stem}{self._gate(shown)}"
        for way in job.ways:
            yield f"{indent}{stem}{self._way(way)}"
        for shown in job.late:
            yield f"{indent}{stem}{self._gate(shown)}, after the deploy"
        yield from self._children(job.id, indent)

    def _strong(self, text: str) -> str:
        return self._palette.paint(one_line(text), "strong")

    def _gate(self, shown: GateShown) -> str:
        mark = f"{MARKS[shown.standing]} gate: {one_line(gate(shown))}"
        return f"{self._palette.paint(mark, ROLES[shown.standing])}  line {shown.place.region.start_line}"

    def _way(self, way: WayShown) -> str:
        said = self._palette.paint(verdict(way), ROLES[way.standing])
        started = f", on {way.started}" if way.started else ""
        return f"─▶ {one_line(target(way))}  {said}  {one_line(way.action)}{one_line(started)}  {way.place}"
