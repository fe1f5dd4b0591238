"""Two states of a repository: what the change between them does to the ways to production."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from mlscan.catalog.rulebook import graded
from mlscan.catalog.rulebook import rules as rulebook
from mlscan.catalog.schema import Catalog
from mlscan.checks.changes import opened, sentence
from mlscan.config import Config
from mlscan.identify import identified
from mlscan.model import Counters, Finding, Report
from mlscan.promotion.difference import difference
from mlscan.scan import Graphed
from mlscan.shards import Worker
from mlscan.sources.request import Request
from mlscan.sources.source import Source
from mlscan.sources.tree import list_files, read, reader


@dataclass(frozen=True, slots=True)
class State:
    """All files of a state, and a way to open one of them by its path."""

    sources: Iterable[Source]
    read: Callable[[str], Source | None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`report` holds what was opened, `better` says what was closed."""

    report: Report
    better: tuple[str, ...]


def work_tree(folder: Path, config: Config) -> State:
    """The files of a folder as they are."""
    listing = list_files(Request((str(folder),), str(folder)), config)
    found = (read(listing.root, entry.path) for entry in listing.entries)
    return State((source for source in found if isinstance(source, Source)), reader(listing.root))


def compare(base: State, head: State, catalog: Catalog, config: Config) -> Comparison:
    """The findings of a change. Ignore comments of the later state count."""
    rules = graded(rulebook(catalog), config)
    worker = Worker(catalog, rules, config)
    excluded = config.exclusion() or (lambda path: False)
    sizes: list[int] = []

    def graphed(state: State) -> Graphed:
        paths = []
        for source in state.sources:
            sizes.append(len(source.data))
            if not excluded(source.path) and worker.analyser.pipeline(source):
                paths.append(source.path)
        return Graphed(worker, catalog, state.read, paths)

    before = graphed(base)
    sizes.clear()
    after = graphed(head)
    changes = list(difference(before.graph, after.graph))
    found: list[Finding] = []
    for finding in opened(changes):
        document = after.document(finding.place.path)
        if document is not None:
            marked, _ = worker.analyser.marked(document, [finding])
            found += identified(worker.wanted(marked), document)
    return Comparison(
        Report(
            findings=tuple(sorted(found, key=lambda item: item.sort_key)),
            notes=after.graph.notes,
            rules=tuple(rule for rule in rules if rule.id == "gate-removed"),
            counters=Counters(len(sizes), sum(sizes)),
        ),
        tuple(sentence(change) for change in changes if not change.effect.worse),
    )
