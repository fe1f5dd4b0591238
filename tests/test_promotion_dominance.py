"""Verdicts on small pipelines: a gate counts only if nothing is reached with the gate denied."""

from __future__ import annotations

import textwrap

import pytest

from mlscan.catalog.load import read_catalog, rules_directory
from mlscan.documents.document import text_document
from mlscan.promotion.build import build
from mlscan.promotion.verdicts import verdicts
from mlscan.sources.source import Source

CATALOG = read_catalog(rules_directory())
PUSH = "on: {push: {branches: [main]}}\n"
GATE = "a: {runs-on: u, environment: production, steps: [{run: echo}]}"
ASK = "trstringer/manual-approval@v1"
NOTHING = "runs-on: u, steps: [{run: x}]"
DEPLOY = "runs-on: u, steps: [{run: databricks bundle deploy -t prod}]"


def github(text: str, head: str = PUSH) -> list[str]:
    files = {".github/workflows/cd.yml": f"{head}jobs:\n{textwrap.indent(textwrap.dedent(text), '  ')}"}
    return judged(files)


def azure(text: str) -> list[str]:
    return judged({"pipelines/cd.yml": textwrap.dedent(text)})


def judged(files: dict[str, str]) -> list[str]:
    documents = {path: text_document(Source(path, text.encode())) for path, text in files.items()}
    graph = build(documents.values(), documents.get, CATALOG)
    return [verdict.kind.value for verdict in verdicts(graph)]


@pytest.mark.parametrize(
    ("jobs", "expected"),
    [
        (f"d: {{{DEPLOY}}}", "ungated"),
        (f"d: {{environment: prod, {DEPLOY}}}", "gate-unverified"),
        (f"d: {{environment: {{name: prod, url: x}}, {DEPLOY}}}", "gate-unverified"),
        (f"{GATE}\nd: {{needs: a, {DEPLOY}}}", "gate-unverified"),
        (f"{GATE}\nd: {{{DEPLOY}}}", "ungated"),
        (f"{GATE}\nd: {{needs: a, if: always(), {DEPLOY}}}", "gate-void"),
        (f"{GATE}\nd: {{needs: a, if: '!cancelled()', {DEPLOY}}}", "gate-void"),
        (f"{GATE}\nd: {{needs: a, if: \"github.ref == 'refs/heads/main'\", {DEPLOY}}}", "gate-unverified"),
        (f"{GATE}\nd: {{needs: a, if: \"always() && needs.a.result == 'success'\", {DEPLOY}}}",
         "gate-unverified"),
        (f"{GATE}\nd: {{needs: a, if: \"always() && needs.a.result != 'skipped'\", {DEPLOY}}}",
         "gate-void"),
        (f"{GATE}\nm: {{needs: a, if: always(), {NOTHING}}}\nd: {{needs: m, {DEPLOY}}}",
         "gate-unverified"),
        (f"s: {{environment: staging, {NOTHING}}}\nd: {{needs: s, {DEPLOY}}}", "ungated"),
        (f"d: {{if: \"github.actor == 'alice'\", {DEPLOY}}}", "gate-weak"),
        (f"d: {{if: \"github.actor == 'x[bot]'\", {DEPLOY}}}", "ungated"),
        (f"d: {{if: \"github.ref == 'refs/heads/other'\", {DEPLOY}}}", "no-prod"),
        (f"d: {{needs: missing, {DEPLOY}}}", "ungated"),
        (f"d: {{runs-on: u, steps: [{{uses: {ASK}}}, {{run: modal deploy a.py}}]}}", "gated"),
        ("d: {runs-on: u, steps: [{run: modal deploy a.py}, {uses: trstringer/manual-approval@v1}]}",
         "ungated-implicit"),
        (f"d: {{runs-on: u, steps: [{{uses: {ASK}, continue-on-error: true}}, {{run: modal deploy a.py}}]}}",
         "gate-void"),
    ],
)  # fmt: skip
def test_github(jobs: str, expected: str) -> None:
    assert github(jobs) == [expected]


