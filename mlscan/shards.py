"""Shards of files to partial results, in this process or, where it pays, in a pool of them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mlscan.analyse import Analyser, Understood
from mlscan.catalog.schema import Catalog
from mlscan.config import Config
from mlscan.documents.document import Document
from mlscan.identify import identified
from mlscan.model import Confidence, Family, Finding, Note, Rule
from mlscan.processors import forkable
from mlscan.sources.source import Source
from mlscan.sources.tree import Entry, Large, Listing, read
from mlscan.sources.windows import Window, windows
from mlscan.suppress.paths import PathIgnores
from mlscan.watchdog import TooLongError, within

if TYPE_CHECKING:
    from mlscan.baseline.keys import Keys

# Starting a pool costs about 60 ms, as much as scanning 12 MB.
_POOL_PAYS = 12_000_000
_SHARDS_PER_JOB = 8


@dataclass(frozen=True, slots=True)
class Opened:
    """Where the secrets of a file stand in its `Document.data`, as long as it has this size and was last
    written then."""

    path: str
    size: int
    changed: int
    secrets: tuple[tuple[int, int], ...]

    def holds(self, source: Source) -> bool:
        """Whether the file is still what was read."""
        return (len(source.data), source.changed) == (self.size, self.changed)


@dataclass(frozen=True, slots=True)
class Partial:
    """What a shard amounts to; `pipelines` are paths the promotion graph wants to see, `grants` those that
    the rules over rights want to see.

    `opened` are the files that were read for secrets, for whoever opens them again;
    `sighted` are paths with the kinds of release evidence that may be there; `promoting` are modules
    that may bring a model to production.
    """

    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    pipelines: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()
    opened: tuple[Opened, ...] = ()
    sighted: tuple[tuple[str, frozenset[str]], ...] = ()
    promoting: tuple[str, ...] = ()
    files: int = 0
    bytes: int = 0


class Worker:
    """What every process needs to work on a shard."""

    def __init__(
        self, catalog: Catalog, rules: tuple[Rule, ...], config: Config, keys: Keys | None = None
    ) -> None:
        """With `keys`, findings tell by what a baseline may know them."""
        inventory = config.min_confidence is Confidence.LOW
        self.analyser = Analyser(
            catalog, rules, inventory=inventory, enabled=config.enabled, plugins=config.plugins
        )
        self.patience = config.max_file_seconds
        self._rules = {rule.id: rule for rule in rules}
        self._config = config
        self._ignored = PathIgnores(config.per_path_ignores)
        self._keys = keys

    def shard(self, root: Path, paths: Iterable[str], *, because: str = "") -> Partial:
        """The partial result of some files below a root; a file that vanished meanwhile is a note. Where
        there is a reason `because` of which nothing is to be understood, only tokens are found."""
        # Syntax trees are freed by counting references; looking for cycles among them finds none.
        collects = gc.isenabled()
        gc.disable()
        limit = 0 if because else self._config.max_file_size
        files = (read(root, path, limit) for path in paths)
        done = merged(self._file(root, file, because) for file in files if file is not None)
        if collects:
            gc.enable()
        return done

    def found(self, files: Iterable[Source | Note | None]) -> Partial:
        """The partial result of files as they are read: sources, notes on what is none, None for binaries."""
        return merged(
            Partial(notes=(file,)) if isinstance(file, Note) else self.source(file)
            for file in files
            if file is not None
        )

    def source(self, source: Source) -> Partial:
        """The partial result of one file; of one that takes too long or nests too deeply, what its text
        shows, with a note."""
        try:
            return within(lambda: self._partial(source, self.analyser.analyse(source)))
        except TooLongError:
            what = f"takes longer than {self.patience} s"
        except (RecursionError, MemoryError) as error:
            what = "nested too deeply" if isinstance(error, RecursionError) else "takes too much memory"
        note = Note(source.path, "unparsed", f"{what}; only tokens are found")
        try:
            return merged((within(lambda: self._text(source)), Partial(notes=(note,))))
        except (TooLongError, MemoryError):
            note = Note(source.path, "unreadable", what)
            return Partial(notes=(note,), files=1, bytes=len(source.data))

    def _file(self, root: Path, file: Source | Large | Note, because: str) -> Partial:
        if isinstance(file, Note):
            return Partial(notes=(file,))
        if isinstance(file, Source):
            return self.source(file)
        because = because or f"larger than {self._config.max_file_size} bytes ({file.size})"
        return self._in_windows(root, file, because)

    def _in_windows(self, root: Path, file: Large, because: str) -> Partial:
        """What the text of a file shows that is not held as a whole."""
        notes = [Note(file.path, "unparsed", f"{because}; only tokens are found")]
        findings: list[Finding] = []
        try:
            for window in windows(root, file.path):
                findings += within(partial(self._window, file.path, window))
        except (TooLongError, OSError):
            notes = [Note(file.path, "unreadable", "only a part of it could be read")]
        return Partial(tuple(findings), tuple(notes), files=1, bytes=file.size)

    def _window(self, path: str, window: Window) -> list[Finding]:
        understood = self.analyser.tokens(Source(path, window.data))
        assert understood.document is not None
        position = understood.document.lines.position
        low, high = position(window.low), position(window.high)
        return [
            replace(finding, place=replace(finding.place, region=window.region(finding.place.region)))
            for finding in self.reported(understood.findings, understood.document)
            if low <= (finding.place.region.start_line, finding.place.region.start_column) < high
        ]

    def _text(self, source: Source) -> Partial:
        return self._partial(source, self.analyser.tokens(source))

    def _partial(self, source: Source, understood: Understood | None) -> Partial:
        if understood is None:
            return Partial(files=1, bytes=len(source.data))
        sighted = ((source.path, understood.sighted),) if understood.sighted else ()
        promoting = (source.path,) if understood.promotes else ()
        if understood.document is None:
            return Partial(sighted=sighted, promoting=promoting, files=1, bytes=len(source.data))
        pipelines = (source.path,) if understood.pipeline else ()
        findings = tuple(self.reported(understood.findings, understood.document))
        opened = Opened(source.path, len(source.data), source.changed, understood.document.concealed)
        grants = (source.path,) if understood.access else ()
        return Partial(
            findings, understood.notes, pipelines, grants, (opened,), sighted, promoting, 1, len(source.data)
        )

    def wanted(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings the configuration asks for, those that it ignores at their path marked."""
        found = [item for item in findings if self._config.wants(self._rules[item.rule], item.confidence)]
        return self._ignored.apply(found, self._rules) if self._ignored else found

    def reported(self, findings: Iterable[Finding], document: Document) -> list[Finding]:
        """The wanted ones of a document's findings, sorted, with their identities."""
        found = identified(self.wanted(findings), document)
        return found if self._keys is None else [self._keyed(item, document, self._keys) for item in found]

    def _keyed(self, finding: Finding, document: Document, keys: Keys) -> Finding:
        about_secret = self._rules[finding.rule].family is Family.SECRETS
        return replace(finding, known_by=keys.of(finding, document, about_secret=about_secret))


