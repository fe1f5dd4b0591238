"""The ways to production: a drawing of every pipeline that reaches it, worst first, and its deploys."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from mlscan.picture import Picture, PipelineShown, Standing, WayShown

_ORDER = (Standing.OPEN, Standing.DOUBTFUL, Standing.UNVERIFIED, Standing.GUARDED)
_OPEN = 6
_DRAWN = 60
_WAYS = 30
_WIDTH = re.compile(r'width="(\d+)"')
_WIDEST = 1_300
_BOXES = 160  # of a drawing; a larger one is told in words only

Draw = Callable[[PipelineShown], Markup]


@dataclass(frozen=True, slots=True)
class Way:
    """A pipeline: its drawing or, where nothing can draw it, its `tree`; `counts` of its ways by standing."""

    pipeline: PipelineShown
    drawing: Markup | None
    tree: str
    counts: tuple[tuple[Standing, int], ...]
    ways: tuple[tuple[str, WayShown], ...]
    unlisted: int

    @property
    def fits(self) -> bool:
        """Whether it can be shrunk to the width of a page and still be read."""
        found = _WIDTH.search(self.drawing or "")
        return found is not None and int(found[1]) <= _WIDEST

    @property
    def standing(self) -> Standing:
        return self.counts[0][0]


@dataclass(frozen=True, slots=True)
class Ways:
    """`harmless` pipelines deploy, and not to production; `left` are not on the page. `tips` is what all
    drawings share."""

    first: tuple[Way, ...]
    more: tuple[Way, ...]
    left: int
    harmless: int
    silent: int
    tips: Markup


def ways_view(picture: Picture) -> Ways:
    """The pipelines that reach production or may do so."""
    reaching = [(pipeline, counts) for pipeline in picture.pipelines if (counts := _counts(pipeline))]
    reaching.sort(key=lambda pair: (_ORDER.index(pair[1][0][0]), pair[0].template, pair[0].path))
    draw, tips = _draughtsman()
    shown = tuple(_way(pipeline, counts, draw) for pipeline, counts in reaching[:_DRAWN])
    return Ways(
        shown[:_OPEN],
        shown[_OPEN:],
        len(reaching) - len(shown),
        len(picture.pipelines) - len(reaching),
        picture.silent,
        tips,
    )


def _counts(pipeline: PipelineShown) -> tuple[tuple[Standing, int], ...]:
    ways = [way.standing for job in pipeline.jobs for way in job.ways]
    return tuple((standing, ways.count(standing)) for standing in _ORDER if standing in ways)


def _way(pipeline: PipelineShown, counts: tuple[tuple[Standing, int], ...], draw: Draw | None) -> Way:
    small = sum(1 + len(job.gates) + len(job.ways) for job in pipeline.jobs) <= _BOXES
    found = [
        (job.title, way) for job in pipeline.jobs for way in job.ways if way.standing is not Standing.HARMLESS
    ]
    found.sort(key=lambda pair: _ORDER.index(pair[1].standing))
    drawing = draw(pipeline) if draw is not None and small else None
    return Way(
        pipeline,
        drawing,
        "" if drawing is not None or not small else _tree(pipeline),
        counts,
        tuple(found[:_WAYS]),
        max(0, len(found) - _WAYS),
    )


def _tree(pipeline: PipelineShown) -> str:
    from mlscan.report.graph_text import render
    from mlscan.report.palette import Palette

    return render(Picture((pipeline,)), Palette()).rpartition("\n\n")[0]


def _draughtsman() -> tuple[Draw | None, Markup]:
    """What draws a pipeline; nothing where the extra `graph` is not installed."""
    try:
        import fast_sugiyama  # noqa: F401
    except ImportError:
        return None, Markup("")
    from mlscan.report.graph_nodes import drawing
    from mlscan.report.graph_svg import fragment, tips

    # Both escape every text that they put into an element.
    return (lambda pipeline: Markup(fragment(drawing(pipeline)))), Markup(tips())  # noqa: S704