def test_the_trigger_decides_between_error_and_warning() -> None:
    job = f"d: {{{DEPLOY}}}"
    assert github(job, "on: workflow_dispatch\n") == ["ungated-manual"]
    assert github(job, "on: [workflow_dispatch, issue_comment]\n") == ["ungated"]
    assert github(job, "on: {schedule: [{cron: '1 1 * * *'}]}\n") == ["ungated"]
    assert github(job, "on: {push: {tags: ['v*']}}\n") == ["ungated"]


def test_a_local_reusable_workflow_is_read_with_its_inputs() -> None:
    call = "on: [push]\njobs: {a: {uses: ./.github/workflows/d.yml, with: {t: %s}}}"
    called = (
        "on: {workflow_call: {inputs: {t: {type: string}}}}\n"
        "jobs: {d: {runs-on: u, steps: [{run: 'databricks bundle deploy -t ${{ inputs.t }}'}]}}"
    )
    for target, expected in (("prod", "ungated"), ("dev", "no-prod")):
        files = {".github/workflows/a.yml": call % target, ".github/workflows/d.yml": called}
        assert judged(files) == [expected]


STAGES = """
    trigger: [main]
    pool: {vmImage: ubuntu-latest}
    stages:
    - stage: Gate
      jobs:
      - job: wait
        pool: %s
        steps: [{task: ManualValidation@1, inputs: {onTimeout: %s}}]
    - stage: Prod
      %s
      jobs:
      - job: d
        %s
        steps: [{script: databricks bundle deploy -t prod}]
"""


@pytest.mark.parametrize(
    ("pool", "timeout", "stage", "job", "expected"),
    [
        ("server", "reject", "", "", "gated"),
        ("server", "resume", "", "", "gate-weak"),
        ("{vmImage: x}", "reject", "", "", "ungated"),
        ("server", "reject", "dependsOn: []", "", "ungated"),
        ("server", "reject", "dependsOn: Gate", "", "gated"),
        ("server", "reject", "condition: always()", "", "gate-void"),
        ("server", "reject", "condition: and(succeeded(), eq(variables['Build.Reason'], 'IndividualCI'))", "",
         "gated"),
        ("server", "reject", "condition: eq(variables['Build.SourceBranch'], 'refs/heads/main')", "",
         "gate-void"),
        ("server", "reject", "condition: in(dependencies.Gate.result, 'Succeeded')", "", "gated"),
        ("server", "reject", "", "condition: always()", "gated"),
    ],
)  # fmt: skip
def test_azure_stages(pool: str, timeout: str, stage: str, job: str, expected: str) -> None:
    assert azure(STAGES % (pool, timeout, stage, job)) == [expected]


def test_azure_compile_time_conditions_see_the_branch() -> None:
    text = """
        trigger: %s
        stages:
        - ${{ if eq(variables['Build.SourceBranch'], 'refs/heads/main') }}:
          - stage: Prod
            jobs: [{job: d, steps: [{script: databricks bundle deploy -t prod}]}]
        """
    assert azure(text % "[main]") == ["ungated"]
    assert azure(text % "none") == ["ungated-manual"]


def test_azure_jobs_run_in_parallel_unless_they_depend() -> None:
    text = """
        trigger: [main]
        jobs:
        - job: wait
          pool: server
          steps: [{task: ManualValidation@0}]
        - job: d
          dependsOn: %s
          steps: [{script: databricks bundle deploy -t prod}]
        """
    assert azure(text % "wait") == ["gated"]
    assert azure(text % "[]") == ["ungated"]


def test_azure_extends_and_parameters() -> None:
    files = {
        "cd.yml": "trigger: [main]\nextends: {template: t/base.yml, parameters: {env: prod}}",
        "t/base.yml": (
            "parameters: [{name: env, default: dev}]\n"
            "stages: [{stage: A, jobs: [{deployment: d, environment: 'ml-${{ parameters.env }}',"
            " strategy: {runOnce: {deploy: {steps: [{script: modal deploy a.py}]}}}}]}]"
        ),
    }
    assert judged(files) == ["gate-unverified"]


def test_an_unread_template_may_hold_the_gate() -> None:
    text = """
        trigger: [main]
        stages:
        - template: approve.yml@templates
        - stage: Prod
          jobs: [{job: d, steps: [{script: databricks bundle deploy -t prod}]}]
        """
    assert azure(text) == ["gate-unverified"]
