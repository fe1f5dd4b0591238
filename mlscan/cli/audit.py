"""`mlscan audit`: one HTML page about a repository, to read and to forward."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlscan.cli import options

if TYPE_CHECKING:
    from mlscan.audit import Audit
    from mlscan.baseline.read import Given
    from mlscan.config import Config
    from mlscan.sources.request import Request

_DEFAULT = "mlscan-audit.html"
_EPILOG = """\b
Examples:
  mlscan audit                               writes mlscan-audit.html
  mlscan audit path/to/repository -o report.html
  mlscan audit -o - > report.html            to standard output
  mlscan audit --min-severity warning        without notes
  mlscan audit --repos list.txt              many repositories, on all processors
  mlscan audit --repos list.txt --cluster tcp://scheduler:8786 -o all.html

The page is one file that loads nothing and runs no script: summary and what to do first, drawings of the
ways to production, findings, credentials in the order to rotate them, who can deploy what, evidence for
each release. Secrets are masked. The same files give the same bytes.

LIST holds a path or a git URL on each line; a URL is cloned for the time it takes, its newest commit only.
The page is then an overview, and beside it grows a .jsonl file with a line for each repository: commit,
counts, findings, notes. Started again, it goes on from there and skips commits that it knows.

\b
Exit codes:
  0  the page was written, whatever it says (`mlscan check` is for a pipeline to stop at)
  1  with --no-exit-zero: there are findings, or a repository of LIST could not be looked at
  2  wrong usage, configuration or path
"""


@click.command(epilog=_EPILOG, short_help="Write an HTML page about a repository.")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("-o", "--output", metavar="FILE", default=_DEFAULT, show_default=True, help="`-` is stdout.")
@options.select
@options.ignore
@options.exclude
@options.min_severity
@options.min_confidence
@options.baseline
@options.no_baseline
@options.config
@options.no_config
@options.root
@click.option("--exit-zero/--no-exit-zero", default=True, help="Exit 0 also with findings.  [default: yes]")
@options.fail_on
@options.allow_plugins
@options.jobs
@click.option("--repos", metavar="LIST", help="Audit the repositories of a file, one on each line.")
@click.option("--cluster", metavar="URL", help="With --repos: run on the workers of a Dask scheduler.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="With --repos: for each repository.  [default: 600]",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing, and show no progress.")
def audit(
    paths: tuple[str, ...],
    output: str,
    config: str | None,
    no_config: bool,
    no_baseline: bool,
    root: str | None,
    exit_zero: bool,
    allow_plugins: bool,
    repos: str | None,
    cluster: str | None,
    timeout: float | None,
    quiet: bool,
    **given: Any,
) -> int:
    """Write one HTML page about a repository: what is wrong, what to do first, how models reach production,
    who can deploy, and what was not analysed. With --repos, an overview of many."""
    from mlscan.cli.check import known_of, request_of, settled_config
    from mlscan.cli.hook import fails
    from mlscan.cli.output import tell, to_file
    from mlscan.config import check_plugins
    from mlscan.report.audit.page import render
    from mlscan.report.summary import severity_counts, summarise

    if repos is not None:
        from mlscan.cli.survey import Wanted, survey

        if paths or root or given["baseline"]:
            raise click.UsageError("--repos takes the place of PATHS, --root and --baseline")
        settings = options.settings(given)
        return survey(Wanted(repos, output, config, no_config, settings, cluster, timeout, exit_zero, quiet))
    if cluster or timeout:
        raise click.UsageError("--cluster and --timeout go with --repos")
    request = request_of(paths, root, None)
    settled = settled_config(request, config, no_config, options.settings(given))
    if not allow_plugins:
        check_plugins(settled)
    known = known_of(request, settled, given["baseline"], no_baseline, found=not no_config)
    found = _audit(request, settled, output, quiet, known)
    to_file(render(found), output)
    if not quiet and output != "-":
        tell(f"{output}: {severity_counts(summarise(found.report)) or 'no findings'}")
    return int(fails(found.report, settled.fail_on) and not exit_zero)


def _audit(request: Request, config: Config, output: str, quiet: bool, known: Given | None) -> Audit:
    from mlscan.auditor import audit as look
    from mlscan.cli.check import catalog_of
    from mlscan.cli.progress import progress

    catalog = catalog_of(config)
    own = Path(output) if output != "-" else None
    with progress(quiet) as shown:
        return look(request, catalog, config, own, shown, known)
