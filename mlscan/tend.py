"""Baselines written: a scan of what is there, and the file that puts it aside."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mlscan.baseline.file import Own, encode
from mlscan.baseline.find import place_of, shown, to_update
from mlscan.baseline.match import hold_back, match
from mlscan.baseline.update import by_severity, updated
from mlscan.catalog.rulebook import rules as rulebook
from mlscan.catalog.schema import Catalog
from mlscan.config import Config
from mlscan.documents.document import Document
from mlscan.model import Family, Finding
from mlscan.scan import Progress, scanned
from mlscan.shards import Worker
from mlscan.sources.request import Request
from mlscan.sources.tree import reader, root_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to bring the baseline in `file` up to date: with what `source` knows only, with nothing new when it
    is to `prune`; `reason` is for what is added."""

    file: Path
    source: str | None = None
    prune: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Tended:
    """The new text of a baseline, and what changed in one line."""

    text: str
    said: str


def tended(
    request: Request, catalog: Catalog, config: Config, wanted: Wanted, progress: Progress | None = None
) -> Tended:
    """The baseline in a file brought up to date with what a scan finds."""
    old, given = to_update(place_of(request), wanted.file, wanted.source)
    found = scanned(request, catalog, config, progress, given.keys)
    report, covered = found.report, found.covered
    others = [item for item in given.baselines if not item.tended]
    also: dict[Finding, str] | None = {} if wanted.prune else None
    if wanted.source is not None:
        known = match(report, others, given.keys, covered).held
        also = {report.findings[number]: entry.reason for number, entry in known.items()}
    else:
        report = hold_back(report, others, given.keys, covered)
    update = updated(old, report, given.keys, covered, also=also, reason=wanted.reason)
    total, added = len(update.entries), len(update.added)
    severities = f" ({by_severity(report, update.added)})" if update.added else ""
    said = (
        f"{old.name} holds {total} {'entry' if total == 1 else 'entries'}: "
        f"{added} added{severities}, {update.kept} kept, {update.dropped} dropped"
    )
    return Tended(encode(Own(given.keys.salt, update.entries)), said)


def for_detect_secrets(
    request: Request, catalog: Catalog, config: Config, file: Path, progress: Progress | None = None
) -> Tended:
    """detect-secrets' baseline in `file` with the secrets that a scan finds added."""
    from mlscan.baseline.detect_secrets_write import written

    report = scanned(request, catalog, config, progress).report
    root = root_of(request)
    read = reader(root)
    analyser = Worker(catalog, rulebook(catalog), config).analyser

    @lru_cache(maxsize=1)
    def opened(path: str) -> Document | None:
        source = read(path)
        return analyser.document(source) if source is not None else None

    about_secrets = {rule.id for rule in report.rules if rule.family is Family.SECRETS}
    findings = [item for item in report.active if item.rule in about_secrets]
    old = file.read_bytes() if file.is_file() else b""
    content, unseen = written(findings, opened, old, shown(file, root))
    left = f"; no plugin of detect-secrets sees {unseen} more" if unseen else ""
    seen = len(findings) - unseen
    return Tended(
        content, f"{shown(file, root)} holds {seen} secret{'s' * (seen != 1)} that mlscan finds{left}"
    )
