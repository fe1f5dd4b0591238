"""One fact is one finding: which rule wins, and what it keeps of what the others knew."""

from __future__ import annotations

import textwrap

import pytest

from mlscan.catalog.load import read_catalog, rules_directory
from mlscan.checks.promotion import check
from mlscan.documents.document import text_document
from mlscan.model import Finding
from mlscan.promotion.build import build
from mlscan.promotion.claims import claims_approval
from mlscan.sources.source import Source

CATALOG = read_catalog(rules_directory())
DEPLOY = "az ml online-deployment create -f blue.yml --endpoint-name churn-prod"
HEAD = "on: {push: {branches: [main]}}\njobs:\n"


def found(jobs: str, head: str = HEAD) -> list[Finding]:
    text = head + textwrap.indent(textwrap.dedent(jobs), "  ")
    documents = {".github/workflows/cd.yml": text_document(Source(".github/workflows/cd.yml", text.encode()))}
    return list(check(build(documents.values(), documents.get, CATALOG)))


def rules(jobs: str, head: str = HEAD) -> list[str]:
    return [finding.rule for finding in found(jobs, head)]


def test_an_error_wins_and_keeps_what_a_warning_knew() -> None:
    (finding,) = found(f"# requires manual approval\nd: {{runs-on: u, steps: [{{run: {DEPLOY}}}]}}\n")
    assert finding.rule == "direct-to-prod"
    assert any("speaks of an approval" in reason for reason in finding.evidence)


def test_a_mismatch_behind_another_environment_is_evidence() -> None:
    (finding,) = found(f"d: {{runs-on: u, environment: staging, steps: [{{run: {DEPLOY}}}]}}\n")
    assert finding.rule == "direct-to-prod"
    assert any("does not fit target" in reason for reason in finding.evidence)


def test_a_way_around_says_more_than_no_gate() -> None:
    jobs = f"""\
        a: {{runs-on: u, environment: production, steps: [{{run: {DEPLOY}}}]}}
        b: {{runs-on: u, steps: [{{run: {DEPLOY}}}]}}
    """
    assert sorted(rules(jobs)) == ["gate-unverified", "sibling-bypass"]


def test_anybody_is_worse_than_a_void_gate() -> None:
    jobs = f"""\
        a: {{runs-on: u, environment: production, steps: [{{run: echo}}]}}
        b: {{needs: a, if: always(), runs-on: u, steps: [{{run: {DEPLOY}}}]}}
    """
    assert rules(jobs, "on: issue_comment\njobs:\n") == ["untrusted-trigger-deploys"]
    assert rules(jobs) == ["gate-void"]


def test_what_is_approved_is_another_fact() -> None:
    step = "{run: 'gcloud run deploy churn-prod --image r/a:latest'}"
    jobs = f"d: {{runs-on: u, environment: production, steps: [{step}]}}\n"
    assert sorted(rules(jobs)) == ["approval-not-bound-to-artifact", "gate-unverified"]


@pytest.mark.parametrize(
    "text",
    ["# requires manual approval", "Deploy (Approval Required)", "after human approval", "waits for approval",
     "# only after being approved by needs approval"],
)  # fmt: skip
def test_claims(text: str) -> None:
    assert claims_approval(text)


@pytest.mark.parametrize(
    "text",
    ["no approval needed", "TODO: add manual approval", "approved models only", "auto-approve", "approval",
     "without manual approval", "skip if approval is required"],
)  # fmt: skip
def test_no_claims(text: str) -> None:
    assert not claims_approval(text)
