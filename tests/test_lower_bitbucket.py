"""Bitbucket Pipelines: lists for events, manual steps, deployments, parallel steps, pipes."""

from __future__ import annotations

import textwrap

import pytest

from mlscan.catalog.load import read_catalog, rules_directory
from mlscan.documents.document import text_document
from mlscan.promotion.build import build
from mlscan.promotion.verdicts import Verdict, verdicts
from mlscan.sources.source import Source

CATALOG = read_catalog(rules_directory())
SH = "script: [databricks bundle deploy -t prod]"


def found(text: str) -> list[Verdict]:
    documents = [text_document(Source("bitbucket-pipelines.yml", textwrap.dedent(text).encode()))]
    return list(verdicts(build(documents, lambda _: None, CATALOG)))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (f"{{step: {{{SH}}}}}", ["ungated"]),
        (f"{{step: {{{SH}, deployment: production}}}}", ["gate-unverified"]),
        (f"{{step: {{{SH}, deployment: production, trigger: manual}}}}", ["gate-weak"]),
        (f"{{step: {{script: [x], trigger: manual}}}}, {{step: {{{SH}}}}}", ["gate-weak"]),
        (f"{{step: {{{SH}}}}}, {{step: {{script: [x], trigger: manual}}}}", ["ungated"]),
        (f"{{parallel: [{{step: {{script: [x], trigger: manual}}}}, {{step: {{{SH}}}}}]}}", ["ungated"]),
        (
            f"{{parallel: {{steps: [{{step: {{script: [x], trigger: manual}}}}]}}}}, {{step: {{{SH}}}}}",
            ["gate-weak"],
        ),
        (f"{{stage: {{trigger: manual, steps: [{{step: {{{SH}}}}}]}}}}", ["gate-weak"]),
        (f"{{stage: {{deployment: production, steps: [{{step: {{{SH}}}}}]}}}}", ["gate-unverified"]),
        ("{step: {script: [./x], deployment: production}}", ["gate-unverified"]),
        ("{step: {script: [./x], deployment: staging}}", ["no-prod"]),
        (
            "{step: {script: [{pipe: atlassian/aws-ecs-deploy:1.6.2, variables: {CLUSTER_NAME: prod}}]}}",
            ["ungated"],
        ),
        ("{step: {script: [export T=prod, databricks bundle deploy -t $T]}}", ["ungated"]),
    ],
)
def test_steps_of_a_branch(steps: str, expected: list[str]) -> None:
    kinds = [verdict.kind.value for verdict in found(f"pipelines: {{branches: {{main: [{steps}]}}}}\n")]
    assert kinds == expected


@pytest.mark.parametrize(
    ("lists", "kind", "words"),
    [
        ("default: [%s]", "ungated", "a push to any branch"),
        ("branches: {'release/*': [%s]}", "ungated", "a push to 'release/x'"),
        ("branches: {'{main,master}': [%s]}", "ungated", "a push to 'main'"),
        ("tags: {'v*': [%s]}", "ungated", "a tag"),
        ("pull-requests: {'**': [%s]}", "ungated", "a pull request"),
        ("custom: {go: [{variables: [{name: X}]}, %s]}", "ungated-manual", "a manual run"),
        ("branches: {'**': [{step: {script: [x]}}]}, default: [%s]", "no-prod", ""),
    ],
)
def test_lists_of_events(lists: str, kind: str, words: str) -> None:
    (verdict,) = found(f"pipelines: {{{lists % f'{{step: {{{SH}}}}}'}}}\n")
    assert verdict.kind.value == kind
    assert (verdict.scenario.words if verdict.scenario else "") == words
