"""Where the boxes of a drawing stand: layers and crossings by fast-sugiyama, sizes by ours.

Coordinates are pixels of the picture, y downwards. The drawing runs from left to right, so that a layer of
the layout is a column here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlscan.report.graph_nodes import Arrow, Box, Drawing
from mlscan.report.visible import columns

if TYPE_CHECKING:
    from fast_sugiyama import Layouts

# The widest letter of the monospaced fonts asked for, at 12 pixels.
LETTER = 7.4
_PADDING = 26
_HEIGHT = 44
_ROW = 62
_GAP = 54

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Placed:
    """A box with its left upper corner and size."""

    box: Box
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawing laid out: `curves` are the points every arrow runs through, ends included."""

    title: str
    boxes: tuple[Placed, ...]
    curves: tuple[tuple[Arrow, tuple[Point, ...]], ...]
    width: float
    height: float


def lay_out(drawing: Drawing) -> Drawn:
    """The same drawing with a place for everything. Raises ImportError without fast-sugiyama."""
    from fast_sugiyama import from_edges

    edges = list(dict.fromkeys((arrow.source, arrow.target) for arrow in drawing.arrows))
    layouts = from_edges(edges, vertex_spacing=_ROW, dummy_vertices=True, dummy_size=0.5, check_layout=False)
    across, layers, hops = _read(layouts, len(drawing.boxes))
    widths: dict[int, float] = {}
    for box in drawing.boxes:
        layer = layers[box.id]
        widths[layer] = max(widths.get(layer, 0.0), _width(box))
    lefts: dict[int, float] = {}
    left = 0.0
    for layer in sorted(set(layers.values())):
        lefts[layer] = left
        left += widths.get(layer, 0.0) + _GAP
    placed = {
        box.id: Placed(box, lefts[layers[box.id]], across[box.id] - _HEIGHT / 2, _width(box), _HEIGHT)
        for box in drawing.boxes
    }
    curves = []
    for arrow in drawing.arrows:
        points: list[Point] = [_right(placed[arrow.source])]
        for dummy in hops.get((arrow.source, arrow.target), ()):
            start = lefts[layers[dummy]]
            points += [(start, across[dummy]), (start + widths.get(layers[dummy], 0.0), across[dummy])]
        curves.append((arrow, (*points, _left(placed[arrow.target]))))
    height = max((one.top + one.height for one in placed.values()), default=0.0)
    return Drawn(drawing.title, tuple(placed.values()), tuple(curves), left - _GAP, height)


def _read(
    layouts: Layouts, boxes: int
) -> tuple[dict[int, float], dict[int, int], dict[tuple[int, int], list[int]]]:
    """(position across, layer, and for each arrow the dummies it runs through) of all components."""
    across: dict[int, float] = {}
    layers: dict[int, int] = {}
    hops: dict[tuple[int, int], list[int]] = {}
    offset = _HEIGHT / 2
    for number, (positions, width, _, edges) in enumerate(layouts):
        heights = sorted({y for _, (_, y) in positions}, reverse=True)
        lowest = min(x for _, (x, _) in positions)
        for node, (x, y) in positions:
            across[_name(node, boxes, number)] = x - lowest + offset
            layers[_name(node, boxes, number)] = heights.index(y)
        after: dict[int, list[int]] = {}
        for source, target in edges or ():
            after.setdefault(_name(source, boxes, number), []).append(_name(target, boxes, number))
        for start in [node for node in after if node < boxes]:
            for first in after[start]:
                chain, end = [], first
                while end >= boxes:
                    chain.append(end)
                    end = after[end][0]
                hops[(start, end)] = chain
        offset += width + _ROW
    for box in range(boxes):  # one without arrows is in no layout
        if box not in across:
            across[box], layers[box] = offset, 0
            offset += _ROW
    return across, layers, hops


def _name(node: int | str, boxes: int, component: int) -> int:
    """A number for a node; dummies of two components may share theirs."""
    number = int(node)
    return number if number < boxes else number + component * 1_000_000


def _width(box: Box) -> float:
    return max(columns(box.title), columns(box.detail)) * LETTER + _PADDING


def _right(placed: Placed) -> Point:
    return placed.left + placed.width, placed.top + placed.height / 2


def _left(placed: Placed) -> Point:
    return placed.left, placed.top + placed.height / 2
