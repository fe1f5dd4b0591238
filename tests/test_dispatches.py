"""Workflows that a step of another one starts: how it is read, what it is handed, and where it ends."""

from __future__ import annotations

import textwrap
from time import perf_counter

import pytest

from mlscan.catalog.load import read_catalog, rules_directory
from mlscan.documents.document import text_document
from mlscan.promotion.build import build
from mlscan.promotion.verdicts import verdicts
from mlscan.sources.source import Source

CATALOG = read_catalog(rules_directory())
FOLDER = ".github/workflows/"
DEPLOY = """
name: Ship it
on:
  workflow_dispatch:
    inputs:
      target: {default: dev}
jobs:
  deploy:
    runs-on: u
    steps:
      - run: databricks bundle deploy -t ${{ inputs.target }}
"""
SCRIPT = "uses: actions/github-script@v7\n        with:\n          script: |\n            github.%s({%s})"
BENC = "{uses: benc-uk/workflow-dispatch@v1, with: {workflow: Ship it"
WAIT = "convictional/trigger-workflow-and-wait@v1"
REST = "rest.actions.createWorkflowDispatch"
OURS = "owner: context.repo.owner, repo: context.repo.repo, workflow_id: 'deploy.yml', ref: 'main'"


def kinds(step: str, deploy: str = DEPLOY) -> set[str]:
    """The verdicts on what a push reaches through a step of `ci.yml`."""
    ci = f"on: push\njobs:\n  go:\n    runs-on: u\n    env: {{T: prod}}\n    steps:\n      - {step}\n"
    texts = {f"{FOLDER}ci.yml": ci, f"{FOLDER}deploy.yml": textwrap.dedent(deploy)}
    documents = {path: text_document(Source(path, text.encode())) for path, text in texts.items()}
    graph = build(documents.values(), documents.get, CATALOG)
    return {found.kind.value for found in verdicts(graph) if found.deploy.pipeline.path.endswith("ci.yml")}


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("run: gh workflow run deploy.yml -f target=prod", {"ungated"}),
        ("run: gh workflow run 'Ship it' --ref main --field=target=prod", {"ungated"}),
        ('run: gh workflow run deploy.yml --raw-field target="$T"', {"ungated"}),
        ('run: gh workflow run deploy.yml -f target="$(pick)"', {"ungated-dynamic"}),
        ("run: gh workflow run deploy.yml", {"no-prod"}),
        ("run: gh workflow run deploy.yml -R $GITHUB_REPOSITORY -f target=prod", {"ungated"}),
        ("run: gh workflow run deploy.yml -R acme/infra -f target=prod", {"gate-unverified"}),
        ("run: gh workflow run checks.yml -R acme/infra -f target=prod", set()),
        ("run: gh workflow run other.yml -f target=prod", set()),
        ("run: gh workflow run ci.yml", set()),
        ("run: echo gh workflow run deploy.yml -f target=prod", set()),
        ("run: gh workflow view deploy.yml", set()),
        (SCRIPT % (REST, f"{OURS}, inputs: {{ target: 'prod' }}"), {"ungated"}),
        (SCRIPT % (REST, f"{OURS}, inputs: {{ target: chosen }}"), {"ungated-dynamic"}),
        (SCRIPT % (REST, OURS), {"no-prod"}),
        (SCRIPT % ("rest.actions.listWorkflowRuns", OURS), set()),
        (BENC + "}}", {"no-prod"}),
        (
            f'{BENC}, inputs: \'{{"target": "prod"}}\'}}}}',
            {"ungated"},
        ),
        (
            f"{BENC}, inputs: '{{\"target\": ${{{{ x }}}}}}'}}}}",
            {"ungated-dynamic"},
        ),
        (
            f"{{uses: {WAIT}, with: {{owner: acme, repo: infra, workflow_file_name: deploy-model.yml}}}}",
            {"gate-unverified"},
        ),
        (
            "{uses: peter-evans/repository-dispatch@v3, with: {repository: acme/infra, event-type: deploy}}",
            {"gate-unverified"},
        ),
        ("{uses: peter-evans/repository-dispatch@v3, with: {event-type: deploy}}", set()),
    ],
)
def test_a_push_starts_a_workflow(step: str, expected: set[str]) -> None:
    assert kinds(step) == expected


def test_the_started_workflow_sees_its_own_event() -> None:
    by_hand = DEPLOY.replace("runs-on: u", "if: github.event_name == 'workflow_dispatch'\n    runs-on: u")
    on_push = by_hand.replace("== 'workflow_dispatch'", "== 'push'")
    assert kinds("run: gh workflow run deploy.yml -f target=prod", by_hand) == {"ungated"}
    assert kinds("run: gh workflow run deploy.yml -f target=prod", on_push) == {"no-prod"}


def test_one_that_starts_by_itself_is_told_of_on_its_own() -> None:
    both = DEPLOY.replace("on:\n", "on:\n  push:\n")
    assert kinds("run: gh workflow run deploy.yml -f target=prod", both) == set()


def test_workflows_that_start_each_other_end() -> None:
    again = DEPLOY + "      - run: gh workflow run deploy.yml\n      - run: gh workflow run ci.yml\n"
    assert kinds("run: gh workflow run deploy.yml -f target=prod", again) == {"ungated"}


@pytest.mark.parametrize("inside", ["{" * 50_000, "inputs: {" * 5_000, "${{ }}" * 9_000, "repo:" * 20_000])
def test_hostile_scripts_take_no_time(inside: str) -> None:
    begun = perf_counter()
    kinds(SCRIPT % (REST, inside))
    assert perf_counter() - begun < 5
