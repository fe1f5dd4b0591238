"""`mlscan baseline`: put aside what there is today, so that only what is new is reported."""

from __future__ import annotations

from pathlib import Path

import click

from mlscan.cli import options

_EPILOG = """\b
Examples:
  mlscan baseline                               write or update .mlscan-baseline.json
  mlscan baseline --prune                       only drop what is mended; add nothing
  mlscan baseline --from .secrets.baseline      take over what detect-secrets or gitleaks knows
  mlscan baseline --format detect-secrets -o .secrets.baseline

\b
Commit the file: `mlscan check` finds it at the root and tells how many findings it holds back. It survives
moved lines, new neighbours, notebooks that are run again and files that are moved. A secret is held back in
its file, whatever its line says; another secret on that line is new. The file holds no secret and no line
number; its hashes are salted and slow to guess against, but a weak password can be guessed from any hash:
revoke what was committed. Reasons that you write beside an entry
("reason": "...") stay. A .gitleaksignore at the root holds as well: by file and line, for secrets only.
Two branches that add entries merge best with this line in .gitattributes:
  .mlscan-baseline.json merge=union

\b
detect-secrets' format holds the unsalted SHA-1 of each secret, against which anybody who has the file can
check guesses: passwords that people choose are found within seconds. It holds secrets only.
"""
_FORMATS = ("mlscan", "detect-secrets")


@click.command(epilog=_EPILOG, short_help="Put aside the findings there are today.")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option(
    "-o", "--output", metavar="FILE", help="Update FILE.  [default: .mlscan-baseline.json at the root]"
)
@click.option(
    "--format", "format_name", type=click.Choice(_FORMATS), default="mlscan", help="Whose format to write."
)
@click.option("--prune", is_flag=True, help="Drop entries whose finding is gone; add none.")
@click.option(
    "--from", "source", metavar="FILE", help="Add only what FILE holds back, see `mlscan check --baseline`."
)
@click.option("--reason", metavar="TEXT", default="", help="Why the added findings are put aside.")
@options.exclude
@options.config
@options.no_config
@options.allow_plugins
@options.root
def baseline(
    paths: tuple[str, ...],
    output: str | None,
    format_name: str,
    prune: bool,
    source: str | None,
    reason: str,
    exclude: tuple[str, ...],
    config: str | None,
    no_config: bool,
    allow_plugins: bool,
    root: str | None,
) -> int:
    """Write or update the baseline: findings that `mlscan check` holds back from now on.

    With PATHS only findings there are added, and no entry is dropped.
    """
    from mlscan.baseline import names
    from mlscan.baseline.find import place_of
    from mlscan.cli.check import catalog_of, request_of, settled_config
    from mlscan.cli.output import tell, to_file
    from mlscan.cli.progress import progress
    from mlscan.config import check_plugins
    from mlscan.tend import Wanted, for_detect_secrets, tended

    if prune and source:
        raise click.UsageError("--prune adds nothing, and --from does")
    request = request_of(paths, root, None)
    settled = settled_config(request, config, no_config, options.settings({"exclude": exclude}))
    if not allow_plugins:
        check_plugins(settled)
    catalog = catalog_of(settled)
    where = place_of(request)
    if format_name == "detect-secrets":
        if prune or source or reason:
            raise click.UsageError("--prune, --from and --reason are about mlscan's own format")
        file = Path(output or where / names.DETECT_SECRETS)
        with progress() as shown:
            found = for_detect_secrets(request, catalog, settled, file, shown)
    else:
        file = Path(output or settled.baseline or where / names.OWN)
        with progress() as shown:
            found = tended(request, catalog, settled, Wanted(file, source, prune, reason), shown)
    to_file(found.text, str(file))
    tell(found.said)
    return 0
