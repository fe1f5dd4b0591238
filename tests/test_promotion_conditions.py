"""Conditions of GitHub and Azure under a scenario, in three values."""

from __future__ import annotations

import pytest

from mlscan.model import Place, Region
from mlscan.promotion.conditions import Condition
from mlscan.promotion.graph import Trigger, TriggerKind
from mlscan.promotion.scenarios import Facts, Scenario
from mlscan.promotion.scope import NO_FACTS, Scope

HERE = Place("ci.yml", Region(1, 1, 1, 2))


def facts(kind: TriggerKind, event: str, ref: str = "refs/heads/main", base: str = "") -> Facts:
    return Facts(Scenario(Trigger(kind, event, HERE), ref, base))


PUSH = facts(TriggerKind.PUSH, "push")
PULL = facts(TriggerKind.PULL_REQUEST, "pull_request", "refs/pull/1/merge", "main")
MANUAL = facts(TriggerKind.MANUAL, "workflow_dispatch")
COMMENT = facts(TriggerKind.COMMENT, "issue_comment")


@pytest.mark.parametrize(
    ("text", "where", "expected"),
    [
        ("github.ref == 'refs/heads/main'", PUSH, True),
        ("github.ref == 'refs/heads/release'", PUSH, False),
        ("${{ github.event_name == 'push' && github.ref_name == 'main' }}", PUSH, True),
        ("github.event_name == 'workflow_dispatch' || github.ref == 'refs/heads/x'", PUSH, False),
        ("${{ github.ref == 'refs/heads/x' }} == 'true'", PUSH, True),
        ("${{ false }} && github.event.pull_request.merged == true", PULL, True),
        ("github.event.pull_request.merged == true", PULL, None),
        ("github.event.pull_request.merged == true", PUSH, False),
        ("startsWith(github.ref, 'refs/tags/')", PUSH, False),
        ("inputs.stage == 'prod'", MANUAL, None),
        ("inputs.stage == 'prod'", PUSH, False),
        ("github.event.inputs.stage == 'prod'", PUSH, False),
        ("contains(github.event.comment.body, '/deploy')", COMMENT, None),
        ("github.event.workflow_run.conclusion == 'success'", MANUAL, False),
        ("contains(fromJSON('[\"refs/heads/main\"]'), github.ref)", PUSH, True),
        ("format('refs/heads/{0}', 'main') == github.ref", PUSH, True),
        ("false", PUSH, False),
        ("this is ) no expression", PUSH, None),
        ("!contains(github.ref, 'main')", PUSH, False),
        ("secrets.TOKEN != ''", PUSH, None),
    ],
)
def test_github(text: str, where: Facts, expected: bool | None) -> None:
    assert Condition(text, "github", HERE).holds(where) is expected


@pytest.mark.parametrize(
    ("text", "where", "expected"),
    [
        ("eq(variables['Build.SourceBranch'], 'refs/heads/main')", PUSH, True),
        ("and(eq(variables['Build.SourceBranchName'], 'main'), ne(variables['Build.Reason'], 'PullRequest'))",
         PUSH, True),
        ("not(eq(variables['Build.Reason'], 'PullRequest'))", PULL, False),
        ("in(variables['Build.SourceBranchName'], 'main', 'master')", PUSH, True),
        ("eq(variables['flag'], 'on')", PUSH, None),
        ("or(eq(variables['flag'], 'on'), eq(variables.flag2, 'x'))", PUSH, None),
        ("eq('${{ parameters.env }}', 'prod')", PUSH, True),
        ("eq('${{ parameters.other }}', 'prod')", PUSH, None),
        ("startsWith(variables['Build.SourceBranch'], 'refs/heads/release')", PUSH, False),
    ],
)  # fmt: skip
def test_azure(text: str, where: Facts, expected: bool | None) -> None:
    assert Condition(text, "azure", HERE, Scope({"parameters.env": "prod"})).holds(where) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("github.actor == 'alice' || github.actor == 'bob'", True),
        ("github.event_name == 'push' && contains(fromJSON('[\"alice\"]'), github.actor)", True),
        ("github.event.comment.author_association == 'OWNER'", True),
        ("github.event.comment.author_association == 'NONE'", False),
        ("github.actor == 'deployer[bot]'", False),
        ("github.actor != 'dependabot[bot]'", False),
        ("github.actor == 'alice' || github.event_name == 'push'", False),
        ("${{ github.actor == 'alice' }} || true", False),
    ],
)
def test_demands_person(text: str, expected: bool) -> None:
    assert Condition(text, "github", HERE).demands_person() is expected


def test_status_functions_are_found() -> None:
    assert Condition("always() && github.ref == 'x'", "github", HERE).checks_status
    assert Condition("${{ !cancelled() }}", "github", HERE).checks_status
    assert not Condition("github.ref == 'always()'", "github", HERE).checks_status


def test_inputs_are_read_in_the_scope_of_the_caller() -> None:
    caller = Scope({"env.flag": "yes"})
    names = {"inputs.deploy": "${{ github.ref == 'refs/heads/main' }}", "inputs.flag": "${{ env.FLAG }}"}
    called = Scope(names, caller, frozenset(names))
    assert Condition("inputs.deploy", "github", HERE, called).holds(PUSH) is True
    assert Condition("inputs.deploy", "github", HERE, called).holds(PULL) is False
    assert called.expand("x-${{ inputs.flag }}-${{ inputs.none }}", NO_FACTS) == "x-yes-${{ inputs.none }}"
