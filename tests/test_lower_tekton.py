"""Tekton: tasks in the order of `runAfter` and of results, approval tasks."""

from __future__ import annotations

import pytest
from deliveries import kinds_of

PIPELINE = """
    apiVersion: tekton.dev/v1
    kind: Pipeline
    metadata: {name: churn}
    spec:
      tasks:
        - name: ok
          taskRef: {apiVersion: openshift-pipelines.org/v1alpha1, kind: ApprovalTask}
        - name: ship
          %s
          taskSpec: {steps: [{name: s, image: x, script: "kubectl apply -n churn-prod -f s/"}]}
"""


@pytest.mark.parametrize(
    ("edge", "expected"),
    [
        ("runAfter: [ok]", "gated"),
        ("retries: 1", "ungated"),
        ("params: [{name: by, value: $(tasks.ok.results.by)}]", "gated"),
    ],
)
def test_order(edge: str, expected: str) -> None:
    assert kinds_of({"p.yaml": PIPELINE % edge}) == [("ship", expected)]


def test_task_of_the_same_file_and_of_the_catalogue() -> None:
    text = """
        apiVersion: tekton.dev/v1
        kind: Task
        metadata: {name: apply}
        spec: {steps: [{image: x, command: [helm], args: [upgrade, churn, ./chart, -n, churn-prod]}]}
        ---
        apiVersion: tekton.dev/v1
        kind: Pipeline
        metadata: {name: churn}
        spec:
          tasks:
            - {name: one, taskRef: {name: apply}}
            - {name: two, taskRef: {name: helm-upgrade-from-source}, params: [{name: namespace, value: dev}]}
    """
    assert kinds_of({"p.yaml": text}) == [("one", "ungated"), ("two", "no-prod")]
