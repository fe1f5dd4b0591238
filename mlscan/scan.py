"""The one pipeline: sources, catalogue and configuration in, a Report out."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable

from mlscan.catalog.rulebook import rules as rulebook
from mlscan.catalog.schema import Catalog
from mlscan.config import Config
from mlscan.documents.document import Document
from mlscan.identify import identified
from mlscan.model import Counters, Finding, Note, Report
from mlscan.shards import Partial, Worker, run
from mlscan.sources.request import Request
from mlscan.sources.source import Source
from mlscan.sources.tree import Listing, list_files, reader, root_of

Progress = Callable[[int, int], None]


def scan(request: Request, catalog: Catalog, config: Config, progress: Progress | None = None) -> Report:
    """Scan what was asked for. Raises UserError for paths that do not exist."""
    started = time.perf_counter()
    rules = rulebook(catalog)
    worker = Worker(catalog, rules, config)
    given: dict[str, Source] = {}
    if request.stdin is not None:
        source = Source(request.stdin_filename, request.stdin, "stdin")
        given[source.path] = source
        listing = Listing(root_of(request), (), ())
        done = worker.source(source)
    else:
        listing = list_files(request, config)
        done = run(worker, listing, config.jobs, progress)
    on_disk = reader(listing.root)
    graph = _graph(worker, catalog, done, lambda path: given.get(path) or on_disk(path))
    return Report(
        findings=tuple(sorted((*done.findings, *graph.findings), key=lambda item: item.sort_key)),
        notes=tuple(sorted({*listing.notes, *done.notes, *graph.notes})),
        rules=tuple(rule for rule in rules if config.enabled(rule)),
        counters=Counters(done.files, done.bytes, time.perf_counter() - started),
    )


def _graph(worker: Worker, catalog: Catalog, done: Partial, read: Callable[[str], Source | None]) -> Partial:
    """Findings of the promotion graph that the pipelines among the files make up."""
    documents: dict[str, Document | None] = {}

    def document(path: str) -> Document | None:
        if path not in documents:
            source = read(path)
            documents[path] = worker.analyser.document(source) if source is not None else None
        return documents[path]

    pipelines = [found for path in done.pipelines if (found := document(path)) is not None]
    if not pipelines:
        return Partial()
    from mlscan.checks.promotion import check
    from mlscan.promotion.build import build

    graph = build(pipelines, document, catalog)
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for finding in check(graph):
        by_path[finding.place.path].append(finding)
    findings: list[Finding] = []
    notes: list[Note] = []
    for path in sorted({*by_path, *done.pipelines}):
        owner = document(path)
        if owner is not None:
            others = [finding for finding in done.findings if finding.place.path == path]
            marked, unused = worker.analyser.marked(owner, by_path[path], others)
            findings += identified(worker.wanted(marked), owner)
            notes += unused if path in done.pipelines else []
    return Partial(tuple(findings), tuple(notes))
