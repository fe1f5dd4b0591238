"""SageMaker Pipelines in Python and JSON, and the model registry between them and a deploy."""

from __future__ import annotations

import json

import pytest
from deliveries import graph_of, kinds_of

from mlscan.promotion.joins import REGISTRY

PIPELINE = """
    from sagemaker.workflow.callback_step import CallbackStep
    from sagemaker.workflow.condition_step import ConditionStep
    from sagemaker.workflow.lambda_step import LambdaStep
    from sagemaker.workflow.model_step import ModelStep
    from sagemaker.workflow.parameters import ParameterString
    from sagemaker.workflow.pipeline import Pipeline
    from sagemaker.workflow.step_collections import RegisterModel
    from sagemaker.workflow.steps import ProcessingStep, TrainingStep
    from sagemaker.workflow.triggers import PipelineSchedule
    from sagemaker.lambda_helper import Lambda

    def get_pipeline(role):
        train = TrainingStep(name="Train", step_args=estimator.fit(inputs))
        evaluate = ProcessingStep(name="Evaluate", code="evaluate.py", inputs=[train.properties.Model])
        register = %s
        ask = CallbackStep(name="Ask", sqs_queue_url=queue, inputs={}, outputs=[])
        function = Lambda(function_name="ship", script="ship.py", handler="ship.handler")
        ship = LambdaStep(name="Ship", lambda_func=function, inputs={"model": register.properties.Arn}%s)
        above = GreaterThan(evaluate.properties.Score, 1)
        better = ConditionStep(name="Better", conditions=[above], if_steps=[%s])
        pipeline = Pipeline(name="churn", steps=[%s])
        %s
        return pipeline
"""
PARAMETER = 'ParameterString(name="Status", default_value="Approved")'
REGISTER = 'RegisterModel(name="Register", model_data=train.properties.Model, approval_status="%s")'
SHIP = """
    import boto3

    def handler(event, context):
        boto3.client("sagemaker").update_endpoint(EndpointName="churn-prod", EndpointConfigName=event["x"])
"""


def files(
    inside: str = "", steps: str = "train, evaluate, register, ship", extra: str = "", end: str = "",
    register: str = REGISTER % "PendingManualApproval",
) -> dict[str, str]:  # fmt: skip
    text = PIPELINE % (register, extra, inside, steps, end or "pass")
    return {"ml/pipeline.py": text, "ml/ship.py": SHIP}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (files(), ["ungated-manual"]),
        (files(end='pipeline.put_triggers([PipelineSchedule(name="s", cron="0 1 * * *")])'), ["ungated"]),
        (files("register, ship", "train, evaluate, better"), ["gate-weak"]),
        (files("register", "train, evaluate, better, ship"), ["gate-weak"]),
        (files(extra=", depends_on=[ask]"), ["gate-unverified"]),
        (files(steps="train, evaluate, register"), []),
        ({**files(), "ml/ship.py": SHIP.replace("update_endpoint", "describe_endpoint")}, []),
    ],
)
def test_steps(given: dict[str, str], expected: list[str]) -> None:
    found = kinds_of(given)
    assert [verdict for _, verdict in found] == expected
    assert {name for name, _ in found} <= {"churn / Ship"}


@pytest.mark.parametrize(
    ("register", "inside", "robots"),
    [
        (REGISTER % "PendingManualApproval", "", []),
        (REGISTER % "Approved", "", [()]),
        (REGISTER % "Approved", "register", [("metric",)]),
        ('ModelStep(name="R", step_args=model.register(approval_status="Approved"))', "", [()]),
        ('ModelStep(name="R", step_args=model.create(instance_type="m"))', "", []),
        (f'RegisterModel(name="R", approval_status={PARAMETER})', "", [()]),
    ],
)  # fmt: skip
def test_who_approves(register: str, inside: str, robots: list[tuple[str, ...]]) -> None:
    steps = "train, evaluate, better" if inside else "train, register"
    graph = graph_of(files(inside, steps, register=register))
    assert [one.also for one in graph.approvers] == robots
    assert {one.platform for one in graph.approvers} <= {REGISTRY}


def definition(steps: list[dict[str, object]]) -> dict[str, str]:
    return {"pipeline.json": json.dumps({"Version": "2020-12-01", "Steps": steps}, indent=2)}


SHIPS = {"Name": "Ship", "Type": "Lambda", "FunctionArn": "arn:aws:lambda:eu-west-1:0:function:deploy-prod"}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([SHIPS], ["ungated-manual"]),
        ([{"Name": "C", "Type": "Condition", "Arguments": {"IfSteps": [SHIPS]}}], ["gate-weak"]),
        ([{"Name": "Ask", "Type": "Callback"}, {**SHIPS, "DependsOn": ["Ask"]}], ["gate-unverified"]),
        ([{**SHIPS, "FunctionArn": "arn:aws:lambda:eu-west-1:0:function:notify-prod"}], []),
        ([{"Name": "DeployProd", "Type": "Training"}], []),
    ],
)  # fmt: skip
def test_definition(steps: list[dict[str, object]], expected: list[str]) -> None:
    assert [verdict for _, verdict in kinds_of(definition(steps))] == expected


EVENTS = """
    Resources:
      Ship:
        Type: AWS::Serverless::Function
        Properties:
          Handler: ship.handler
          CodeUri: ml/
          Events:
            Approved:
              Type: EventBridgeRule
              Properties:
                Pattern:
                  source: [aws.sagemaker]
                  detail-type: [SageMaker Model Package State Change]
                  detail: %s
"""
APPROVED = "{UpdatedModelPackageFields: [ModelApprovalStatus], ModelApprovalStatus: [Approved]}"


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        (APPROVED, "gated"),
        ("{ModelApprovalStatus: [{anything-but: PendingManualApproval}]}", "gate-unverified"),
        ("{ModelPackageGroupName: [churn]}", "gate-unverified"),
    ],
)
def test_event_of_the_registry_starts_a_function(detail: str, expected: str) -> None:
    given = {"template.yml": EVENTS % detail, "ml/ship.py": SHIP}
    assert kinds_of(given) == [("Ship", expected)]


ROBOT = """
    import boto3

    def approve(arn, score):
        client = boto3.client("sagemaker")
        %s
"""
CALL = 'client.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (CALL, "gate-void"),
        (f"if score > 0.9: {CALL}", "gate-weak"),
        (f'if input("approve?") == "y": {CALL}', "gated"),
        (CALL.replace('"Approved"', '"Approved" if score else "Rejected"'), "gated"),
        (CALL.replace("Approved", "PendingManualApproval"), "gated"),
        ('client.list_model_packages(ModelApprovalStatus="Approved")', "gated"),
    ],
)
def test_robot_before_the_registry(body: str, expected: str) -> None:
    given = {"template.yml": EVENTS % APPROVED, "ml/ship.py": SHIP, "train.py": ROBOT % body}
    assert kinds_of(given) == [("Ship", expected)]


def test_pipeline_that_registers_as_approved_voids_the_gate() -> None:
    given = files("", "train, register", register=REGISTER % "Approved")
    assert kinds_of({**given, "template.yml": EVENTS % APPROVED}) == [("Ship", "gate-void")]


def test_robot_of_another_project_voids_nothing() -> None:
    given = {
        "one/template.yml": EVENTS % APPROVED, "one/ml/ship.py": SHIP,
        "two/template.yml": EVENTS % APPROVED, "two/ml/ship.py": SHIP,
        "two/train.py": ROBOT % CALL,
    }  # fmt: skip
    assert [verdict for _, verdict in kinds_of(given)] == ["gated", "gate-void"]
