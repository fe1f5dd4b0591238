"""One scan, and everything that an audit page shows of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlscan.audit import Audit, Commit
from mlscan.catalog.rulebook import rules
from mlscan.catalog.schema import Catalog
from mlscan.config import Config
from mlscan.model import Confidence, Severity
from mlscan.pack import Pack
from mlscan.picture import Picture
from mlscan.scan import Progress, scanned
from mlscan.sources.head import changed, head
from mlscan.sources.request import Request
from mlscan.sources.tree import root_of

if TYPE_CHECKING:
    from mlscan.baseline.read import Given
    from mlscan.scan import Insight


def audit(
    request: Request,
    catalog: Catalog,
    config: Config,
    output: Path | None = None,
    progress: Progress | None = None,
    baselines: Given | None = None,
) -> Audit:
    """Look at a repository once; what the baselines know is held back. The file that the page will be
    written to is left out: a second run would find the first one's there. Raises UserError for paths that
    do not exist."""
    root = root_of(request)
    own = _below(root, output)
    settled = replace(config, exclude=(*config.exclude, *(f"/{_literal(path)}" for path in own)))
    found = scanned(request, catalog, settled, progress, baselines.keys if baselines else None)
    held = found.report if baselines is None else baselines.hold_back(found.report, found.covered)
    shown = Audit(
        name=root.name or "repository",
        commit=_commit(root, own),
        report=held,
        limits=tuple(_limits(config)),
        known=len(rules(catalog)),
    )
    return shown if found.insight is None else _with(shown, found.insight, config)


def _with(shown: Audit, insight: Insight, config: Config) -> Audit:
    from mlscan.deployers import deployers, holders
    from mlscan.evidence.show import pack_of
    from mlscan.promotion.depict import depict

    world, rights, repository = insight.world, insight.rights, insight.repository
    cases = (case.worst for case in world.cases)
    return replace(
        shown,
        picture=depict(world.graph, cases) if world.graph.pipelines else Picture(),
        pack=pack_of(repository, config.policy) if repository is not None else Pack((), bool(config.policy)),
        deployers=deployers(world, rights),
        holders=holders(rights),
    )


def _below(root: Path, output: Path | None) -> tuple[str, ...]:
    """The path of a file relative to the root, where it is below it."""
    if output is None:
        return ()
    whole = output.absolute().parent.resolve() / output.name
    return (whole.relative_to(root.resolve()).as_posix(),) if whole.is_relative_to(root.resolve()) else ()


def _literal(path: str) -> str:
    """A path as a gitignore pattern that means only it."""
    return "".join(f"\\{letter}" if letter in "\\*?[]!# " else letter for letter in path)


def _commit(root: Path, but: tuple[str, ...]) -> Commit | None:
    found = head(root)
    return None if found is None else Commit(*found, changed(root, but))


def _limits(config: Config) -> list[str]:
    """What the configuration left out, in words."""
    found = []
    if config.select:
        found.append(f"only these rules or families: {', '.join(config.select)}")
    if config.ignore:
        found.append(f"not these rules or families: {', '.join(config.ignore)}")
    if config.exclude:
        found.append(f"not the files that match {', '.join(config.exclude)}")
    if config.min_severity is not Severity.NOTE:
        found.append(f"no rules below severity {config.min_severity.level}")
    if config.min_confidence is not Confidence.LOW:
        found.append(f"no findings below {config.min_confidence.word} confidence")
    return found
