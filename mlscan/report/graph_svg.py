"""The graph as one SVG file that needs nothing else, in the colours of the reader's theme."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import pairwise

from mlscan.picture import Picture, Standing
from mlscan.report.graph_layout import LETTER, Drawn, Placed, Point, lay_out
from mlscan.report.graph_nodes import Drawing, drawings
from mlscan.report.graph_words import legend, totals

_MARGIN = 28
_EDGE = 3
_TITLE = 34
_BETWEEN = 44
_STYLE = """
:root{--paper:#fff;--ink:#1f2328;--soft:#59636e;--line:#8c959f;--card:#f6f8fa;--open:#d1242f;--doubtful:#9a6700;
--unverified:#0969da;--guarded:#1a7f37;--harmless:#818b98}
@media(prefers-color-scheme:dark){:root{--paper:#0d1117;--ink:#e6edf3;--soft:#9198a1;--line:#656c76;--card:#151b23;
--open:#ff7b72;--doubtful:#e3b341;--unverified:#58a6ff;--guarded:#56d364;--harmless:#7d8590}}
.paper{fill:var(--paper)}
text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:var(--ink)}
.head{font-size:14px;font-weight:600}.soft{fill:var(--soft)}.name{font-weight:600}
.box{fill:var(--card);stroke:var(--line);stroke-width:1.2}
.way{fill:none;stroke:var(--line);stroke-width:1.4}.tip{fill:var(--line)}
.band{stroke:var(--line);stroke-width:1;opacity:.4}
"""


def render(picture: Picture) -> str:
    """Every pipeline below the other, the legend on top."""
    bands = [lay_out(drawing) for drawing in drawings(picture.pipelines)]
    legend_width = sum(_sample(word) for _, word in legend())
    widest = max([legend_width, *(max(band.width, len(band.title) * 8.6) for band in bands)])
    width = widest + 2 * _MARGIN
    body = list(_legend(picture))
    top = _MARGIN + 70.0
    for band in bands:
        body.append(
            f'<line class="band" x1="{_MARGIN}" y1="{top:.0f}" x2="{width - _MARGIN:.0f}" y2="{top:.0f}"/>'
        )
        body.append(f'<text class="head" x="{_MARGIN}" y="{top + 24:.0f}">{escape(band.title)}</text>')
        body.append(f'<g transform="translate({_MARGIN},{top + _TITLE + 12:.0f})">')
        body += _band(band)
        body.append("</g>")
        top += _TITLE + 12 + band.height + _BETWEEN - 12
    height = top + _MARGIN - 20
    size = f"{width:.0f}", f"{height:.0f}"
    return "\n".join((*_head(*size), *body, "</svg>\n"))


def fragment(drawing: Drawing) -> str:
    """One pipeline as an `svg` element for a page that has the style and `tips` once for all."""
    band = lay_out(drawing)
    width, height = f"{band.width + 2 * _EDGE:.0f}", f"{band.height + 2 * _EDGE:.0f}"
    head = (
        f'<svg class="graph" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">'
        f"<title>{escape(band.title)}</title>"
    )
    return "\n".join((head, f'<g transform="translate({_EDGE},{_EDGE})">', *_band(band), "</g>", "</svg>"))


def tips() -> str:
    """The ends of the arrows, for `fragment`."""
    return f'<svg class="tips" width="0" height="0" aria-hidden="true"><defs>{"".join(_tips())}</defs></svg>'


def _head(width: str, height: str) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img">'
    )
    yield "<title>How models reach production</title>"
    yield f"<style>{_STYLE}{_standings()}</style>"
    yield '<rect class="paper" width="100%" height="100%"/>'
    yield f"<defs>{''.join(_tips())}</defs>"


def _standings() -> str:
    """Colours by standing: of an outline (`box`), a way, its tip, and a text."""
    return "".join(
        f".box.{name}{{stroke:var(--{name});stroke-width:2}}.way.{name}{{stroke:var(--{name});stroke-width:2.4}}"
        f".tip.{name},text.{name},.dot.{name}{{fill:var(--{name})}}\n"
        for name in (standing.value for standing in Standing)
    )


def _tips() -> Iterator[str]:
    for name in ("", *(standing.value for standing in Standing)):
        yield (
            f'<marker id="tip{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" '
            'markerUnits="userSpaceOnUse" orient="auto">'
            f'<path class="tip {name}" d="M0 0.5 8 4 0 7.5z"/></marker>'
        )


def _legend(picture: Picture) -> Iterator[str]:
    yield f'<text class="head" x="{_MARGIN}" y="{_MARGIN + 6}">How models reach production</text>'
    yield f'<text class="soft" x="{_MARGIN}" y="{_MARGIN + 28}">{escape(totals(picture))}</text>'
    left = float(_MARGIN)
    for standing, word in legend():
        yield f'<circle class="dot {standing.value}" cx="{left + 5:.0f}" cy="{_MARGIN + 48}" r="5"/>'
        yield f'<text class="soft" x="{left + 16:.0f}" y="{_MARGIN + 52}">{escape(word)}</text>'
        left += _sample(word)


def _sample(word: str) -> float:
    """The width of one entry of the legend."""
    return len(word) * LETTER + 44


def _band(band: Drawn) -> Iterator[str]:
    for arrow, points in band.curves:
        name = arrow.standing.value if arrow.standing is not None else ""
        dashed = ' stroke-dasharray="6 4"' if arrow.around else ""
        yield f'<path class="way {name}"{dashed} d="{_curve(points)}" marker-end="url(#tip{name})"/>'
    for placed in band.boxes:
        yield from _box(placed)


def _box(placed: Placed) -> Iterator[str]:
    box = placed.box
    left, top, width, height = placed.left, placed.top, placed.width, placed.height
    name = box.standing.value if box.standing is not None else ""
    if box.kind == "gate":
        cut = 10
        corners = (
            (left + cut, top), (left + width - cut, top), (left + width, top + height / 2),
            (left + width - cut, top + height), (left + cut, top + height), (left, top + height / 2),
        )  # fmt: skip
        shape = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
        yield f'<polygon class="box {name}" points="{shape}"/>'
    else:
        radius = {"start": height / 2, "target": 3}.get(box.kind, 8)
        yield (
            f'<rect class="box {name}" x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" '
            f'height="{height:.1f}" rx="{radius:.0f}"/>'
        )
    middle = left + width / 2
    upper = top + (18 if box.detail else 26)
    strong = "" if box.kind == "start" else "name"
    yield (
        f'<text class="{strong}" x="{middle:.1f}" y="{upper:.1f}" text-anchor="middle">'
        f"{escape(box.title)}</text>"
    )
    if box.detail:
        colour = name or "soft"
        yield (
            f'<text class="{colour}" x="{middle:.1f}" y="{top + 34:.1f}" text-anchor="middle">'
            f"{escape(box.detail)}</text>"
        )


def _curve(points: tuple[Point, ...]) -> str:
    """A path that leaves and arrives level at every point."""
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x1, y1), (x2, y2) in pairwise(points):
        bend = (x1 + x2) / 2
        parts.append(f"C{bend:.1f} {y1:.1f} {bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}")
    return "".join(parts)
