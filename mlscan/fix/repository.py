"""A repository mended: what was found, grouped by how it can be mended, and the files that change for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlscan.catalog.rulebook import graded
from mlscan.catalog.rulebook import rules as rulebook
from mlscan.catalog.schema import Catalog
from mlscan.config import Config
from mlscan.documents.document import Document
from mlscan.fix.credentials import mend
from mlscan.fix.edits import Change, Left, RefusedError
from mlscan.fix.names import Names
from mlscan.fix.python import Rewriter
from mlscan.fix.stores import Store
from mlscan.fix.write import replace_file
from mlscan.model import Family, Finding, Report
from mlscan.scan import scan
from mlscan.shards import Worker
from mlscan.sources.request import Request
from mlscan.sources.source import Source
from mlscan.sources.tree import list_files, reader, root_of

if TYPE_CHECKING:
    from mlscan.baseline.read import Given

Progress = Callable[[int, int], None]
_ADVICE = {
    "yaml": "YAML is not rewritten: refer to a secret there (`${{ secrets.NAME }}`, a variable group, a "
    "Kubernetes Secret) and set it on the server",
    "text": "only Python is rewritten: take the secret out and let the file read it from the environment or "
    "a secret store",
}


@dataclass(frozen=True, slots=True)
class Result:
    """What becomes of a repository. `changes` are sorted by path; `others` counts findings for which there is
    no mending at all, `held` those that a baseline holds back."""

    root: Path
    changes: tuple[Change, ...]
    others: int
    held: int = 0

    @property
    def left(self) -> tuple[Left, ...]:
        return tuple(item for change in self.changes for item in change.left)

    @property
    def changed(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.before != change.after)


class Fixer:
    """Scans once and mends file by file, so that a name is given once for the whole repository."""

    def __init__(
        self,
        request: Request,
        catalog: Catalog,
        config: Config,
        store: Store,
        baselines: Given | None = None,
        *,
        unsafe: bool,
    ) -> None:
        """What the `baselines` hold back is left as it is."""
        self.root = root_of(request)
        self._request = request
        self._catalog = catalog
        self._config = config
        self._rules = {rule.id: rule for rule in graded(rulebook(catalog), config)}
        self._worker = Worker(catalog, tuple(self._rules.values()), config)
        self._read = reader(self.root)
        self._baselines = baselines
        self._unsafe = unsafe
        self._rewriter = Rewriter(store, Names(catalog, self._rules.values()), unsafe=unsafe)

    def run(self, progress: Progress | None = None) -> Result:
        """What would be mended; nothing is written."""
        report = scan(self._request, self._catalog, self._config, progress, self._baselines)
        by_path: dict[str, list[Finding]] = defaultdict(list)
        for finding in report.active:
            if self._rules[finding.rule].family is Family.SECRETS:
                by_path[finding.place.path].append(finding)
        changes = [
            change
            for path, findings in sorted(by_path.items())
            if (change := self._credentials(path, findings))
        ]
        changes += self._pipelines(report)
        mendable = sum(len(change.mended) + len(change.left) for change in changes)
        held = sum(1 for item in report.findings if item.suppressed and item.suppressed.kind == "baseline")
        return Result(self.root, tuple(_merged(changes)), len(report.active) - mendable, held)

    def document(self, source: Source) -> Document:
        """A document whose secrets are concealed."""
        return self._worker.analyser.document(source)

    def write(self, change: Change) -> Change:
        """Write a change; what cannot be written is left."""
        try:
            replace_file(self.root / change.path, change.before, change.after)
        except RefusedError as refused:
            left = tuple(Left(item.finding, refused.reason) for item in change.mended)
            return replace(change, after=change.before, mended=(), left=(*change.left, *left))
        return change

    def _credentials(self, path: str, findings: list[Finding]) -> Change | None:
        source = self._read(path)
        if source is None:
            return None
        document = self.document(source)
        if document.kind not in ("python", "notebook"):
            reason = _ADVICE[document.kind]
            return Change(path, source.data, source.data, (), tuple(Left(item, reason) for item in findings))
        return mend(document, findings, self._rewriter, self._rescan)

    def _rescan(self, source: Source) -> Iterable[Finding]:
        understood = self._worker.analyser.analyse(source)
        found = self._worker.wanted(understood.findings) if understood is not None else []
        return [item for item in found if item.suppressed is None]

    def _pipelines(self, report: Report) -> list[Change]:
        from mlscan.fix.jobs import RULES, Pipelines

        found = [finding for finding in report.active if finding.rule in RULES]
        if not found:
            return []
        listing = list_files(replace(self._request, paths=(str(self.root),)), self._config)
        sources = (self._read(entry.path) for entry in listing.entries)
        paths = [item.path for item in sources if item is not None and self._worker.analyser.pipeline(item)]
        opened: dict[str, Document | None] = {}

        def document(path: str) -> Document | None:
            if path not in opened:
                source = self._read(path)
                opened[path] = self.document(source) if source is not None else None
            return opened[path]

        return Pipelines(self._catalog, paths, document, unsafe=self._unsafe).mend(found)


def _merged(changes: list[Change]) -> list[Change]:
    """One change a file. What was only left has no bytes of its own."""
    by_path: dict[str, Change] = {}
    for change in changes:
        known = by_path.get(change.path)
        if known is None:
            by_path[change.path] = change
            continue
        edited = change if change.before != change.after else known
        by_path[change.path] = replace(
            edited, mended=(*known.mended, *change.mended), left=(*known.left, *change.left)
        )
    return [by_path[path] for path in sorted(by_path)]
