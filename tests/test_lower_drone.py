"""Drone and Woodpecker: promotions, filters, steps in order, several documents in one file."""

from __future__ import annotations

import textwrap

import pytest

from mlscan.catalog.load import read_catalog, rules_directory
from mlscan.documents.document import text_document
from mlscan.promotion.build import build
from mlscan.promotion.verdicts import Verdict, verdicts
from mlscan.sources.source import Source

CATALOG = read_catalog(rules_directory())
STEP = "name: ship, image: x, commands: [databricks bundle deploy -t prod]"


def found(text: str, path: str = ".drone.yml") -> list[Verdict]:
    documents = [text_document(Source(path, textwrap.dedent(text).encode()))]
    return list(verdicts(build(documents, lambda _: None, CATALOG)))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", "ungated"),
        ("when: {event: promote, target: production}", "gate-weak"),
        ("when: {event: [promote, push]}", "ungated"),
        ("when: {event: tag}", "ungated"),
        ("when: {branch: {exclude: [main]}, event: push}", "ungated"),
        ("when: {event: {exclude: [push, tag, pull_request, cron, promote]}}", "no-prod"),
    ],
)
def test_drone(more: str, expected: str) -> None:
    (verdict,) = found(f"kind: pipeline\nname: cd\nsteps: [{{{STEP}, {more}}}]\n")
    assert verdict.kind.value == expected


def test_the_trigger_of_a_document_holds_all_its_steps() -> None:
    text = f"""
        kind: pipeline
        name: build
        steps: [{{name: a, image: x, commands: [make]}}]
        ---
        kind: pipeline
        name: release
        trigger: {{event: [promote], target: [production]}}
        steps:
          - {{{STEP}}}
        depends_on: [build]
    """
    assert [verdict.kind.value for verdict in found(text)] == ["gate-weak"]


def test_woodpecker() -> None:
    steps = "steps:\n  ship:\n    image: x\n    commands: [databricks bundle deploy -t prod]\n"
    head = "when:\n  - event: deployment\n"
    assert [verdict.kind.value for verdict in found(steps, ".woodpecker/cd.yml")] == ["ungated"]
    assert [verdict.kind.value for verdict in found(head + steps, ".woodpecker/cd.yml")] == ["gate-weak"]
    assert [verdict.kind.value for verdict in found(head + "  - event: push\n" + steps)] == ["ungated"]
