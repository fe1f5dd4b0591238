"""`mlscan graph`: how models reach production, as a tree or a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mlscan.cli import options

if TYPE_CHECKING:
    from mlscan.picture import Picture

_EPILOG = """\b
Examples:
  mlscan graph                              the current folder, as a tree
  mlscan graph --format svg -o graph.svg    needs the extra: pip install 'mlscan[graph]'
  mlscan graph --format mermaid             for a README or a wiki page

\b
Marks:
  ✗  nothing and nobody stands before production, or the gate does not hold
  !  a gate that one person or a clock can open, or a target nothing names
  ?  an environment is named; whether anybody has to approve only the server knows
  ✓  a person has to approve
  ·  not production
"""
_FORMATS = ("text", "mermaid", "dot", "svg", "json")


@click.command(epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--format", "format_name", type=click.Choice(_FORMATS), default="text", help="How to draw.")
@click.option("-o", "--output", metavar="FILE", help="Write to FILE instead of stdout.")
@options.exclude
@options.config
@options.no_config
@options.root
@options.color
def graph(
    paths: tuple[str, ...],
    format_name: str,
    output: str | None,
    exclude: tuple[str, ...],
    config: str | None,
    no_config: bool,
    root: str | None,
    color: str,
) -> int:
    """Draw how models reach production: triggers, jobs, gates, targets."""
    from mlscan.catalog.load import load_catalog
    from mlscan.cli.check import graph_config, request_of
    from mlscan.cli.output import tell, to_file, wants_colour
    from mlscan.promotion.depict import depict
    from mlscan.scan import promotion_graph

    request = request_of(paths, root, None)
    settled = graph_config(request, config, no_config, exclude)
    found = promotion_graph(request, load_catalog(settled.rules), settled)
    coloured = wants_colour(color) and output in (None, "-")
    to_file(_drawn(depict(found), format_name, coloured), output or "-")
    for note in found.notes:
        tell(f"{note.path}: {note.message}")
    return 0


def _drawn(picture: Picture, format_name: str, coloured: bool) -> str:
    if format_name == "text":
        from mlscan.report.graph_text import render as text
        from mlscan.report.palette import Palette

        return text(picture, Palette(coloured))
    if format_name == "svg":
        from mlscan.errors import UserError
        from mlscan.report.graph_svg import render as svg

        try:
            return svg(picture)
        except ModuleNotFoundError as error:
            raise UserError(
                f"--format svg needs {error.name}: pip install 'mlscan[graph]' (Python 3.11 or newer), "
                "or take --format mermaid or dot"
            ) from None
    if format_name == "mermaid":
        from mlscan.report.graph_mermaid import render as mermaid

        return mermaid(picture)
    if format_name == "dot":
        from mlscan.report.graph_dot import render as dot

        return dot(picture)
    from mlscan.report.graph_json import render as as_json

    return as_json(picture)
