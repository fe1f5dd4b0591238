"""`mlscan fix`: mend what can be mended safely, and say what to do about the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mlscan.cli import options

if TYPE_CHECKING:
    from mlscan.fix.repository import Fixer, Result

_STORES = ("env", "keyvault", "aws", "gcp")
_EPILOG = """\b
Examples:
  mlscan fix --diff                 what would change, secrets masked
  mlscan fix notebooks/ train.py
  mlscan fix --to keyvault          look secrets up in Azure Key Vault
  mlscan fix --select direct-to-prod --unsafe

\b
What is mended:
  literals with a credential        in Python files and notebook cells, everything else stays byte for byte
  outputs that show a credential    are taken out of the notebook
  deploy jobs without a gate        get an `environment:` (GitHub Actions, Azure Pipelines)
What may change what a program does (defaults of parameters and fields, deployment jobs, jobs that sign in
with an identity token) is mended with --unsafe only. Comments, docstrings, magics and shell lines, YAML and
shell scripts are told about and left. So is what a baseline holds back; --no-baseline mends that too.

\b
Exit codes:
  0  nothing to mend, or everything mended
  1  something is left; with --diff, something would change
  2  wrong usage, configuration or path
"""


@click.command(
    short_help="Mend credentials in code and deploys without a gate.",
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--diff", "show", is_flag=True, help="Show what would change, and write nothing.")
@click.option("--unsafe", is_flag=True, help="Mend also where that may change what the program does.")
@click.option(
    "--to", "store", type=click.Choice(_STORES), default="env", help="Where secrets go.  [default: env]"
)
@options.select
@options.ignore
@options.exclude
@options.baseline
@options.no_baseline
@options.config
@options.no_config
@options.root
@click.option("-v", "--verbose", is_flag=True, help="Name every place that is left.")
def fix(
    paths: tuple[str, ...],
    show: bool,
    unsafe: bool,
    store: str,
    config: str | None,
    no_config: bool,
    no_baseline: bool,
    root: str | None,
    verbose: bool,
    **given: Any,
) -> int:
    """Take credentials out of Python files and notebooks, and put a gate before deploys that have none.

    Files are changed in place; --diff shows the changes first.
    """
    from dataclasses import replace

    from mlscan.cli.check import catalog_of, known_of, request_of, settled_config
    from mlscan.cli.output import to_stdout
    from mlscan.fix.repository import Fixer
    from mlscan.fix.stores import store_of
    from mlscan.fix.summary import summary

    if "-" in paths:
        raise click.UsageError("fix changes files, and not standard input")
    settings = options.settings(given)
    request = request_of(paths, root, None)
    settled = replace(settled_config(request, config, no_config, settings), plugins=())
    catalog = catalog_of(settled)
    known = known_of(request, settled, given["baseline"], no_baseline, found=not no_config)
    where = store_of(store)
    fixer = Fixer(request, catalog, settled, where, known, unsafe=unsafe)
    result = _run(fixer)
    if show:
        to_stdout(_diff(fixer, result))
    else:
        result = _written(fixer, result)
    click.echo(summary(result, where, shown=show, verbose=verbose), err=show)
    return int(bool(result.left) or (show and bool(result.changed)))


def _run(fixer: Fixer) -> Result:
    from mlscan.cli.progress import progress

    with progress() as shown:
        return fixer.run(shown)


def _written(fixer: Fixer, result: Result) -> Result:
    from dataclasses import replace

    changes = tuple(
        fixer.write(change) if change.before != change.after else change for change in result.changes
    )
    return replace(result, changes=changes)


def _diff(fixer: Fixer, result: Result) -> str:
    from mlscan.fix.masked import diff
    from mlscan.sources.source import Source

    return "".join(
        diff(
            change.path,
            fixer.document(Source(change.path, change.before)),
            fixer.document(Source(change.path, change.after)),
        )
        for change in result.changed
    )
