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
color = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour on stdout.  [default: auto]",
)
baseline = click.option(
    "--baseline",
    metavar="FILE",
    help="Hold back what FILE knows: a baseline or report of mlscan, a .secrets.baseline, a .gitleaksignore "
    "or report of gitleaks.  [default: .mlscan-baseline.json at the root]",
)
no_baseline = click.option("--no-baseline", is_flag=True, help="Hold back nothing.")
