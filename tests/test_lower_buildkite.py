"""Buildkite: a block holds what stands after it, unless that says what it depends on."""

from __future__ import annotations

import pytest

from mlscan.catalog.load import read_catalog, rules_directory
from mlscan.documents.document import text_document
from mlscan.promotion.build import build
from mlscan.promotion.verdicts import Verdict, verdicts
from mlscan.sources.source import Source

CATALOG = read_catalog(rules_directory())
SH = "command: databricks bundle deploy -t prod"


def found(steps: str, path: str = ".buildkite/pipeline.yml") -> list[Verdict]:
    documents = [text_document(Source(path, f"steps: [{steps}]\n".encode()))]
    return list(verdicts(build(documents, lambda _: None, CATALOG)))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (f"{{{SH}}}", "ungated"),
        (f"{{block: ok}}, {{{SH}}}", "gate-weak"),
        (f"{{block: ok, allowed_teams: [release]}}, {{{SH}}}", "gated"),
        (f"{{{SH}}}, {{block: ok}}, {{command: databricks bundle destroy -t prod}}", "ungated"),
        (f"{{input: who, fields: []}}, {{{SH}}}", "ungated"),
        (f"{{input: who, key: i}}, {{{SH}, depends_on: i}}", "gate-weak"),
        (f"{{command: x, key: a}}, {{block: ok}}, {{{SH}, depends_on: a}}", "ungated"),
        (
            f"{{command: x, key: a}}, {{block: ok, key: b}}, {{{SH}, depends_on: [a, {{step: b}}]}}",
            "gate-weak",
        ),
        (f"{{block: ok}}, {{{SH}, depends_on: ~}}", "ungated"),
        (f"{{block: ok}}, wait, {{{SH}}}", "gate-weak"),
        (f"{{block: ok}}, {{wait: ~, continue_on_failure: true}}, {{{SH}}}", "gate-weak"),
        (f"{{block: ok, if: build.branch == 'main'}}, {{{SH}}}", "ungated"),
        (f"{{block: ok, branches: main}}, {{{SH}, branches: 'main'}}", "gate-weak"),
        (f"{{block: ok, branches: main}}, {{{SH}, branches: 'main release/*'}}", "ungated"),
        (f"{{block: ok}}, {{group: g, steps: [{{{SH}}}]}}", "gate-weak"),
        (f"{{command: x, key: a}}, {{block: ok}}, {{group: g, depends_on: a, steps: [{{{SH}}}]}}", "ungated"),
        (f"{{{SH}, if: build.source == 'ui'}}", "ungated-manual"),
        (f"{{{SH}, if: 'build.tag =~ /^v[0-9]+/'}}", "ungated"),
        (f"{{{SH}, skip: true}}", "no-prod"),
        ("{trigger: deploy-prod}", "gate-unverified"),
        ("{trigger: run-tests}", ""),
        ("{commands: ['export E=prod', 'databricks bundle deploy -t $$E']}", "ungated"),
    ],
)
def test_steps(steps: str, expected: str) -> None:
    assert ([verdict.kind.value for verdict in found(steps)] or [""]) == [expected]


def test_a_pipeline_is_told_by_its_steps_and_not_by_its_name() -> None:
    assert len(found(f"{{label: Deploy, {SH}}}", "ops/builkite/pipeline.yml")) == 1
