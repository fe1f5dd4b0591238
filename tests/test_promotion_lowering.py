"""What lowerings understand of real files: environments, inputs, variables, folders, loops, branches."""

from __future__ import annotations

import textwrap

import pytest

from mlscan.catalog.load import read_catalog, rules_directory
from mlscan.checks.promotion import check
from mlscan.documents.document import text_document
from mlscan.promotion.build import build
from mlscan.promotion.graph import Graph
from mlscan.promotion.verdicts import verdicts
from mlscan.sources.source import Source

CATALOG = read_catalog(rules_directory())
CHOICE = "on: {workflow_dispatch: {inputs: {environment: {type: choice, options: [%s]}}}}"
MODAL = "runs-on: u, steps: [{run: modal deploy a.py}]"
EITHER = "${{ github.ref == 'x' && 'production' || 'staging' }}"
REMOTE = "org/r/.github/workflows/deploy.yml@v1"
TARGET = "runs-on: u, steps: [{run: 'databricks bundle deploy -t ${{ inputs.environment }}'}]"


def graph(path: str, text: str) -> Graph:
    documents = {path: text_document(Source(path, textwrap.dedent(text).encode()))}
    return build(documents.values(), documents.get, CATALOG)


def kinds(path: str, text: str) -> list[str]:
    return [verdict.kind.value for verdict in verdicts(graph(path, text))]


BUNDLE = "databricks bundle deploy -t"


@pytest.mark.parametrize(
    ("on", "job", "expected"),
    [
        ("on: push", f'environment: "{EITHER}", {MODAL}', ["gate-unverified"]),
        ("on: push", f"uses: {REMOTE}, with: {{environment: production}}", ["gate-unverified"]),
        ("on: push", f"uses: {REMOTE}, with: {{target: prod}}", ["ungated"]),
        (CHOICE % "dev, prod", TARGET, ["ungated-dynamic"]),
        (CHOICE % "dev, qa", TARGET, ["no-prod"]),
        (CHOICE % "dev, prod", "environment: '${{ inputs.environment }}', " + TARGET, ["gate-unverified"]),
        ("on: push", f"steps: [{{run: {BUNDLE} dev}}, {{run: {BUNDLE} prod}}]", ["no-prod", "ungated"]),
        ("on: push", f"environment: dev, steps: [{{run: {BUNDLE} prod}}]", ["ungated"]),
        (
            "on: push",
            "steps: [{run: kubectl config use-context prod}, {run: kubectl apply -f k/}]",
            ["ungated"],
        ),
        ("on: push", "steps: [{working-directory: infra/prod, run: terraform apply}]", ["ungated"]),
        ("on: push", "environment: github-pages, steps: [{uses: actions/deploy-pages@v4}]", []),
        ("on: push", "environment: prod, steps: [{run: az ml online-endpoint delete -n churn-prod}]", []),
        ("on: {push: {branches: [production]}}", MODAL, ["ungated"]),
        (
            "on: {pull_request: {types: [closed]}}",
            f"if: github.event.pull_request.merged == true, steps: [{{run: {BUNDLE} prod}}]",
            ["ungated"],
        ),
    ],
)
def test_github(on: str, job: str, expected: list[str]) -> None:
    assert kinds(".github/workflows/cd.yml", f"{on}\njobs: {{d: {{{job}}}}}\n") == expected


def test_values_handed_on_through_outputs_name_the_target() -> None:
    text = """
        on: push
        jobs:
          choose:
            runs-on: u
            outputs: {config: "${{ steps.c.outputs.config }}"}
            steps:
              - id: c
                run: echo "config=config-prod.yml" >> $GITHUB_OUTPUT
          deploy:
            needs: choose
            runs-on: u
            steps: [{run: "modal deploy --config ${{ needs.choose.outputs.config }} a.py"}]
        """
    assert kinds(".github/workflows/cd.yml", text) == ["ungated"]


