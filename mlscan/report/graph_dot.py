"""The graph in the DOT language, for Graphviz and everything that reads it."""

from __future__ import annotations

from mlscan.picture import Picture, Standing
from mlscan.report.graph_nodes import Box, drawings

_SHAPES = {"start": "oval", "job": "box", "gate": "hexagon", "target": "cylinder"}
_COLOURS = {
    Standing.OPEN: "#d1242f",
    Standing.DOUBTFUL: "#bf8700",
    Standing.UNVERIFIED: "#0969da",
    Standing.GUARDED: "#1a7f37",
    Standing.HARMLESS: "#8c959f",
}


def render(picture: Picture) -> str:
    """One digraph with a cluster for each pipeline."""
    lines = ["digraph promotion {", "  rankdir=LR;", '  node [fontname="sans-serif", fontsize=11];']
    for number, drawn in enumerate(drawings(picture.pipelines), 1):
        lines += [f"  subgraph cluster_{number} {{", f"    label={_quoted(drawn.title)};"]
        lines += [f"    {_box(number, box)};" for box in drawn.boxes]
        for arrow in drawn.arrows:
            style = [] if arrow.standing is None else [f'color="{_COLOURS[arrow.standing]}"', "penwidth=2"]
            style += ["style=dashed"] if arrow.around else []
            suffix = f" [{', '.join(style)}]" if style else ""
            lines.append(f"    p{number}n{arrow.source} -> p{number}n{arrow.target}{suffix};")
        lines.append("  }")
    return "\n".join([*lines, "}"]) + "\n"


def _box(number: int, box: Box) -> str:
    label = _quoted(f"{box.title}\n{box.detail}" if box.detail else box.title)
    colour = f', color="{_COLOURS[box.standing]}", penwidth=2' if box.standing is not None else ""
    return f"p{number}n{box.id} [label={label}, shape={_SHAPES[box.kind]}{colour}]"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
