"""`mlscan check`: scan and report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlscan.cli import options
from mlscan.cli.hook import check_read, fails, pushed_since, staged_request
from mlscan.report.formats import NAMES

if TYPE_CHECKING:
    from mlscan.baseline.read import Given
    from mlscan.catalog.schema import Catalog
    from mlscan.config import Config, Settings
    from mlscan.model import Report
    from mlscan.sources.request import Request

_EPILOG = """\b
Examples:
  mlscan                                    the current folder
  mlscan --select secrets,deploy-without-approval
  mlscan --min-severity error --statistics
  mlscan --format sarif -o mlscan.sarif     for github/codeql-action/upload-sarif
  mlscan --format github --since origin/main   annotations on what a pull request adds
  mlscan --staged                           what is about to be committed
  git show HEAD:train.py | mlscan - --stdin-filename train.py

In a git work tree, mlscan scans what git tracks and what it would add; elsewhere every file. To silence
one finding, add `# mlscan: ignore[rule-id] reason` on its line or the line above; to hold back all there
are today, run `mlscan baseline`.

Files that are named are what a run is about: a pipeline in another tracked file counts where it runs one of
them. Excluded files stay excluded when they are named, as in a pre-commit hook. Before a push
(PRE_COMMIT_FROM_REF), a hook that gets no file names reports what --since that commit would.

\b
Configuration: mlscan.toml, or [tool.mlscan] in pyproject.toml, at the root of the repository. Keys are
the long options, and an option that is given counts instead of its key, lists too:
  ignore = ["gate-unverified"]
  exclude = ["third_party/", "*.lock"]
  min-severity = "warning"

\b
Exit codes:
  0  no findings (or --exit-zero)
  1  findings (with --fail-on: at least that severe)
  2  wrong usage, configuration or path; with --strict a file that could not be read or parsed
  3  a defect in mlscan
