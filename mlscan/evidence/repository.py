"""A repository as release evidence sees it: its graph, its releases, and the files worth a look."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from mlscan.catalog.markers import EvidenceMarkers
from mlscan.catalog.sightings import LEARNING, Sightings
from mlscan.documents.document import Document
from mlscan.evidence.markers import Markers, markers_of
from mlscan.evidence.proof import Proof
from mlscan.evidence.releases import Release, releases
from mlscan.evidence.scripts import Scripts
from mlscan.evidence.uses import Use
from mlscan.evidence.way import Way
from mlscan.promotion.graph import Graph, Pipeline
from mlscan.promotion.lower.context import repository_of
from mlscan.promotion.verdicts import Verdict


@dataclass(frozen=True)
class Repository:
    """`assessed` are the verdicts on every deploy of `graph`, `read` opens a file, `sighted` are paths with
    the kinds of evidence that may be there."""

    graph: Graph
    assessed: tuple[tuple[Verdict, ...], ...]
    catalog: EvidenceMarkers
    read: Callable[[str], Document | None]
    sighted: dict[str, frozenset[str]]

    @classmethod
    def of(
        cls,
        graph: Graph,
        assessed: Iterable[tuple[Verdict, ...]],
        catalog: EvidenceMarkers,
        read: Callable[[str], Document | None],
        sighted: Iterable[tuple[str, frozenset[str]]],
    ) -> Repository:
        return cls(graph, tuple(assessed), catalog, read, dict(sorted(sighted)))

    @cached_property
    def markers(self) -> Markers:
        return markers_of(self.catalog)

    @cached_property
    def seen(self) -> dict[str, tuple[tuple[Pipeline | None, object, Proof], ...]]:
        """What stands anywhere for a kind of evidence, once it was looked for."""
        return {}

    @cached_property
    def used(self) -> dict[tuple[str, str], tuple[Use, ...]]:
        """What files (kind of evidence, path) use of the modules of a kind, once they were read for it."""
        return {}

    @cached_property
    def sightings(self) -> Sightings:
        return Sightings(self.catalog)

    @cached_property
    def releases(self) -> tuple[Release, ...]:
        return releases(self.assessed)

    @cached_property
    def scripts(self) -> Scripts:
        return Scripts(self.graph)

    def learns(self, release: Release) -> bool:
        """Whether a file of the project that is released holds a program that trains."""
        pipeline = release.pipeline
        bundle = pipeline.platform == _BUNDLE
        root = posixpath.dirname(pipeline.path) if bundle else repository_of(pipeline.path)
        return any(
            LEARNING in kinds and (not root or path.startswith(f"{root}/"))
            for path, kinds in self.sighted.items()
        )

    def way(self, release: Release) -> Way:
        """What stands before a release."""
        return Way(release, self.scripts, self.read, self.sighted)

    def releases_models(self, release: Release, way: Way) -> bool:
        """Whether a release trains, registers or measures a model, or deploys to what serves nothing else
        in a repository that trains."""
        if any(action.kind in _OF_MODELS for _, action in way.actions):
            return True
        titles = (deploy.action.title for deploy in release.deploys)
        return any(map(self.markers.serves, titles)) and self.learns(release)


_BUNDLE = "databricks-bundle"
_OF_MODELS = frozenset(("train", "register", "evaluate", "fairness"))
