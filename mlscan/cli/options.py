"""Options that more than one command has, each with one wording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from mlscan.catalog.schema import Catalog
    from mlscan.config import Settings
    from mlscan.model import Rule


def names(_context: click.Context, _parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Names from a repeated option whose values may hold several, separated by commas."""
    return tuple(name.strip() for part in value for name in part.split(",") if name.strip())


def settings(given: dict[str, Any]) -> Settings:
    """What the command line says, by the names of its options; one that was not given says nothing."""
    from mlscan.config import Settings

    return Settings(**{name: value for name, value in given.items() if value not in (None, ())})


def known() -> tuple[Catalog, tuple[Rule, ...]]:
    """The catalogue with rules of the user's own, and every rule as the configuration here grades it."""
    from mlscan.catalog.load import load_catalog
    from mlscan.catalog.rulebook import graded, rules
    from mlscan.config import config_root, load_config

    settled = load_config(config_root((), None))
    catalog = load_catalog(settled.rules)
    return catalog, graded(rules(catalog), settled)


def rule_names(_context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """For a shell: ids of rules with their titles, after a comma too; for an option also families."""
    from mlscan.config import FAMILIES
    from mlscan.errors import UserError

    before, comma, word = incomplete.rpartition(",")
    try:
        _, rules = known()
    except UserError:
        return []
    families = FAMILIES if isinstance(parameter, click.Option) else ()
    found = [(name, f"every rule of the family {name}") for name in families]
    found += [(rule.id, rule.title) for rule in rules]
    return [
        CompletionItem(f"{before}{comma}{name}", help=text) for name, text in found if name.startswith(word)
    ]


select = click.option(
    "--select",
    multiple=True,
    metavar="NAMES",
    callback=names,
    shell_complete=rule_names,
    help="Only these rules or families.",
)
ignore = click.option(
    "--ignore",
    multiple=True,
    metavar="NAMES",
    callback=names,
    shell_complete=rule_names,
    help="Not these rules or families.",
)
min_severity = click.option(
    "--min-severity", type=click.Choice(["note", "warning", "error"]), help="Leave out less severe rules."
)
min_confidence = click.option(
    "--min-confidence", type=click.Choice(["low", "medium", "high"]), help="Leave out less certain findings."
)
allow_plugins = click.option(
    "--allow-plugins", is_flag=True, help="Run plugin code that the repository's configuration names."
)
root = click.option(
    "--root", metavar="DIR", help="Report paths relative to DIR.  [default: the git work tree]"
)
jobs = click.option(
    "--jobs", type=click.IntRange(min=0), metavar="N", help="Processes; 0 lets mlscan choose."
)
config = click.option("--config", metavar="FILE", help="Read configuration from FILE.")
no_config = click.option("--no-config", is_flag=True, help="Read no configuration.")
exclude = click.option(
    "--exclude",
    multiple=True,
    metavar="GLOB",
    callback=names,
    help="Leave out files matching a gitignore pattern.",
)
staged = click.option(
    "--staged",
    is_flag=True,
    help="Look at what git is about to commit, as the index holds it, and not at the work tree.",
)
max_file_seconds = click.option(
    "--max-file-seconds",
    type=click.IntRange(min=0),
    metavar="N",
    help="Search only the text of a file that takes longer, with a note; 0 waits.  [default: 30]",
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
baseline = click.option(
    "--baseline",
    metavar="FILE",
    help="Hold back what FILE knows: a baseline or report of mlscan, a .secrets.baseline, a .gitleaksignore "
    "or report of gitleaks.  [default: .mlscan-baseline.json at the root]",
)
no_baseline = click.option("--no-baseline", is_flag=True, help="Hold back nothing.")
