"""`mlscan history`: credentials in every version of every file that a repository ever had."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlscan.cli import options

if TYPE_CHECKING:
    from mlscan.config import Config
    from mlscan.history.scan import Request
    from mlscan.model import Report

_EPILOG = """\b
Examples:
  mlscan history                             every branch and tag of the repository you stand in
  mlscan history ../mirror.git --jobs 4      a bare repository
  mlscan history --branch main --since v1.0  what came to one branch since a tag
  mlscan history --since 2024-05-31 --format sarif -o history.sarif

Each secret is one finding, however many versions of files hold it. It names the commit that brought it and
says whether the secret is still in HEAD, where an ignore comment silences it. A secret in HEAD is shown where
it is now, another one where it first was.

Looked at are all references (branches, tags, remote branches, the stash), not the reflog. Nothing is
fetched: what a shallow or partial clone lacks is told. An interrupted scan goes on where it stopped, and the
next one looks only at what is new; --fresh begins again.

\b
Exit codes:
  0  no findings (or --exit-zero, or --format sarif)
  1  findings
  2  wrong usage, configuration or revision; or no findings, but objects of the repository are damaged
  3  a defect in mlscan
"""


@click.command(
    epilog=_EPILOG,
    short_help="Find credentials in every commit.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.argument("repository", required=False, default=".", metavar="[REPO]")
@click.option("--branch", metavar="NAME", help="Only what this branch or revision holds.")
@click.option("--since", metavar="REF|DATE", help="Only what came after a revision or day.")
@click.option("--author", is_flag=True, help="Name the author of the commit that brought a secret.")
@click.option("--fresh", is_flag=True, help="Look at every blob again.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "concise", "json", "sarif"]),
    help="How to report.  [default: text]",
)
@click.option(
    "-o", "--output", metavar="FILE", help="Write the report to FILE; stdout still gets text (not with -q)."
)
@click.option("--select", multiple=True, metavar="NAMES", callback=options.names, help="Only these rules.")
@click.option("--ignore", multiple=True, metavar="NAMES", callback=options.names, help="Not these rules.")
@click.option(
    "--exclude", multiple=True, metavar="GLOB", help="Leave out files matching a gitignore pattern."
)
@click.option(
    "--min-severity", type=click.Choice(["note", "warning", "error"]), help="Leave out less severe rules."
)
@click.option(
    "--min-confidence", type=click.Choice(["low", "medium", "high"]), help="Leave out less certain findings."
)
@click.option(
    "--max-file-size", type=click.IntRange(min=1), metavar="BYTES",
    help="Skip larger blobs, with a note.  [default: 50000000]",
)  # fmt: skip
@options.config
@options.no_config
@click.option("--exit-zero/--no-exit-zero", default=None, help="Exit 0 also with findings.")
@click.option(
    "--show-suppressed/--no-show-suppressed", default=None, help="Add suppressed findings, marked as such."
)
@click.option("--statistics/--no-statistics", default=None, help="Add a table of findings by rule.")
@options.color
@click.option("--jobs", type=click.IntRange(min=0), metavar="N", help="Processes; 0 lets mlscan choose.")
@click.option("-q", "--quiet", is_flag=True, help="Findings only: no notes, no counts, no progress.")
@click.option("-v", "--verbose", is_flag=True, help="Add evidence, suppressed findings and every note.")
def history(
    repository: str,
    branch: str | None,
    since: str | None,
    author: bool,
    fresh: bool,
    config: str | None,
    no_config: bool,
    output: str | None,
    color: str,
    quiet: bool,
    verbose: bool,
    **given: Any,
) -> int:
    """Find credentials in every version of every file that REPO (default: the one around the current folder)
    ever had."""
    from mlscan.cli.check import settled_config, write
    from mlscan.errors import UserError
    from mlscan.history.scan import Request as HistoryRequest
    from mlscan.sources.log import Scope
    from mlscan.sources.request import Request

    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other")
    if not Path(repository).is_dir():
        raise UserError(f"no such folder: {repository}")
    given["format"] = given.pop("format_name")
    settled = settled_config(Request((repository,), None), config, no_config, options.settings(given))
    asked = HistoryRequest(Path(repository), Scope(branch or "", since or ""), author, fresh)
    report = _scan(asked, settled, quiet)
    write(report, settled, output, color, verbose - quiet)
    if report.active:
        exit_zero = settled.format == "sarif" if settled.exit_zero is None else settled.exit_zero
        return int(not exit_zero)
    return 2 * any(note.kind == "unreadable" for note in report.notes)


def _scan(request: Request, config: Config, quiet: bool) -> Report:
    from mlscan.catalog.load import load_catalog
    from mlscan.cli.progress import progress
    from mlscan.config import check_selectors, selects
    from mlscan.history.scan import scan_history

    catalog = load_catalog(config.rules)
    if selects(config):
        from mlscan.catalog.rulebook import rules

        check_selectors(config, rules(catalog))
    with progress(quiet, "blobs") as shown:
        return scan_history(request, catalog, config, shown)
