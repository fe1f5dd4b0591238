"""Argo CD, Rollouts and Workflows: automated sync, pauses and suspensions with and without an end."""

from __future__ import annotations

import pytest
from deliveries import kinds_of

APPLICATION = """
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: %s}
    spec:
      source: {path: deploy/prod, targetRevision: main}
      destination: {namespace: churn}
      syncPolicy: %s
"""


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("{automated: {}}", "ungated"),
        ("{automated: {prune: true}}", "ungated"),
        ("{automated: {enabled: false}}", "gate-weak"),
        ("{syncOptions: [CreateNamespace=true]}", "gate-weak"),
    ],
)
def test_application(policy: str, expected: str) -> None:
    assert kinds_of({"a.yaml": APPLICATION % ("churn", policy)}) == [("churn", expected)]


def test_charts_of_others_are_no_deploys_of_ours() -> None:
    text = """
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {name: cert-manager}
        spec:
          source: {chart: cert-manager, repoURL: https://charts.jetstack.io, targetRevision: 1.2.3}
          syncPolicy: {automated: {}}
    """
    assert kinds_of({"a.yaml": text}) == []


def test_application_set_with_generated_environments() -> None:
    text = """
        apiVersion: argoproj.io/v1alpha1
        kind: ApplicationSet
        metadata: {name: serving}
        spec:
          generators: [{list: {elements: [{env: dev}, {env: prod}]}}]
          template:
            spec:
              source: {path: 'overlays/{{env}}', targetRevision: HEAD}
              syncPolicy: {automated: {}}
    """
    assert kinds_of({"a.yaml": text}) == [("serving", "ungated")]


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("{canary: {steps: [{setWeight: 20}, {pause: {}}]}}", "gated"),
        ("{canary: {steps: [{pause: {duration: 10}}, {setWeight: 50}]}}", "ungated-implicit"),
        ("{canary: {steps: [{setWeight: 50}, {analysis: {templates: []}}]}}", "ungated-implicit"),
        ("{blueGreen: {autoPromotionEnabled: false}}", "gated"),
        ("{blueGreen: {autoPromotionEnabled: false, autoPromotionSeconds: 30}}", "ungated-implicit"),
        ("{blueGreen: {activeService: a}}", "ungated-implicit"),
    ],
)
def test_rollout(strategy: str, expected: str) -> None:
    head = "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: r}\n"
    text = f"{head}spec: {{strategy: {strategy}}}\n"
    assert kinds_of({"r.yaml": text}) == [("r", expected)]


WORKFLOW = """
    apiVersion: argoproj.io/v1alpha1
    kind: Workflow
    metadata: {generateName: churn-}
    spec:
      entrypoint: main
      templates:
        - name: main
          steps:
            - - {name: first, template: %s}
            - - {name: second, template: %s}
        - name: wait
          suspend: %s
        - name: ship
          container: {image: x, command: [kubectl], args: [apply, -n, churn-prod, -f, s.yaml]}
        - name: nested
          dag: {tasks: [{name: a, template: ship}]}
"""


@pytest.mark.parametrize(
    ("first", "second", "suspend", "expected"),
    [
        ("wait", "ship", "{}", "gated"),
        ("wait", "nested", "{}", "gated"),
        ("wait", "ship", '{duration: "20"}', "ungated"),
        ("ship", "wait", "{}", "ungated"),
    ],
)
def test_workflow(first: str, second: str, suspend: str, expected: str) -> None:
    assert [kind for _, kind in kinds_of({"w.yaml": WORKFLOW % (first, second, suspend)})] == [expected]