With --format sarif findings exit 0, so that the step that uploads the file runs; --no-exit-zero turns
that off.
"""


@click.command(
    short_help="Scan files and folders (the default command).",
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--format", "format_name", type=click.Choice(NAMES), help="How to report.  [default: text]")
@click.option(
    "-o", "--output", metavar="FILE", help="Write the report to FILE; stdout still gets text (not with -q)."
)
@options.select
@options.ignore
@options.exclude
@options.min_severity
@options.min_confidence
@click.option(
    "--max-file-size",
    type=click.IntRange(min=1),
    metavar="BYTES",
    help="Search the text of larger files only, with a note.  [default: 50000000]",
)
@options.max_file_seconds
@click.option(
    "--since", metavar="REF", help="Only what changed since REF: new lines, and gates that were opened."
)
@options.staged
@options.baseline
@options.no_baseline
@options.config
@options.no_config
@options.root
@click.option("--stdin-filename", metavar="PATH", help="What the input of `-` is called.")
@click.option(
    "--exit-zero/--no-exit-zero", default=None, help="Exit 0 also with findings.  [default: only for sarif]"
)
@options.fail_on
@options.strict
@click.option(
    "--show-suppressed/--no-show-suppressed",
    "--show-ignored",
    default=None,
    help="Add suppressed findings, marked as such (text, json, sarif, junit, csv).",
)
@click.option(
    "--sarif-category", metavar="NAME", help="Name this SARIF apart from others of the same commit."
)
@click.option("--statistics/--no-statistics", default=None, help="Add a table of findings by rule.")
@click.option(
    "--plugins",
    multiple=True,
    metavar="NAMES",
    callback=options.names,
    help="Run detect-secrets plugins too: 'detect-secrets' (all), a class, a .py file or a module.",
)
@options.allow_plugins
@options.color
@options.jobs
@click.option("-q", "--quiet", is_flag=True, help="Findings only: no notes, no counts, no progress.")
@click.option("-v", "--verbose", is_flag=True, help="Add evidence, suppressed findings and every note.")
def check(
    paths: tuple[str, ...],
    config: str | None,
    no_config: bool,
    no_baseline: bool,
    root: str | None,
    stdin_filename: str | None,
    output: str | None,
    color: str,
    quiet: bool,
    verbose: bool,
    allow_plugins: bool,
    since: str | None,
    staged: bool,
    **given: Any,
) -> int:
    """Scan files and folders (default: the current one) and report what is found."""
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other")
    if since is not None and "-" in paths:
        raise click.UsageError("--since looks at a work tree, and not at standard input")
    if staged and (since is not None or "-" in paths):
        raise click.UsageError("--staged looks at the index: neither --since nor `-` goes with it")
    request = staged_request(paths, root) if staged else request_of(paths, root, stdin_filename)
    since = since if since is not None or staged else pushed_since(paths, quiet)
    given["format"] = given.pop("format_name")
    settled = settled_config(request, config, no_config, options.settings(given))
    if settled.plugins and not allow_plugins:
        from mlscan.config import check_plugins

        check_plugins(settled)
    known = known_of(request, settled, given["baseline"], no_baseline, found=not no_config)
    report = _scan(request, settled, quiet, known)
    if since is not None:
        report = _since(report, request, settled, since)
    write(report, settled, output, color, verbose - quiet)
    if settled.strict:
        check_read(report)
    exit_zero = settled.format == "sarif" if settled.exit_zero is None else settled.exit_zero
    return int(fails(report, settled.fail_on) and not exit_zero)


def request_of(paths: tuple[str, ...], root: str | None, stdin_filename: str | None) -> Request:
    """What the command line asks to look at; refuses a path that is not there."""
    from mlscan.errors import UserError
    from mlscan.sources.request import Request

    if root is not None and not Path(root).is_dir():
        raise UserError(f"--root: no such folder: {root}")
    if "-" in paths:
        if len(paths) > 1:
            raise click.UsageError("`-` (standard input) cannot be combined with paths")
        data = sys.stdin.buffer.read()
        return Request((), root, stdin=data, stdin_filename=stdin_filename or "stdin")
    if stdin_filename:
        raise click.UsageError("--stdin-filename needs `-` as the only path")
    for path in paths:
        if not Path(path).exists() and not Path(path).is_symlink():
            raise UserError(f"no such file or folder: {path}{_command_hint(path)}")
    return Request(paths or (".",), root)


def _command_hint(path: str) -> str:
    """A mistyped command arrives here as a path."""
    from mlscan.words import suggestion

    root = click.get_current_context().find_root()
    commands = root.command.list_commands(root) if isinstance(root.command, click.Group) else []
    return suggestion(path, commands) if path.isalpha() else ""


def settled_config(request: Request, file: str | None, no_config: bool, settings: Settings) -> Config:
    """The configuration of a request with what the command line says put over it."""
    from mlscan.config import Config, config_root, load_config

    if file and no_config:
        raise click.UsageError("--config and --no-config exclude each other")
    if no_config:
        loaded = Config()
    else:
        loaded = load_config(config_root(request.paths, request.root), Path(file) if file else None)
    return loaded.merged(settings)


def graph_config(request: Request, file: str | None, no_config: bool, exclude: tuple[str, ...]) -> Config:
    """The configuration of a command that looks at the promotion graph only, where no plugin has a say."""
    from mlscan.config import Settings

    settings = Settings(exclude=exclude, plugins=()) if exclude else Settings(plugins=())
    return settled_config(request, file, no_config, settings)


def known_of(
    request: Request, config: Config, named: str | None, no_baseline: bool, *, found: bool
) -> Given | None:
    """The baselines that hold for a request, by the options of the command line; without `found` only one
    that was named."""
    from mlscan.baseline.find import baselines, place_of

    if no_baseline and named:
        raise click.UsageError("--baseline and --no-baseline exclude each other")
    if no_baseline:
        return None
    return baselines(place_of(request), config.baseline, found=found)


def catalog_of(config: Config) -> Catalog:
    """The catalogue of a run; refuses a configuration that names a rule it does not hold."""
    from mlscan.catalog.load import load_catalog
    from mlscan.config import check_selectors, selects

    catalog = load_catalog(config.rules)
    if selects(config):
        from mlscan.catalog.rulebook import rules

        check_selectors(config, rules(catalog))
    return catalog


def _scan(request: Request, config: Config, quiet: bool, known: Given | None) -> Report:
    from mlscan.cli.progress import progress
    from mlscan.scan import scan

    catalog = catalog_of(config)
    with progress(quiet) as shown:
        return scan(request, catalog, config, shown, known)


def _since(report: Report, request: Request, config: Config, name: str) -> Report:
    """The report without what was there before; the way to production is compared as `mlscan diff` does."""
    from mlscan.catalog.load import load_catalog
    from mlscan.compare import State, compare, work_tree
    from mlscan.since import narrowed
    from mlscan.sources.changes import changes_since
    from mlscan.sources.revision import Revision
    from mlscan.sources.tree import root_of

    folder = root_of(request)
    changes = changes_since(folder, name)
    with Revision(folder, changes.base, config.max_file_size) as base:
        before = State(base.sources(), base.read)
        found = compare(before, work_tree(folder, config), load_catalog(config.rules), config)
    return narrowed(report, changes, found.report)


def write(report: Report, config: Config, output: str | None, color: str, verbosity: int) -> None:
    """The report to stdout, or to a file with the text for a reader of the log still on stdout."""
    from dataclasses import replace

    from mlscan.cli.output import source_date, tell, to_file, to_stdout, wants_colour
    from mlscan.report.formats import renderer
    from mlscan.report.palette import Palette
    from mlscan.report.style import Style

    style = Style(
        statistics=config.statistics,
        verbosity=verbosity,
        suppressed=config.show_suppressed,
        category=config.sarif_category,
        epoch=source_date(),
        tell=tell,
    )
    coloured = replace(style, palette=Palette(wants_colour(color)))
    if output is None or output == "-":
        to_stdout(renderer(config.format)(report, coloured))
    else:
        to_file(renderer(config.format)(report, style), output)
        if verbosity >= 0:
            to_stdout(renderer("text")(report, coloured))
    _tell(report, config, verbosity, text_shown=config.format == "text" or output not in (None, "-"))


def _tell(report: Report, config: Config, verbosity: int, text_shown: bool) -> None:
    """On stderr, what the report that was written does not say itself."""
    if text_shown or verbosity < 0:
        return
    from mlscan.cli.output import tell
    from mlscan.report.palette import Palette
    from mlscan.report.statistics import table
    from mlscan.report.summary import summarise, suppressions, unanalysed

    summary = summarise(report)
    if any(item.suppressed and item.suppressed.kind == "baseline" for item in report.findings):
        tell(suppressions(summary))
    if missing := unanalysed(summary):
        tell(f"{missing} (--format text -v lists them)")
    if config.statistics:
        click.echo(table(report, Palette()), err=True)
