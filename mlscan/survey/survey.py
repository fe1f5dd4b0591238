"""A survey from its list to its results."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from mlscan import __version__
from mlscan.catalog.load import load_catalog
from mlscan.catalog.rulebook import rules
from mlscan.config import Config, Settings, check_selectors, load_config
from mlscan.survey.crew import Crew, run
from mlscan.survey.results import Results
from mlscan.survey.targets import Target
from mlscan.survey.task import Head, Task


def survey(
    targets: Iterable[Target],
    pattern: Task,
    results: Results,
    crew: Crew,
    progress: Callable[[int, int], None] | None = None,
) -> list[Head]:
    """Look at each repository about which the results do not speak yet; the heads in the order of the list.

    `pattern` is what the tasks have in common. Whatever ends this early, the results
    so far are in their file.
    """
    tasks = [
        msgspec.structs.replace(
            pattern,
            name=target.name,
            location=target.location,
            remote=target.remote,
            known=_known(results.heads.get(target.name), pattern.made),
        )
        for target in targets
    ]
    for number, line in enumerate(run(tasks, crew), 1):
        results.add(line)
        if progress is not None:
            progress(number, len(tasks))
    names = [task.name for task in tasks]
    results.settle(names)
    return [results.heads[name] for name in names]


def _known(head: Head | None, made: str) -> str:
    """The commit that was looked at already, by the same program with the same rules and configuration."""
    if head is None or head.state != "done" or head.changed or head.made != made:
        return ""
    return head.commit


def made_by(settings: Settings, file: str, bare: bool) -> str:
    """What identifies the program, its rules and the user's configuration. Raises UserError for a mistake in
    the configuration."""
    loaded = load_config(Path(), Path(file)) if file else Config()
    config = loaded.merged(settings)
    catalog = load_catalog(config.rules)
    check_selectors(config, rules(catalog))
    digest = hashlib.sha256(f"{__version__} {bare} {config}".encode())
    digest.update(msgspec.msgpack.encode(msgspec.structs.replace(catalog, state=""), order="deterministic"))
    for name in config.plugins:
        if name.endswith(".py") and Path(name).is_file():
            digest.update(Path(name).read_bytes())
    return digest.hexdigest()[:16]
