"""CircleCI: dead jobs, approvals that are required, filters that leave the approval out, orbs."""

from __future__ import annotations

import textwrap

import pytest

from mlscan.catalog.load import read_catalog, rules_directory
from mlscan.documents.document import text_document
from mlscan.promotion.build import build
from mlscan.promotion.verdicts import Verdict, verdicts
from mlscan.sources.source import Source

CATALOG = read_catalog(rules_directory())
DEFINED = """
version: 2.1
orbs: {aws-ecs: circleci/aws-ecs@4.0, local: {commands: {ship: {steps: [{run: modal deploy a.py}]}}}}
jobs:
  test: {steps: [{run: pytest}]}
  d:
    parameters: {env: {type: string, default: prod}}
    steps: [checkout, {run: {command: "databricks bundle deploy -t << parameters.env >>"}}]
"""


def found(workflows: str, text: str = DEFINED, path: str = ".circleci/config.yml") -> list[Verdict]:
    documents = [text_document(Source(path, (text + textwrap.dedent(workflows)).encode()))]
    return list(verdicts(build(documents, lambda _: None, CATALOG)))


def worst(jobs: str, text: str = DEFINED) -> str:
    kinds = [verdict.kind for verdict in found(f"\nworkflows: {{w: {{jobs: {jobs}}}}}\n", text)]
    order = list(type(kinds[0])) if kinds else []
    return min(kinds, key=order.index).value if kinds else ""


HOLD = "{hold: {type: approval%s}}"
ON_MAIN = "filters: {branches: {only: main}}"
TAGS = "filters: {tags: {only: /^v.*/}, branches: {ignore: /.*/}}"


@pytest.mark.parametrize(
    ("jobs", "expected"),
    [
        ("[d]", "ungated"),
        ("[test]", ""),  # `d` is defined and dead
        ("[{d: {env: dev}}]", "no-prod"),
        ("[{d: {matrix: {parameters: {env: [dev, prod]}}}}]", "ungated"),
        (f"[{HOLD % ''}, d]", "ungated"),
        (f"[{HOLD % ''}, {{d: {{requires: [hold]}}}}]", "gate-weak"),
        (f"[{HOLD % ''}, {{test: {{requires: [hold]}}}}, {{d: {{requires: [test]}}}}]", "gate-weak"),
        (f"[{HOLD % ', name: ok'}, {{d: {{requires: [ok]}}}}]", "gate-weak"),
        (f"[{HOLD % ''}, {{d: {{requires: [{{hold: [success, canceled]}}]}}}}]", "ungated"),
        (f"[test, {HOLD % f', {ON_MAIN}'}, {{d: {{requires: [hold, test]}}}}]", "ungated"),
        (f"[test, {HOLD % f', {ON_MAIN}'}, {{d: {{requires: [hold, test], {ON_MAIN}}}}}]", "gate-weak"),
        (f"[{HOLD % f', {ON_MAIN}'}, {{d: {{requires: [hold]}}}}]", "gate-weak"),
        (f"[test, {{d: {{requires: [test], {TAGS}}}}}]", "no-prod"),  # `test` runs on no tag
        (f"[{{test: {{{TAGS}}}}}, {{d: {{requires: [test], {TAGS}}}}}]", "ungated"),
        ("[aws-ecs/deploy-service-update: {cluster: prod, family: x}]", "ungated"),
        ("[aws-ecs/run-tests]", ""),
        ("[gh-pages/deploy: {context: prod}]", ""),
        ("[{d: {env: x, context: prod-secrets}}]", "ungated"),
    ],
)
def test_jobs_of_a_workflow(jobs: str, expected: str) -> None:
    assert worst(jobs) == expected


def test_a_scheduled_workflow_and_one_behind_a_parameter() -> None:
    scheduled = found(
        """
        workflows:
          w: {triggers: [{schedule: {cron: x, filters: {branches: {only: main}}}}], jobs: [d]}
        """
    )
    assert [verdict.scenario.words for verdict in scheduled if verdict.scenario] == ["a schedule"]
    asked = found(
        """
        parameters: {go: {type: boolean, default: false}}
        workflows: {w: {when: << pipeline.parameters.go >>, jobs: [d]}}
        """
    )
    assert [verdict.kind.value for verdict in asked] == ["ungated-manual"]
    not_by_hand = "{not: {equal: [api, << pipeline.trigger_source >>]}}"
    logic = f"{{and: [{{equal: [main, << pipeline.git.branch >>]}}, {not_by_hand}]}}"
    main = found(f"\nworkflows: {{w: {{when: {logic}, jobs: [d]}}}}\n")
    assert [verdict.scenario.words for verdict in main if verdict.scenario] == ["a push to 'main'"]


def test_commands_of_the_file_and_of_orbs() -> None:
    command = (
        "{parameters: {e: {default: dev}}, steps: [{run: databricks bundle deploy -t << parameters.e >>}]}"
    )
    text = DEFINED.replace("jobs:", f"commands: {{go: {command}}}\njobs:", 1)
    text += "  e: {steps: [{go: {e: prod}}]}\n  f: {steps: [go]}\n  g: {steps: [local/ship]}\n"
    text += "  h: {steps: [{aws-ecs/update-service: {cluster: churn-prod}}]}\n"
    text += "  i: {steps: [{when: {condition: false, steps: [{run: databricks bundle deploy -t prod}]}}]}\n"
    kinds = {
        v.deploy.job.title: v.kind.value for v in found("\nworkflows: {w: {jobs: [e, f, g, h, i]}}\n", text)
    }
    assert kinds == {"e": "ungated", "f": "no-prod", "g": "ungated-implicit", "h": "ungated", "i": "no-prod"}


def test_without_workflows_only_build_runs() -> None:
    deploy = "{steps: [{run: databricks bundle deploy -t prod}]}"
    jobs = f"\nversion: 2\njobs: {{build: {{steps: [{{run: x}}]}}, d: {deploy}}}\n"
    assert found("", jobs) == []
    assert len(found("", jobs.replace("d:", "x:").replace("build:", "d:").replace("x:", "build:"))) == 1
