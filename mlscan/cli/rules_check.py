"""`mlscan rules check`: whether rules of one's own are read, and find what their examples say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mlscan.catalog.own import Own

_EPILOG = """\b
Examples:
  mlscan rules check                            the files that `rules` in mlscan.toml names
  mlscan rules check tools/mlscan/acme.yaml

\b
A file holds token formats of one vendor, calls of one SDK, or commands of one tool:
  vendor: Acme
  why: Whoever has the key reads every feature.
  fix: Revoke it in the console and read the new one from ACME_TOKEN.
  tokens:
    - id: acme-token
      title: Acme token
      pattern: 'acme_[a-z]{2}_[A-Za-z0-9]{32}'
      examples: ['ACME_TOKEN = "acme_eu_<alnum:32>"']
      counterexamples: ['ACME_TOKEN = "acme_eu_short"']
Each example has to be found, and no counterexample. <alnum:32> stands for 32 random letters and digits, so
that no secret has to stand in the file; <hex:n>, <digit:n>, <base64:n>, <uuid> and others are known too.

\b
Exit codes:
  0  nothing is wrong
  1  mistakes, each with file, line and column
  2  wrong usage or configuration
"""


@click.command("check", epilog=_EPILOG, short_help="Check rules of your own and their examples.")
@click.argument("files", nargs=-1, metavar="[FILES]...", type=click.Path())
def check_rules(files: tuple[str, ...]) -> int:
    """Check rules of your own (default: those that the configuration names) and try their examples."""
    from mlscan.catalog.load import load_catalog
    from mlscan.catalog.own import read
    from mlscan.cli.output import to_stdout
    from mlscan.config import config_root, load_config
    from mlscan.errors import UserError

    paths = files or load_config(config_root((), None)).rules
    if not paths:
        raise UserError("no rules: name files, or `rules` in mlscan.toml (`mlscan rules check --help`)")
    own = read([Path(path) for path in paths], load_catalog())
    mistakes = [str(error) for error in own.mistakes] or _rehearsed(own, tuple(paths))
    if mistakes:
        to_stdout("".join(f"{mistake}\n" for mistake in mistakes))
    counted = f"{len(paths)} file{'s' if len(paths) > 1 else ''}"
    click.echo(f"{counted}: {len(mistakes) or 'no'} mistake{'' if len(mistakes) == 1 else 's'}", err=True)
    return int(bool(mistakes))


def _rehearsed(own: Own, paths: tuple[str, ...]) -> list[str]:
    """What examples and counterexamples complain about, in files without a mistake."""
    from mlscan.analyse import Analyser
    from mlscan.catalog.load import load_catalog
    from mlscan.catalog.rulebook import rules
    from mlscan.rehearsal import Rehearsal

    catalog = load_catalog(paths)
    rehearsal = Rehearsal(catalog, Analyser(catalog, rules(catalog), inventory=True))
    return [
        str(file.mistake(keys, said)) for file, entry in own.entries for keys, said in rehearsal.of(entry)
    ]
