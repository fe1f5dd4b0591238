"""Flux: what is merged is applied; suspension, operators of others, sources."""

from __future__ import annotations

import pytest
from deliveries import graph_of, kinds_of

SYNC = """
    apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    metadata: {name: %s}
    spec:
      path: %s
      sourceRef: {kind: GitRepository, name: fleet}
      %s
"""
SOURCE = """
    apiVersion: source.toolkit.fluxcd.io/v1
    kind: GitRepository
    metadata: {name: fleet}
    spec: {ref: {branch: release}}
"""


@pytest.mark.parametrize(
    ("name", "path", "rest", "expected"),
    [
        ("churn-api", "./apps/production/churn", "prune: true", ["ungated"]),
        ("churn-api", "./apps/production/churn", "suspend: true", ["gate-weak"]),
        ("churn-api", "./apps/production/churn", "suspend: false", ["ungated"]),
        ("churn-api", "./apps/churn", "targetNamespace: churn-prod", ["ungated"]),
        ("churn-api", "./apps/staging/churn", "prune: true", []),
        ("churn-api", "./apps/churn", "prune: true", []),
        ("monitoring", "./infra/production/monitoring", "prune: true", []),
        ("kserve", "./infra/production/kserve", "prune: true", []),
        ("churn-api", "[x]", "prune: true", []),
    ],
)
def test_kustomization(name: str, path: str, rest: str, expected: list[str]) -> None:
    found = kinds_of({"clusters/sync.yaml": SYNC % (name, path, rest)})
    assert [kind for _, kind in found if kind != "no-prod"] == expected


def test_branch_of_the_source() -> None:
    sync = SYNC % ("churn-api", "./apps/production/churn", "prune: true")
    files = {"clusters/sync.yaml": sync}
    assert [one.event for one in graph_of(files).pipelines[0].triggers] == ["new revision"]
    files["clusters/flux-system/gotk-sync.yaml"] = SOURCE
    assert [one.refs for one in graph_of(files).pipelines[0].triggers] == [("release",)]
