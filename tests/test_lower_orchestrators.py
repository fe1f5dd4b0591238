"""Prefect, Dagster and Kubeflow Pipelines: order, conditions, people, schedules."""

from __future__ import annotations

import textwrap

import pytest
from deliveries import graph_of, kinds_of

PREFECT = """
    from mlflow import MlflowClient
    from prefect import flow, pause_flow_run, suspend_flow_run, task

    @task
    def promote(version):
        MlflowClient().transition_model_version_stage("churn", version, stage="Production")

    @flow
    def release(accuracy, ask):
        %s

    if __name__ == "__main__":
        %s
"""


@pytest.mark.parametrize(
    ("body", "start", "expected"),
    [
        ("promote(3)", "release()", ["ungated-manual"]),
        ("promote.submit(3)", 'release.serve(name="r", cron="0 1 * * *")', ["ungated"]),
        ("promote(3)", 'release.deploy(name="r", schedules=[Cron("0 1 * * *")])', ["ungated"]),
        ("promote(3)", 'release.serve(name="r")', ["ungated-manual"]),
        ("promote(3)", 'other.serve(name="r", cron="0 1 * * *")', ["ungated-manual"]),
        ("pause_flow_run(wait_for_input=Answer); promote(3)", "release()", ["gated"]),
        ("suspend_flow_run(timeout=60); promote.with_options(retries=2)(3)", "release()", ["gated"]),
        ("promote(3); pause_flow_run()", "release()", ["ungated-manual"]),
        ("if ask: pause_flow_run()\n        promote(3)", "release()", ["gate-unverified"]),
        ("if accuracy > 0.9: promote(3)", "release()", ["gate-weak"]),
        (
            'MlflowClient().set_registered_model_alias("churn", "champion", 3)',
            "release()",
            ["ungated-manual"],
        ),
        ("train(3)", "release()", []),
    ],
)
def test_prefect(body: str, start: str, expected: list[str]) -> None:
    assert [verdict for _, verdict in kinds_of({"flows.py": PREFECT % (body, start)})] == expected


def test_prefect_schedule_in_its_own_file() -> None:
    deployments = """
        deployments:
          - name: nightly
            entrypoint: flows/release.py:release
            schedules:
              - cron: "0 1 * * *"
    """
    files = {"flows/release.py": PREFECT % ("promote(3)", "release()"), "prefect.yaml": deployments}
    assert [verdict for _, verdict in kinds_of(files)] == ["ungated"]


def test_prefect_subflow_waits_too() -> None:
    text = PREFECT % ("ready(); promote(3)", "release()") + (
        "    @flow\n    def ready():\n        pause_flow_run()\n"
    )
    assert [verdict for _, verdict in kinds_of({"flows.py": text})] == ["gated"]


DAGSTER = """
    import boto3
    from dagster import AutomationCondition, ScheduleDefinition, asset, job, op, sensor

    def ship(name):
        boto3.client("sagemaker").update_endpoint(EndpointName="churn-prod", EndpointConfigName=name)

    @asset
    def model():
        return train()

    @asset(deps=[model]%s)
    def endpoint():
        ship("new")

    @op
    def fit():
        return 1

    @op
    def deploy(version):
        ship(version)

    @job
    def release():
        deploy(fit())

    %s
"""


@pytest.mark.parametrize(
    ("extra", "start", "expected"),
    [
        ("", "", ["ungated-manual", "ungated-manual"]),
        ("", 'ScheduleDefinition(job=release, cron_schedule="@daily")', ["ungated-manual", "ungated"]),
        ("", 'ScheduleDefinition(job=everything, cron_schedule="@daily")', ["ungated", "ungated-manual"]),
        (", automation_condition=AutomationCondition.eager()", "", ["ungated", "ungated-manual"]),
    ],
)  # fmt: skip
def test_dagster(extra: str, start: str, expected: list[str]) -> None:
    found = kinds_of({"defs.py": DAGSTER % (extra, start)})
    assert found == list(zip(["assets / endpoint", "release / deploy"], expected, strict=True))


