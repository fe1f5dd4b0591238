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
from mlscan.promotion.lower.platforms import platform
from mlscan.sources.source import Source

CATALOG = read_catalog(rules_directory())
FIXTURES = Path(__file__).parent.parent / "fixtures"
RULES = ("direct-to-prod", "deploy-without-approval", "gate-unverified")
PROVEN = (
    "gate-void", "gate-after-deploy", "gate-weak", "sibling-bypass", "twin-drift",
    "environment-target-mismatch", "untrusted-trigger-deploys", "comment-claims-approval",
    "approval-not-bound-to-artifact",
)  # fmt: skip


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


@pytest.mark.parametrize("rule", RULES + PROVEN)
def test_every_finding_says_how_it_is_reached_and_mended(rule: str) -> None:
    for folder in sorted((FIXTURES / rule).glob("bad-*")):
        for finding in check(graph_of(folder)):
            assert finding.message.endswith(".")
            assert finding.evidence
            assert finding.fix
            assert "environment" in finding.fix or finding.rule not in RULES
            assert all(place.note and (folder / place.path).is_file() for place in finding.flow)
            assert finding.flow[-1].region.start_line == finding.place.region.start_line
            assert finding.flow[0].note.startswith("started by ")


@pytest.mark.parametrize("rule", PROVEN)
def test_one_fact_is_one_finding(rule: str) -> None:
    """A job has one finding, and beside it at most the one about what was approved."""
    for folder in sorted((FIXTURES / rule).glob("bad-*")):
        found = [finding for finding in check(graph_of(folder)) if finding.rule == rule]
        assert found
        for finding in found:
            beside = [
                other
                for other in check(graph_of(folder))
                if other.flow[-2:] == finding.flow[-2:] and other.rule != finding.rule
            ]
            assert len(beside) <= 1
            assert (
                "approval-not-bound-to-artifact" in (finding.rule, *(other.rule for other in beside), "")
                or not beside
            )


def test_both_rules_have_their_bad_and_ok_cases() -> None:
    for rule in RULES:
        names = [folder.name for folder in (FIXTURES / rule).iterdir()]
        assert sum(name.startswith("bad-") for name in names) >= 4
        assert sum(name.startswith("ok-") for name in names) >= 4
