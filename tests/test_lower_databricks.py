"""Databricks Asset Bundles: targets, modes, identities, branches, templates."""

from __future__ import annotations

import pytest
from deliveries import graph_of, kinds_of

BUNDLE = """
    bundle: {name: churn}
    targets:
      %s
"""


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("prod: {}", "ungated-manual"),
        ("prod:", "ungated-manual"),
        ("prd: {mode: production}", "ungated-manual"),
        ("live_eu: {mode: production, run_as: {user_name: ann@acme.io}}", "ungated-manual"),
        ("prod: {run_as: {service_principal_name: p}}", "ungated-manual"),
        ("prod: {mode: production, run_as: {service_principal_name: p}}", "gate-weak"),
        ("prod: {mode: production, git: {branch: main}}", "gate-weak"),
        ("dev: {mode: development}", "no-prod"),
    ],
)
def test_target(target: str, expected: str) -> None:
    kinds = [kind for _, kind in kinds_of({"databricks.yml": BUNDLE % target})]
    assert kinds == ([expected] if expected != "no-prod" else kinds)
    assert set(kinds) <= {expected}


def test_go_template() -> None:
    text = """
        bundle:
          name: {{ .input_name }}
        variables:
          {{ if (eq .a `b`) }}catalog:
            description: x{{end}}
        targets:
          prod:
            {{- if (eq .a `b`)}}
            variables:
              catalog: {{ .input_catalog }}
            {{- end}}
            workspace:
              host: {{template `host` .}}
    """
    (pipeline,) = graph_of({"databricks.yml.tmpl": text}).pipelines
    assert pipeline.template
    assert [job.id for job in pipeline.jobs] == ["prod"]


def test_bundle_that_a_pipeline_deploys_is_only_declared() -> None:
    workflow = """
        on: push
        jobs: {ship: {environment: prod, steps: [{run: databricks bundle deploy -t prod}]}}
    """
    files = {".github/workflows/cd.yml": workflow, "databricks.yml": BUNDLE % "prod: {}"}
    kinds = {job.id: job.kind for pipeline in graph_of(files).pipelines for job in pipeline.jobs}
    assert kinds == {"ship": "agent", "prod": "declared"}


JOB = """
    resources:
      jobs:
        release:
          tasks:
            - task_key: approval
              notebook_task: {notebook_path: approval}
            - task_key: deploy
              %s
              notebook_task: {notebook_path: deploy}
"""
NOTEBOOK = """
    from mlflow import MlflowClient
    MlflowClient().set_registered_model_alias("churn", "champion", 3)
"""
ASKS = """
    from mlflow import MlflowClient
    if MlflowClient().get_model_version("churn", 3).tags.get("approval") != "approved":
        raise ValueError("not approved")
"""


@pytest.mark.parametrize(
    ("edge", "notebook", "expected"),
    [
        ("depends_on: [{task_key: approval}]", ASKS, "gate-unverified"),
        ("depends_on: [{task_key: approval}]", "print(1)", "ungated-manual"),
        ("depends_on: [{task_key: approval}]", "dbutils.notebook.exit('no')", "ungated-manual"),
        ("depends_on: [{task_key: approval}]", None, "gate-unverified"),
        ("depends_on: []", ASKS, "ungated-manual"),
        ("depends_on: 3", ASKS, "ungated-manual"),
        # A line that is no YAML is left out, and a gate may have stood there.
        ("{depends_on: [{task_key: approval}]", ASKS, "gate-unverified"),
    ],
)
def test_approval_task_of_a_job(edge: str, notebook: str | None, expected: str) -> None:
    files = {"resources/job.yml": JOB % edge, "resources/deploy.py": NOTEBOOK}
    if notebook is not None:
        files["resources/approval.py"] = notebook
    found = [kind for job, kind in kinds_of(files) if job == "release / deploy"]
    assert found == ([expected] if expected else [])
