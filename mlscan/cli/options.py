"""Options that more than one command has, each with one wording."""

from __future__ import annotations

import click


def names(_context: click.Context, _parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Names from a repeated option whose values may hold several, separated by commas."""
    return tuple(name.strip() for part in value for name in part.split(",") if name.strip())


config = click.option("--config", metavar="FILE", help="Read configuration from FILE.")
no_config = click.option("--no-config", is_flag=True, help="Read no configuration.")
exclude = click.option(
    "--exclude", multiple=True, metavar="GLOB", callback=names, help="Leave out files matching a pattern."
)
staged = click.option(
    "--staged",
    is_flag=True,
    help="Look at what git is about to commit, as the index holds it, and not at the work tree.",
)
fail_on = click.option(
    "--fail-on",
    type=click.Choice(["note", "warning", "error"]),
    help="Exit 1 only for findings at least that severe.  [default: note]",
)
strict = click.option(
    "--strict/--no-strict", default=None, help="Exit 2 if a file could not be read or parsed."
)
color = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour on stdout.  [default: auto]",
)