def merged(partials: Iterable[Partial]) -> Partial:
    """Several partial results as one."""
    parts = list(partials)
    return Partial(
        tuple(finding for part in parts for finding in part.findings),
        tuple(note for part in parts for note in part.notes),
        tuple(path for part in parts for path in part.pipelines),
        tuple(path for part in parts for path in part.grants),
        tuple(item for part in parts for item in part.opened),
        tuple(item for part in parts for item in part.sighted),
        tuple(path for part in parts for path in part.promoting),
        sum(part.files for part in parts),
        sum(part.bytes for part in parts),
    )


def run(worker: Worker, listing: Listing, jobs: int, progress: Callable[[int, int], None] | None) -> Partial:
    """The partial result of a listing; `jobs` 0 chooses, and the result is the same for any number."""
    total = sum(entry.size for entry in listing.entries)
    processes = jobs or min(forkable(), 1 + total // _POOL_PAYS)
    shards = _shards(listing.entries, total, processes)
    done: list[Partial] = []
    files = 0
    results: Generator[Partial, None, None]
    if processes > 1 < len(shards):
        from mlscan.pool import pooled

        results = pooled(worker, listing.root, shards, processes)
    else:
        results = (worker.shard(listing.root, paths) for paths in shards)
    with closing(results):
        for paths, part in zip(shards, results, strict=True):
            done.append(part)
            files += len(paths)
            if progress is not None:
                progress(files, len(listing.entries))
    return merged(done)


def _shards(entries: tuple[Entry, ...], total: int, processes: int) -> list[list[str]]:
    """Paths in order, cut into runs of about equal cost."""
    overhead = 20_000  # opening a file costs about as much as scanning this many bytes
    limit = max(2_000_000, (total + overhead * len(entries)) // (processes * _SHARDS_PER_JOB) + 1)
    shards: list[list[str]] = []
    cost = limit
    for entry in entries:
        if cost >= limit:
            shards.append([])
            cost = 0
        shards[-1].append(entry.path)
        cost += entry.size + overhead
    return shards
