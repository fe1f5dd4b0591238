"""Azure ML: what a declaration handed to `az ml` says about the endpoint."""

from __future__ import annotations

import pytest
from deliveries import kinds_of

WORKFLOW = """
    on: push
    jobs:
      deploy:
        steps:
          - run: az ml online-deployment create --file ml/deployment.yml --all-traffic
"""
DEPLOYMENT = """
    $schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json
    name: blue
    endpoint_name: %s
    model: azureml:churn@latest
"""


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [("churn-prod", "ungated"), ("churn-dev", "no-prod"), ("churn", "ungated-implicit")],
)
def test_endpoint_of_the_file(endpoint: str, expected: str) -> None:
    files = {".github/workflows/cd.yml": WORKFLOW, "ml/deployment.yml": DEPLOYMENT % endpoint}
    assert kinds_of(files) == [("deploy", expected)]


def test_missing_file() -> None:
    assert kinds_of({".github/workflows/cd.yml": WORKFLOW}) == [("deploy", "ungated-implicit")]