def test_azure_each_makes_a_stage_of_every_item() -> None:
    text = """
        trigger: [main]
        parameters:
        - name: environments
          type: object
          default: [{name: dev}, {name: prod}]
        stages:
        - ${{ each e in parameters.environments }}:
          - stage: Deploy_${{ e.name }}
            jobs:
            - deployment: d
              environment: ${{ e.name }}
              strategy: {runOnce: {deploy: {steps: [{script: modal deploy a.py}]}}}
        """
    assert kinds("cd.yml", text) == ["no-prod", "gate-unverified"]


def test_azure_variable_groups_belong_to_their_stage() -> None:
    text = """
        trigger: [main]
        stages:
        - stage: First
          variables: [{group: ml-dev-vg}]
          jobs: [{job: d, steps: [{script: az ml online-endpoint update -n churn}]}]
        - stage: Second
          variables: [{group: ml-prod-vg}]
          jobs: [{job: d, steps: [{script: az ml online-endpoint update -n churn}]}]
        """
    assert kinds("cd.yml", text) == ["no-prod", "ungated"]
    (finding,) = check(graph("cd.yml", text))
    assert finding.rule == "deploy-without-approval"
    assert any("a check on variable group 'ml-prod-vg'" in reason for reason in finding.evidence)


BRANCHED = """
    trigger: [{pushed}]
    variables:
    - ${{{{ if eq(variables['Build.SourceBranch'], 'refs/heads/main') }}}}:
      - {{name: environment, value: prod}}
    - ${{{{ else }}}}:
      - {{name: environment, value: {other}}}
    jobs:
    - job: build
      steps: [{{script: python train.py}}]
    - deployment: d
      dependsOn: build
      environment: churn-$(environment)
      strategy: {{runOnce: {{deploy: {{steps: [{{script: modal deploy a.py}}]}}}}}}
    """


def test_azure_variables_of_a_branch_make_a_reading_of_their_own() -> None:
    """That of production comes first, and only a run on its branch reaches it."""
    found = list(verdicts(graph("cd.yml", BRANCHED.format(pushed="develop", other="dev"))))
    assert [verdict.kind.value for verdict in found] == ["gate-unverified", "no-prod"]
    assert found[0].scenario is not None
    assert found[0].scenario.words == "a manual run"
    assert [job.id for job in found[0].deploy.pipeline.jobs] == ["build", "d", "build #2", "d #2"]


def test_azure_variables_that_no_branch_makes_production_are_read_once() -> None:
    text = BRANCHED.replace("value: prod", "value: staging").format(pushed="main", other="dev")
    (pipeline,) = graph("cd.yml", text).pipelines
    assert [job.id for job in pipeline.jobs] == ["build", "d"]


def test_an_azure_variable_called_after_its_environment_is_one_of_several() -> None:
    """`condaDevEnvName` says what packages are for, and nothing of where a model goes."""
    text = """
        trigger: [main]
        variables: {{{name}: churn_dev}}
        steps: [{{script: az ml online-endpoint update -n churn}}]
        """
    assert kinds("cd.yml", text.format(name="condaDevEnvName")) == ["ungated-implicit"]
    assert kinds("cd.yml", text.format(name="workspaceName")) == ["no-prod"]
    assert kinds("cd.yml", text.format(name="deployStage")) == ["no-prod"]


def test_azure_on_failure_is_a_way_back_and_no_deploy() -> None:
    text = """
        trigger: [main]
        jobs:
        - deployment: d
          environment: prod
          strategy:
            runOnce:
              deploy: {steps: [{script: az ml job create -f train.yml}]}
              on: {failure: {steps: [{script: databricks bundle deploy -t prod}]}}
        """
    assert kinds("cd.yml", text) == []


def test_the_remedy_gives_the_exact_call() -> None:
    text = "on: push\njobs: {d: {environment: prod, runs-on: u, steps: [{run: modal deploy a.py}]}}\n"
    (finding,) = check(graph(".github/workflows/cd.yml", text))
    assert "gh api repos/OWNER/REPO/environments/prod" in finding.fix


def test_a_cycle_of_templates_ends() -> None:
    text = "trigger: [main]\nstages:\n- template: cd.yml\n- template: cd.yml\n"
    assert kinds("cd.yml", text) == []
