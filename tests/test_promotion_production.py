"""Words that name production, and how facts about a target are weighed."""

from __future__ import annotations

import pytest

from mlscan.catalog.load import read_catalog, rules_directory
from mlscan.model import Place, Region
from mlscan.promotion.graph import Fact
from mlscan.promotion.production import Judge, tokens

JUDGE = Judge(read_catalog(rules_directory()).environments)
HERE = Place("ci.yml", Region(1, 1, 1, 2))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("prod", "prod"),
        ("AWS_ROLE_ARN_PROD", "prod"),
        ("Azure-ARM-Prod", "prod"),
        ("prodBundleCD", "prod"),
        ("configuration-infra-PRD.variables.yml", "prod"),
        ("vars/prod.tfvars", "prod"),
        ("serving:production", "prod"),
        ("product", ""),
        ("reproduce", ""),
        ("productivity-dashboard", ""),
        ("nonprod", "nonprod"),
        ("non-prod", "nonprod"),
        ("pre-prod", "nonprod"),
        ("postProdEval", "nonprod"),
        ("preprod", "nonprod"),
        ("staging", "nonprod"),
        ("my-dev-workspace", "nonprod"),
        ("liveness", ""),
        ("dev,test,prod", "prod"),
    ],
)
def test_names(text: str, expected: str) -> None:
    assert JUDGE.names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Deploy to test", "nonprod"),
        ("test-and-deploy", ""),
        ("Run integration tests", ""),
        ("deploy-prod", "prod"),
        ("Live traffic", ""),
        ("Deploy to live", "prod"),
        ("Build demo image", ""),
    ],
)
def test_names_of_steps_and_jobs(text: str, expected: str) -> None:
    assert JUDGE.names(text, free=True) == expected


def test_tokens_split_camel_case_and_digits() -> None:
    assert tokens("MLOpsProd2Deploy_ToAKS") == ("ml", "ops", "prod", "deploy", "to", "aks")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("create-deployment", True),
        ("allocate-traffic", True),
        ("deploy_model.py", True),
        ("create-endpoint", True),
        ("test-deployment", False),
        ("deploy-pages", False),
        ("delete-deployment", False),
        ("read-yaml", False),
    ],
)
def test_deploys_by_name(name: str, expected: bool) -> None:
    assert JUDGE.deploys_by_name(name) is expected


@pytest.mark.parametrize(
    ("facts", "environment", "strong"),
    [
        ([("target argument", "prod")], "prod", True),
        ([("environment", "prod"), ("job", "deploy-staging")], "prod", True),
        ([("target argument", "staging"), ("workflow", "Production")], "nonprod", True),
        ([("job", "deploy-prod")], "prod", False),
        ([("job", "deploy-prod"), ("file", "cd-prod.yml")], "prod", True),
        ([("job", "deploy-prod"), ("stage", "deploy-dev")], "nonprod", True),
        ([("job", "deploy")], "implicit", False),
        ([("variable group", "ml_prod_vg"), ("job", "deploy-dev")], "prod", False),
    ],
)
def test_target(facts: list[tuple[str, str]], environment: str, strong: bool) -> None:
    target = JUDGE.target([Fact(kind, value, HERE) for kind, value in facts])
    assert target.environment == environment
    if environment == "prod":
        assert target.strong is strong


def test_a_target_left_to_the_run_is_dynamic_unless_a_bound_one_says_more() -> None:
    open_target = Fact("target argument", "${{ inputs.env }}", HERE, dynamic=True)
    assert JUDGE.target([open_target, Fact("job", "deploy-prod", HERE)]).environment == "dynamic"
    assert JUDGE.target([open_target, Fact("environment", "prod", HERE)]).environment == "prod"
