"""The one pipeline: sources, catalogue and configuration in, a Report out."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mlscan.asked import Asked, Read, looked_at
from mlscan.catalog.rulebook import graded
from mlscan.catalog.rulebook import rules as rulebook
from mlscan.catalog.schema import Catalog
from mlscan.config import Config
from mlscan.documents.document import Document, open_document
from mlscan.model import Counters, Finding, Note, Report
from mlscan.shards import Opened, Partial, Worker, merged
from mlscan.sources.request import Request
from mlscan.sources.source import Source
from mlscan.sources.tree import list_files, reader, root_of
from mlscan.sources.tree import read as read_source
from mlscan.watchdog import watched

if TYPE_CHECKING:
    from mlscan.baseline.entry import Covered
    from mlscan.baseline.keys import Keys
    from mlscan.baseline.read import Given
    from mlscan.checks.access.case import Rights
    from mlscan.checks.gates.case import World
    from mlscan.evidence.repository import Repository
    from mlscan.pack import Pack
    from mlscan.promotion.graph import Graph

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Insight:
    """What a scan works out on its way to the findings: the graph with its verdicts, the rights that files
    grant, and the releases, where anything is deployed."""

    world: World
    rights: Rights
    repository: Repository | None


@dataclass(frozen=True, slots=True)
class Scanned:
    """A report, what was looked at for it and what stands behind it. No `insight` where no file deploys or
    grants anything."""

    report: Report
    covered: Covered
    insight: Insight | None


def scan(
    request: Request,
    catalog: Catalog,
    config: Config,
    progress: Progress | None = None,
    baselines: Given | None = None,
) -> Report:
    """Scan what was asked for, and hold back what the baselines know. Raises UserError for paths that do not
    exist."""
    found = scanned(request, catalog, config, progress, baselines.keys if baselines else None)
    return baselines.hold_back(found.report, found.covered) if baselines is not None else found.report


def scanned(
    request: Request,
    catalog: Catalog,
    config: Config,
    progress: Progress | None = None,
    keys: Keys | None = None,
) -> Scanned:
    """The same scan, for whoever shows more than its report; with `keys`, findings are known by them."""
    from mlscan.baseline.entry import Covered

    started = time.perf_counter()
    rules = graded(rulebook(catalog), config)
    worker = Worker(catalog, rules, config, keys)
    with ExitStack() as stack:
        stack.enter_context(watched(config.max_file_seconds))
        asked = looked_at(request, worker, config, progress, stack)
        done = asked.done
        graph, of_code, insight = _graph(worker, catalog, asked, config)
    report = Report(
        findings=tuple(sorted((*of_code, *graph.findings), key=lambda item: item.sort_key)),
        notes=tuple(sorted({*done.notes, *graph.notes})),
        rules=tuple(rule for rule in rules if config.enabled(rule)),
        counters=Counters(done.files, done.bytes, time.perf_counter() - started),
    )
    lost = {note.path for note in report.notes if note.kind != "unused"}
    reported = {rule.id: config.may_report(rule) for rule in rules}
    root = root_of(request)
    covered = Covered(
        asked.whole,
        asked.paths - lost,
        lambda rule: reported.get(rule, True),
        lambda path: (root / path).is_file(),
    )
    return Scanned(report, covered, insight)


def promotion_graph(request: Request, catalog: Catalog, config: Config) -> Graph:
    """The promotion graph of what was asked for, without looking for anything else."""
    listing = list_files(request, config)
    found = (read_source(listing.root, entry.path, config.max_file_size) for entry in listing.entries)
    sources = (source for source in found if isinstance(source, Source))
    return graph_of(sources, reader(listing.root), catalog, config)


def release_evidence(
    request: Request, catalog: Catalog, config: Config, ask_git: bool
) -> tuple[Pack, tuple[Note, ...]]:
    """The release evidence pack of what was asked for, and what could not be read. Git is asked for the
    last authors only where that is wanted."""
    from mlscan.evidence.repository import Repository
    from mlscan.evidence.show import pack_of
    from mlscan.promotion.verdicts import assessments
    from mlscan.sources.authors import last_author

    listing = list_files(request, config)
    worker = Worker(catalog, rulebook(catalog), config)
    pipelines: list[str] = []
    sighted: list[tuple[str, frozenset[str]]] = []
    for entry in listing.entries:
        source = read_source(listing.root, entry.path, config.max_file_size)
        if isinstance(source, Source):
            role = worker.analyser.role(source)
            pipelines += [source.path] if role.pipeline else []
            sighted += [(source.path, role.sighted)] if role.sighted else []
    graphed = Graphed(worker, catalog, reader(listing.root), pipelines)
    graph = graphed.graph
    repository = Repository.of(graph, assessments(graph), catalog.evidence, graphed.document, sighted)
    author = partial(last_author, listing.root) if ask_git else None
    return pack_of(repository, config.policy, author), graph.notes


def graph_of(sources: Iterable[Source], read: Read, catalog: Catalog, config: Config) -> Graph:
    """The promotion graph of these files; `read` opens any other that they refer to."""
    worker = Worker(catalog, rulebook(catalog), config)
    paths = [source.path for source in sources if worker.analyser.pipeline(source)]
    return Graphed(worker, catalog, read, paths).graph


class Graphed:
    """The graph of some paths, with the documents that were opened for it."""

    def __init__(
        self,
        worker: Worker,
        catalog: Catalog,
        read: Read,
        paths: Iterable[str],
        opened: Iterable[Opened] = (),
    ) -> None:
        """`opened` tells of files whose secrets have been looked for already."""
        self._opened = {item.path: item for item in opened}
        self._worker = worker
        self._read = read
        self._documents: dict[str, Document | None] = {}
        self.paths = frozenset(paths)
        self.graph = self._built(catalog)

    def _built(self, catalog: Catalog) -> Graph:
        if not self.paths:
            from mlscan.promotion.graph import Graph

            return Graph(catalog.environments)
        from mlscan.promotion.build import build

        found = (self.document(path) for path in sorted(self.paths))
        return build([item for item in found if item is not None], self.document, catalog)

    def document(self, path: str) -> Document | None:
        """A file of the repository whose excerpts hide its secrets, each opened once."""
        if path not in self._documents:
            source = self._read(path)
            self._documents[path] = self._open(source) if source is not None else None
        return self._documents[path]

    def _open(self, source: Source) -> Document:
        known = self._opened.get(source.path)
        if known is None or not known.holds(source):
            return self._worker.analyser.document(source)
        document = open_document(source)
        document.conceal(known.secrets)
        return document


def _graph(
    worker: Worker, catalog: Catalog, asked: Asked, config: Config
) -> tuple[Partial, tuple[Finding, ...], Insight | None]:  # fmt: skip
    """Findings of the promotion graph that the pipelines among the files make up and of the rights that files
    grant, those of the files about which these say nothing, and what stands behind both."""
    done = merged((asked.done, asked.around))
    if not done.pipelines and not done.grants:
        return Partial(), done.findings, None
    from mlscan.checks import identity, rollout
    from mlscan.checks.access.case import Rights
    from mlscan.checks.access.rules import found_in as rights_in
    from mlscan.checks.gates.case import World
    from mlscan.checks.promotion import found_in
    from mlscan.checks.settled import settled

    graphed = Graphed(worker, catalog, asked.read, done.pipelines, done.opened)
    world = World.of(graphed.graph)
    by_path: dict[str, list[Finding]] = defaultdict(list)
    of_gates = list(found_in(world))
    granting = [item for path in sorted(done.grants) if (item := graphed.document(path)) is not None]
    rights = Rights.of(granting, catalog.access, world)
    repository = _repository(world, graphed, catalog, done) if world.cases else None
    found = [
        *of_gates,
        *rights_in(rights, of_gates),
        *identity.found_in(world),
        *rollout.found_in(world),
        *(_of_deploys(world, graphed, catalog, repository, config, asked.whole) if repository else ()),
    ]
    before: dict[str, list[Finding]] = defaultdict(list)
    for finding in done.findings:
        before[finding.place.path].append(finding)
    for finding in found:
        path = finding.place.path
        if not any(
            (one.rule, one.place.region) == (finding.rule, finding.place.region) for one in before[path]
        ):
            by_path[path].append(finding)
    findings: list[Finding] = []
    told = {note.path for note in done.notes if note.kind == "unparsed"}
    notes = [note for note in graphed.graph.notes if note.path not in told and asked.about(note.path)]
    # Of files that only grant rights most hold neither a finding nor a comment that may be useless.
    looked = graphed.paths | {item.source.path for item in granting if b"mlscan" in item.data}
    for path in sorted({*by_path, *looked}):
        owner = graphed.document(path)
        if owner is not None:
            marked, unused = worker.analyser.marked(owner, by_path[path], before[path])
            findings += worker.reported(marked, owner)
            notes += unused if path in looked and asked.about(path) else []
    of_code, of_graph = settled(done.findings, findings, world)
    counted = tuple(filter(asked.counts, of_graph))
    return Partial(counted, tuple(notes)), of_code, Insight(world, rights, repository)


def _repository(world: World, graphed: Graphed, catalog: Catalog, done: Partial) -> Repository:
    from mlscan.evidence.repository import Repository

    assessed = (case.verdicts for case in world.cases)
    return Repository.of(graphed.graph, assessed, catalog.evidence, graphed.document, done.sighted)


def _of_deploys(
    world: World, graphed: Graphed, catalog: Catalog, repository: Repository, config: Config, whole: bool
) -> Iterator[Finding]:
    """What is asked about each deploy: what shows that it may be released, what its job runs of others."""
    from mlscan.checks.evidence.family import found_in as shown_in
    from mlscan.checks.integrity.deploy_path import DeployPath

    yield from shown_in(repository, config.policy, whole)
    yield from DeployPath(catalog).find(world, graphed.document)
