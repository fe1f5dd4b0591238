"""Gates as code: environments that Terraform creates with and without people who approve."""

from __future__ import annotations

import pytest
from deliveries import graph_of, kinds_of

WORKFLOW = """
    on: push
    jobs:
      deploy:
        environment: production
        steps: [{run: databricks bundle deploy -t prod}]
"""
ENVIRONMENT = """
    resource "github_repository_environment" "this" {
      environment = "%s"
      %s
    }
"""
PATH = ".github/workflows/cd.yml"


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("production", "reviewers {\n teams = [1]\n }", "gated"),
        ("production", "", "gate-void"),
        ("Production", "wait_timer = 30", "gate-void"),
        ("staging", "", "gate-unverified"),
    ],
)
def test_environment_of_a_workflow(name: str, body: str, expected: str) -> None:
    files = {PATH: WORKFLOW, "infra/github.tf": ENVIRONMENT % (name, body)}
    assert kinds_of(files) == [("deploy", expected)]


def test_environment_of_another_repository_in_this_one() -> None:
    files = {f"one/{PATH}": WORKFLOW, "two/github.tf": ENVIRONMENT % ("production", "")}
    assert kinds_of(files) == [("deploy", "gate-unverified")]


def test_proof_and_weakness() -> None:
    reviewed = ENVIRONMENT % ("production", "reviewers {\n teams = [1]\n }")
    (pipeline,) = graph_of({PATH: WORKFLOW, "g.tf": reviewed}).pipelines
    (gate,) = pipeline.jobs[0].gates
    assert gate.proof is not None
    assert gate.proof.path == "g.tf"
    assert gate.weakness
    strict = reviewed.replace("reviewers", "prevent_self_review = true\n reviewers")
    (pipeline,) = graph_of({PATH: WORKFLOW, "g.tf": strict}).pipelines
    assert not pipeline.jobs[0].gates[0].weakness


def test_approval_of_an_azure_environment() -> None:
    terraform = """
        resource "azuredevops_environment" "prod" {
          name = "production"
        }
        resource "azuredevops_check_approval" "prod" {
          target_resource_id   = azuredevops_environment.prod.id
          target_resource_type = "environment"
          approvers            = [azuredevops_group.release.origin_id]
        }
    """
    pipeline = """
        trigger: [main]
        jobs:
          - deployment: ship
            environment: production
            strategy: {runOnce: {deploy: {steps: [{script: databricks bundle deploy -t prod}]}}}
    """
    kinds = {kind for _, kind in kinds_of({"cd.yml": pipeline, "ado.tf": terraform})}
    assert kinds == {"gated"}


def test_protected_environment_of_gitlab() -> None:
    terraform = """
        resource "gitlab_project_protected_environment" "p" {
          environment = "production"
          approval_rules = [{ access_level = "maintainer" }]
        }
    """
    (found,) = graph_of({"g.tf": terraform}).protections
    assert (found.platform, found.name, found.reviewed) == ("gitlab-ci", "production", True)
