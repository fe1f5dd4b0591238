"""What a request amounts to: the files it is about, looked at one by one, and what stands around them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from mlscan.config import Config
from mlscan.context import concerns, context
from mlscan.model import Finding
from mlscan.shards import Partial, Worker, merged, run
from mlscan.sources.around import Around
from mlscan.sources.index import Index
from mlscan.sources.request import Request
from mlscan.sources.source import Source
from mlscan.sources.tree import list_files, reader, root_of

Read = Callable[[str], Source | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """`done` is the result of the files that were asked for, `around` holds pipelines, grants and sightings
    of others; `read` opens any file of the same state. `targets` are the paths that findings of the graph
    have to touch, None for the `whole` repository or a single text; `paths` are all that were looked at."""

    done: Partial
    read: Read
    targets: Collection[str] | None = None
    around: Partial = field(default_factory=Partial)
    whole: bool = False
    paths: frozenset[str] = frozenset()

    def about(self, path: str) -> bool:
        """Whether a file was asked for."""
        return self.targets is None or path in self.targets

    def counts(self, finding: Finding) -> bool:
        """Whether a finding of the graph is about what was asked for."""
        return self.targets is None or concerns(finding, self.targets)


def looked_at(
    request: Request,
    worker: Worker,
    config: Config,
    progress: Callable[[int, int], None] | None,
    stack: ExitStack,
) -> Asked:
    """Raises UserError for paths that do not exist; `stack` keeps open what `read` needs."""
    if request.stdin is not None:
        return _stdin(request.stdin, request, worker)
    if request.staged:
        return _staged(
            stack.enter_context(Index(root_of(request), config.max_file_size)), request, worker, config
        )
    listing = list_files(request, config)
    done = merged((run(worker, listing, config.jobs, progress), Partial(notes=listing.notes)))
    read = reader(listing.root)
    targets = frozenset(entry.path for entry in listing.entries)
    if any(Path(path).resolve() == listing.root.resolve() for path in request.paths):
        return Asked(done, read, whole=True, paths=targets)
    return _partly(done, targets, Around(listing.root, read), worker, config)


def _stdin(data: bytes, request: Request, worker: Worker) -> Asked:
    source = Source(request.stdin_filename, data, "stdin")
    on_disk = reader(root_of(request))
    return Asked(worker.source(source), lambda path: source if path == source.path else on_disk(path))


def _staged(index: Index, request: Request, worker: Worker, config: Config) -> Asked:
    excluded = _exclusion(config)
    targets = frozenset(path for path in index.staged_below(request.paths) if not excluded(path))
    done = worker.found(index.fetch(path) for path in sorted(targets))
    return _partly(done, targets, Around(index.root, index.read, cached=True), worker, config)


def _partly(
    done: Partial, targets: frozenset[str], around: Around, worker: Worker, config: Config
) -> Asked:  # fmt: skip
    """What was asked for with what stands around it."""
    others = context(worker, done, targets, around, _exclusion(config))
    return Asked(done, around.read, targets, others, paths=targets)


def _exclusion(config: Config) -> Callable[[str], bool]:
    return config.exclusion() or (lambda path: False)
