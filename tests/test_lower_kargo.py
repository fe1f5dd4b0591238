"""Kargo: policies of a project, in both of their forms."""

from __future__ import annotations

import pytest
from deliveries import kinds_of

PROJECT = """
    apiVersion: kargo.akuity.io/v1alpha1
    kind: %s
    metadata: {name: %s}
    spec:
      promotionPolicies: %s
"""


@pytest.mark.parametrize(
    ("kind", "project", "policies", "expected"),
    [
        ("Project", "churn-model", "[{stage: prod, autoPromotionEnabled: true}]", ["ungated"]),
        ("ProjectConfig", "llm", "[{stageSelector: {name: prod}, autoPromotionEnabled: true}]", ["ungated"]),
        ("Project", "churn-model", "[{stage: prod, autoPromotionEnabled: false}]", ["gate-weak"]),
        ("Project", "churn-model", "[{stage: test, autoPromotionEnabled: true}]", []),
        ("Project", "monitoring", "[{stage: prod, autoPromotionEnabled: true}]", []),
        ("Stage", "churn-model", "[{stage: prod, autoPromotionEnabled: true}]", []),
        ("Project", "churn-model", "[{stage: [prod], autoPromotionEnabled: true}, 3]", []),
        ("Project", "churn-model", "autoPromotionEnabled: true", []),
    ],
)
def test_policies(kind: str, project: str, policies: str, expected: list[str]) -> None:
    policies = f"{{{policies}}}" if policies[0] != "[" else policies
    found = kinds_of({"kargo/project.yaml": PROJECT % (kind, project, policies)})
    assert [verdict for _, verdict in found] == expected