KFP = """
    from kfp import Client, components, dsl
    from google_cloud_pipeline_components.v1.endpoint import EndpointDeleteOp, ModelDeployOp

    ship_op = components.load_component_from_file("ship/component.yaml")

    @dsl.component
    def train() -> float:
        return 0.9

    @dsl.component
    def deploy(score: float):
        from google.cloud import aiplatform
        endpoint = aiplatform.Endpoint("1")
        endpoint.deploy(model=score, deployed_model_display_name="churn-prod", traffic_percentage=100)

    @dsl.pipeline(name="churn")
    def churn():
        score = train()
        %s
"""
CONDITION = "with dsl.Condition(score.output > 0.8)"
COMPONENT = """
    name: ship
    implementation:
      container:
        image: tools
        command: [kubectl, -n, ml-prod, apply, -f, model.yaml]
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("deploy(score=score.output)", ["ungated-manual"]),
        ("with dsl.If(score.output > 0.8): deploy(score=score.output)", ["gate-weak"]),
        (
            "with dsl.Condition(score.output > 0.8): done = train()\n        deploy(score=1).after(done)",
            ["gate-weak"],
        ),
        (f"{CONDITION}: done = train()\n        deploy(score=1)", ["ungated-manual"]),
        ("ship_op().set_caching_options(False)", ["ungated-manual"]),
        ('ModelDeployOp(model=score.output, endpoint="churn-prod")', ["ungated-manual"]),
        ('ModelDeployOp(model=score.output, endpoint="e"); EndpointDeleteOp(endpoint="e")', []),
        ("train().after(score)", []),
    ],
)
def test_kfp(body: str, expected: list[str]) -> None:
    files = {"pipeline.py": KFP % body, "ship/component.yaml": COMPONENT}
    assert [verdict for _, verdict in kinds_of(files)] == expected


def test_kfp_schedule() -> None:
    text = KFP % "deploy(score=1)" + "\n    Client().create_recurring_run(1, 'nightly')\n"
    assert [verdict for _, verdict in kinds_of({"pipeline.py": text})] == ["ungated"]


CODE = (
    "\\nimport kfp\\n\\ndef ship():\\n    from mlflow import MlflowClient\\n"
    '    MlflowClient().transition_model_version_stage(\\"m\\", 1, stage=\\"Production\\")\\n'
)
COMPILED = """
components:
  comp-condition-1:
    dag:
      tasks:
        ship:
          componentRef: {name: comp-ship}
          taskInfo: {name: ship}
  comp-ship: {executorLabel: exec-ship}
  comp-train: {executorLabel: exec-train}
deploymentSpec:
  executors:
    exec-train:
      container: {image: python, command: [python, train.py]}
    exec-ship:
      container:
        image: python
        command: [sh, -c, "CODE"]
pipelineInfo: {name: churn}
root:
  dag:
    tasks:
      condition-1:
        componentRef: {name: comp-condition-1}
        dependentTasks: [train]
        POLICY
      train:
        componentRef: {name: comp-train}
schemaVersion: 2.1.0
""".replace("CODE", CODE)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("triggerPolicy: {condition: inputs.score > 0.8}", "gate-weak"),
        ("taskInfo: {name: condition-1}", "ungated-manual"),
    ],
)
def test_compiled_pipeline(policy: str, expected: str) -> None:
    files = {"pipeline.yaml": COMPILED.replace("POLICY", policy)}
    assert kinds_of(files) == [("churn / ship", expected)]
    assert kinds_of({**files, "pipeline.py": "# it was compiled from this\n"}) == []


def test_compiled_pipeline_in_a_job() -> None:
    text = COMPILED.replace("POLICY", "taskInfo: {name: condition-1}")
    given = {"job.yaml": f"displayName: churn\npipelineSpec:\n{textwrap.indent(text, '  ')}"}
    assert kinds_of(given) == [("churn / ship", "ungated-manual")]
    assert [one.platform for one in graph_of(given).pipelines] == ["kubeflow-pipelines"]
