"""Findings of the promotion graph on the miniature repositories of `fixtures/`: path, evidence, remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mlscan.catalog.load import read_catalog, rules_directory
from mlscan.checks.promotion import check
from mlscan.documents.document import Document, text_document
from mlscan.promotion.build import build
from mlscan.promotion.graph import Graph
from mlscan.promotion.lower import platform
from mlscan.sources.source import Source

CATALOG = read_catalog(rules_directory())
FIXTURES = Path(__file__).parent.parent / "fixtures"
RULES = ("direct-to-prod", "deploy-without-approval", "gate-unverified")


def reader(root: Path) -> Callable[[str], Document | None]:
    def read(path: str) -> Document | None:
        file = root / path
        return text_document(Source(path, file.read_bytes())) if file.is_file() else None

    return read


def graph_of(root: Path) -> Graph:
    read = reader(root)
    paths = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    documents = [document for path in paths if (document := read(path)) is not None]
    return build([document for document in documents if platform(document)], read, CATALOG)


@pytest.mark.parametrize("rule", RULES)
def test_every_finding_says_how_it_is_reached_and_mended(rule: str) -> None:
    for folder in sorted((FIXTURES / rule).glob("bad-*")):
        for finding in check(graph_of(folder)):
            assert finding.message.endswith(".")
            assert finding.evidence
            assert "environment" in finding.fix
            assert all(place.note and (folder / place.path).is_file() for place in finding.flow)
            assert finding.flow[-1].region == finding.place.region
            assert finding.flow[0].note.startswith("started by ")


def test_both_rules_have_their_bad_and_ok_cases() -> None:
    for rule in RULES:
        names = [folder.name for folder in (FIXTURES / rule).iterdir()]
        assert sum(name.startswith("bad-") for name in names) >= 4
        assert sum(name.startswith("ok-") for name in names) >= 4
