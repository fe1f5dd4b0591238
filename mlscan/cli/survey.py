"""`mlscan audit --repos LIST`: many repositories, as a page, a file of lines, and a table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import UNSET
from msgspec.structs import replace

from mlscan.cli.output import tell, to_file, to_stdout, wants_colour
from mlscan.cli.progress import progress
from mlscan.errors import UserError

if TYPE_CHECKING:
    from mlscan.config import Settings
    from mlscan.survey.task import Head, Task

_TIMEOUT = 600.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for; the options of `mlscan audit` by their names."""

    repos: str
    output: str
    config: str | None
    no_config: bool
    settings: Settings
    cluster: str | None
    timeout: float | None
    exit_zero: bool
    quiet: bool


def survey(wanted: Wanted) -> int:
    """Look at every repository of a list; returns the exit code."""
    from mlscan.survey import executors
    from mlscan.survey.results import Results
    from mlscan.survey.survey import survey as run
    from mlscan.survey.targets import read_targets

    if wanted.config and wanted.no_config:
        raise click.UsageError("--config and --no-config exclude each other")
    if wanted.output == "-":
        raise click.UsageError("--repos needs a file to write to: -o FILE")
    page = Path(wanted.output)
    lines = page.with_suffix(".jsonl")
    targets = read_targets(_text(wanted.repos), wanted.repos)
    pattern = _pattern(wanted)
    jobs = 0 if wanted.settings.jobs is UNSET else wanted.settings.jobs
    with Results(lines) as results:
        crew = executors.cluster(wanted.cluster) if wanted.cluster else executors.local(jobs)
        with progress(wanted.quiet, "repositories") as shown:
            heads = run(targets, pattern, results, crew, shown)
    _show(heads, page if page != lines else None, lines, wanted.quiet)
    clean = all(head.state == "done" and not head.by_rule for head in heads)
    return int(not clean and not wanted.exit_zero)


def _text(path: str) -> str:
    try:
        return Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"--repos: cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise UserError(f"--repos: {path} is not UTF-8") from None


def _pattern(wanted: Wanted) -> Task:
    """What all tasks have in common. A repository is looked at in one process: there are enough of them."""
    from mlscan.survey.survey import made_by
    from mlscan.survey.task import Task

    settings = replace(wanted.settings, jobs=1)
    file = str(Path(wanted.config).absolute()) if wanted.config else ""
    return Task(
        name="",
        location="",
        settings=settings,
        config=file,
        bare=wanted.no_config,
        made=made_by(settings, file, wanted.no_config),
        timeout=wanted.timeout or _TIMEOUT,
    )


def _show(heads: list[Head], page: Path | None, lines: Path, quiet: bool) -> None:
    from mlscan.catalog.load import load_catalog
    from mlscan.catalog.rulebook import rules
    from mlscan.report.palette import Palette
    from mlscan.survey.table import table

    titles = {rule.id: rule.title for rule in rules(load_catalog())}
    if page is not None:
        from mlscan.survey.page import render

        to_file(render(heads, titles), str(page))
    if not quiet:
        to_stdout(f"{table(heads, titles, Palette(wants_colour('auto')))}\n")
        tell(f"{f'{page}, ' if page else ''}{lines}: written")
