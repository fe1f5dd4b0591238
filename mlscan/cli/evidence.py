"""`mlscan evidence`: what a repository can show for each release to production."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mlscan.cli import options

if TYPE_CHECKING:
    from mlscan.pack import Pack

_EPILOG = """\b
Examples:
  mlscan evidence                            the current repository, for a terminal
  mlscan evidence --format markdown -o evidence.md
  mlscan evidence --git                      with who changed pipeline and training last

\b
Grades:
  present    it is there; nothing shows that a release uses it
  exercised  the pipeline runs it before the deploy, and its result is used
  bound      it names the version, digest or commit that is deployed

\b
What a release has to show is set in the configuration:
  [policy]
  risk = "medium"
  [policy.targets."churn-prod"]
  risk = "high"
  [policy.required]
  high = ["lineage", "evaluation", "fairness", "model-card", "approval", "rollback"]
"""
_FORMATS = ("text", "json", "markdown")


@click.command(epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--format", "format_name", type=click.Choice(_FORMATS), default="text", help="How to write it.")
@click.option("-o", "--output", metavar="FILE", help="Write to FILE instead of stdout.")
@click.option("--git", "ask_git", is_flag=True, help="Ask git who changed pipeline and training last.")
@options.exclude
@options.config
@options.no_config
@options.root
@options.color
def evidence(
    paths: tuple[str, ...],
    format_name: str,
    output: str | None,
    ask_git: bool,
    exclude: tuple[str, ...],
    config: str | None,
    no_config: bool,
    root: str | None,
    color: str,
) -> int:
    """Show the evidence behind each release to production, and what is missing."""
    from mlscan.catalog.load import load_catalog
    from mlscan.cli.check import graph_config, request_of
    from mlscan.cli.output import tell, to_file, wants_colour
    from mlscan.scan import release_evidence

    request = request_of(paths, root, None)
    settled = graph_config(request, config, no_config, exclude)
    found, notes = release_evidence(request, load_catalog(settled.rules), settled, ask_git)
    to_file(_written(found, format_name, wants_colour(color) and output in (None, "-")), output or "-")
    for note in notes:
        tell(f"{note.path}: {note.message}")
    return 0


def _written(pack: Pack, format_name: str, coloured: bool) -> str:
    if format_name == "json":
        from mlscan.report.pack_json import render as as_json

        return as_json(pack)
    if format_name == "markdown":
        from mlscan.report.pack_markdown import render as markdown

        return markdown(pack)
    from mlscan.report.pack_text import render as text
    from mlscan.report.palette import Palette

    return text(pack, Palette(coloured))
