"""`mlscan diff`: what a change does to the ways to production."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mlscan.cli import options
from mlscan.report.formats import NAMES

if TYPE_CHECKING:
    from mlscan.compare import State

_EPILOG = """\b
Examples:
  mlscan diff main                 what the work tree does to the gates of main
  mlscan diff origin/main HEAD     what a branch does, compared with where it left main
  mlscan diff v1.0 v2.0 --format sarif -o diff.sarif

\b
Reported are: a gate that is gone or weaker, a trigger that leads past one, a new way to a target with
nobody who approves. Nothing is checked out. BASE is taken where both histories parted, as
`git diff BASE...HEAD` does.

\b
Exit codes:
  0  nothing is worse (or --exit-zero)
  1  a way to production was opened
  2  wrong usage, configuration or revision
"""


@click.command(epilog=_EPILOG, short_help="Report what a change opens on the way to production.")
@click.argument("base")
@click.argument("head", required=False)
@click.option("--format", "format_name", type=click.Choice(NAMES), default="text", help="How to report.")
@click.option("-o", "--output", metavar="FILE", help="Write the report to FILE instead of stdout.")
@options.exclude
@click.option("--root", metavar="DIR", help="The repository.  [default: the one around the current folder]")
@options.config
@options.no_config
@click.option("--exit-zero", is_flag=True, help="Exit 0 also if something is worse.")
@options.color
def diff(
    base: str,
    head: str | None,
    format_name: str,
    output: str | None,
    exclude: tuple[str, ...],
    root: str | None,
    config: str | None,
    no_config: bool,
    exit_zero: bool,
    color: str,
) -> int:
    """Report what a change from BASE to HEAD (default: the work tree) opens on the way to production."""
    from contextlib import ExitStack

    from mlscan.catalog.load import load_catalog
    from mlscan.cli.check import graph_config, request_of
    from mlscan.cli.output import tell, to_file, wants_colour
    from mlscan.compare import State, compare, work_tree
    from mlscan.report.formats import renderer
    from mlscan.report.palette import Palette
    from mlscan.report.style import Style
    from mlscan.sources.revision import Revision, commit_of, merge_base
    from mlscan.sources.tree import root_of

    request = request_of((), root, None)
    settled = graph_config(request, config, no_config, exclude)
    folder = root_of(request)
    parted = merge_base(folder, commit_of(folder, base), commit_of(folder, head or "HEAD"))
    with ExitStack() as stack:

        def revision(name: str) -> State:
            found = stack.enter_context(Revision(folder, name, settled.max_file_size))
            return State(found.sources(), found.read)

        after = revision(head) if head is not None else work_tree(folder, settled)
        found = compare(revision(parted), after, load_catalog(settled.rules), settled)
    to_terminal = output in (None, "-")
    style = Style(Palette(wants_colour(color) and to_terminal), tell=tell)
    text = renderer(format_name)(found.report, style)
    if format_name == "text" and found.better:
        text += "\n" + "".join(f"better: {line}\n" for line in found.better)
    to_file(text, output or "-")
    return int(bool(found.report.active) and not exit_zero)
