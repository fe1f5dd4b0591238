"""The graph as a Mermaid flowchart, for pages that draw it themselves (GitHub, GitLab, many wikis)."""

from __future__ import annotations

from mlscan.picture import Picture, Standing
from mlscan.report.graph_nodes import Box, drawings

_SHAPES = {"start": ("([", "])"), "job": ("[", "]"), "gate": ("{{", "}}"), "target": ("[(", ")]")}
# Strokes only, so that the theme of the page decides about paper and ink.
_CLASSES = {
    Standing.OPEN: "stroke:#d1242f,stroke-width:3px",
    Standing.DOUBTFUL: "stroke:#bf8700,stroke-width:2px",
    Standing.UNVERIFIED: "stroke:#0969da,stroke-width:2px",
    Standing.GUARDED: "stroke:#1a7f37,stroke-width:2px",
    Standing.HARMLESS: "stroke:#8c959f,stroke-dasharray:4 3",
}


def render(picture: Picture) -> str:
    """One flowchart with a subgraph for each pipeline."""
    lines = ["flowchart LR"]
    styled: list[tuple[int, str]] = []
    arrows = 0
    for number, drawn in enumerate(drawings(picture.pipelines), 1):
        lines.append(f'  subgraph p{number}["{_escaped(drawn.title)}"]')
        lines += [f"    {_box(number, box)}" for box in drawn.boxes]
        for arrow in drawn.arrows:
            link = "-.->" if arrow.around else "==>" if arrow.standing else "-->"
            lines.append(f"    p{number}n{arrow.source} {link} p{number}n{arrow.target}")
            if arrow.standing is not None:
                styled.append((arrows, _CLASSES[arrow.standing].partition(",")[0]))
            arrows += 1
        lines.append("  end")
    lines += [f"  classDef {standing.value} {style}" for standing, style in _CLASSES.items()]
    lines += [f"  linkStyle {index} {style}" for index, style in styled]
    return "\n".join(lines) + "\n"


def _box(number: int, box: Box) -> str:
    opening, closing = _SHAPES[box.kind]
    label = _escaped(box.title) + (f"<br/>{_escaped(box.detail)}" if box.detail else "")
    classed = f":::{box.standing.value}" if box.standing is not None else ""
    return f'p{number}n{box.id}{opening}"{label}"{closing}{classed}'


def _escaped(text: str) -> str:
    """Mermaid's own entities for what would end or colour a label."""
    named = {'"': "#quot;", "<": "#lt;", ">": "#gt;", "#": "#35;", "&": "#amp;", "`": "#96;"}
    return "".join(named.get(letter, letter) for letter in text)
