"""The history of a repository to a report."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from mlscan.catalog.rulebook import graded
from mlscan.catalog.rulebook import rules as rulebook
from mlscan.catalog.schema import Catalog
from mlscan.config import Config
from mlscan.history.credentials import Credentials
from mlscan.history.origin import Commit, commits
from mlscan.history.search import Search, searched
from mlscan.history.state import State, entry_for
from mlscan.history.story import Stories, Told, finding
from mlscan.history.way import triggers_of
from mlscan.model import Counters, Family, Finding, Note, Report
from mlscan.sources.log import History, Scope, read_log
from mlscan.sources.objects import Lost, Objects
from mlscan.sources.repository import Repository
from mlscan.sources.storage import stored

Progress = Callable[[int, int], None]
_SAVED = 5.0  # seconds between two states on disk


@dataclass(frozen=True, slots=True)
class Request:
    """The repository around `folder`, a scope of its history, and whether to name `authors`. A `fresh` scan
    uses nothing of earlier ones."""

    folder: Path
    scope: Scope
    authors: bool = False
    fresh: bool = False


def scan_history(
    request: Request, catalog: Catalog, config: Config, progress: Progress | None = None
) -> Report:
    """Scan a history. Raises UserError where there is no repository, or no such revision."""
    started = time.perf_counter()
    rules = graded(rulebook(catalog), config)
    repository = Repository(request.folder)
    history = read_log(repository, request.scope, config.exclusion())
    state = State(entry_for(repository.common, catalog, config), request.fresh)
    credentials = Credentials(catalog, rules, config, state.key)
    lost, size = _search(repository, history, credentials, state, config, progress)
    found = _found(repository, history, credentials, state, config, request.authors)
    return Report(
        findings=tuple(sorted(found, key=lambda item: item.sort_key)),
        notes=tuple(sorted(_notes(repository, history, lost, config.max_file_size))),
        rules=tuple(rule for rule in rules if config.enabled(rule) and rule.family is Family.SECRETS),
        counters=Counters(len(history.ids) - len(lost), size, time.perf_counter() - started),
    )


def _search(
    repository: Repository,
    history: History,
    credentials: Credentials,
    state: State,
    config: Config,
    progress: Progress | None,
) -> tuple[list[tuple[bytes, Lost]], int]:
    """(blobs that could not be looked at, bytes of the others); the state has what they hold."""
    left = [
        object_id
        for number, object_id in enumerate(history.ids)
        if not state.has(object_id, history.paths_of(number))
    ]
    storage = stored(repository, left)
    for triggers in triggers_of(history.paths):
        credentials.suspicion.prepare(triggers)
    search = Search(repository, history, storage, credentials, config.max_file_size)
    lost: list[tuple[bytes, Lost]] = [(object_id, "missing") for object_id in storage.missing]
    size = done = 0
    saved = time.monotonic()
    try:
        for part in searched(search, storage.cost, config.jobs):
            state.add(
                ((object_id, history.paths_of(history.number[object_id])) for object_id in part.done),
                part.held,
            )
            lost += part.lost
            size += part.bytes
            done += len(part.done) + len(part.lost)
            if progress is not None:
                progress(done, len(left))
            if time.monotonic() - saved > _SAVED:
                state.save()
                saved = time.monotonic()
    finally:
        if done:
            state.save()
    return lost, size


def _found(
    repository: Repository,
    history: History,
    credentials: Credentials,
    state: State,
    config: Config,
    authors: bool,
) -> list[Finding]:
    """A finding for each secret that came within the scope."""
    head: dict[bytes, list[str]] = {}
    for path, object_id in repository.entries(repository.head) if repository.head else ():
        head.setdefault(object_id, []).append(path)
    objects = Objects(repository, config.max_file_size)
    stories = Stories(history, head, credentials, objects)
    told: list[Told] = []
    try:
        for digest, holding in state.held.items():
            holders = [number for item in holding if (number := history.number.get(item)) is not None]
            if holders and history.before.isdisjoint(holders):
                story = stories.told(digest, holders)
                told += [story] if story is not None else []
    finally:
        objects.close()
    ids = history.commits
    numbers = {number for story in told for number in (story.first, story.last) if number >= 0}
    known = commits(repository, (ids[number] for number in numbers), authors)

    def commit(number: int) -> Commit:
        return known.get(ids[number], Commit(ids[number].hex())) if number >= 0 else Commit()

    return [finding(story, commit) for story in told]


def _notes(
    repository: Repository, history: History, lost: Iterable[tuple[bytes, Lost]], limit: int
) -> list[Note]:
    """What of a history could not be looked at. Blobs that a clone was made without are counted together."""
    notes = []
    reasons = Counter(reason for _, reason in lost)
    for object_id, reason in lost:
        path = history.paths[history.path[history.number[object_id]]]
        if reason == "large":
            notes.append(Note(path, "skipped", f"larger than {limit} bytes (blob {object_id.hex()[:10]})"))
        elif reason == "broken":
            notes.append(
                Note(path, "unreadable", f"blob {object_id.hex()[:10]} is damaged (`git fsck` says more)")
            )
    if missing := reasons["missing"]:
        notes.append(
            Note(".", "skipped", f"{missing} blobs are not in this partial clone; nothing was fetched")
        )
    if repository.shallow:
        notes.append(
            Note(".", "skipped", "a shallow clone: older commits are not here (git fetch --unshallow)")
        )
    if not history.complete:
        notes.append(Note(".", "unreadable", "git log ended early: commits or trees are missing or damaged"))
    return notes
