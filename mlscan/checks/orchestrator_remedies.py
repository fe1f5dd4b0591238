"""Remedies for pipelines of data and models: the gate an orchestrator has, or what it hands over to."""

from __future__ import annotations

from mlscan.promotion.joins import REGISTRY_GATE
from mlscan.promotion.verdicts import Kind, Verdict

_AIRFLOW = (
    "Let a person answer before the task that reaches the production environment (Airflow 3.1):\n\n"
    "  approve = ApprovalOperator(task_id='approve', subject='Release {name}?')\n"
    "  approve >> {task}\n\n"
    "without `defaults`, and without a `trigger_rule` behind it that runs after a refusal. Before 3.1, let "
    "the DAG register the model only, and deploy it from a job that is bound to a protected environment."
)
_AIRFLOW_VOID = (
    "Take the `trigger_rule` away from the deploy to this environment and from tasks between it and the "
    "approval, or give the approval `ignore_downstream_trigger_rules=True`: a refusal skips only the tasks "
    "right behind it."
)
_PREFECT = (
    "Let the run wait for a person before it reaches the production environment:\n\n"
    "  from prefect.flow_runs import pause_flow_run\n\n"
    "  answer = pause_flow_run(wait_for_input=Approval)\n  if answer.approved:\n      {task}(...)"
)
_FLYTE = (
    "Let a person approve before the task that reaches the production environment, and hand on what the "
    "approval gives, so that the task waits for it:\n\n"
    "  {task}(model=approve(model, 'release', timeout=timedelta(days=2)))"
)
_DAGSTER = (
    "Dagster has no gate for people. Let the job end with a registered model, take the schedule from what "
    "deploys, and deploy from a pipeline whose job is bound to a protected environment."
)
_KUBEFLOW = (
    "A pipeline of Kubeflow or Vertex AI has no gate for people, and `dsl.If` only compares numbers. Let it "
    "end with a registered model, and deploy that version from a pipeline whose job is bound to a protected "
    "environment."
)
_SAGEMAKER = (
    "Let the pipeline register the model for approval instead of deploying it:\n\n"
    "  RegisterModel(..., approval_status='PendingManualApproval')\n\n"
    "and deploy to the production environment from an EventBridge rule that waits for the approval:\n\n"
    "  detail-type: [SageMaker Model Package State Change]\n  detail: {ModelApprovalStatus: [Approved]}"
)
_STATE_MACHINE = (
    "Let the machine end with a registered model (`PendingManualApproval`), and start another one that "
    "deploys to the production environment from an EventBridge rule that waits for the approval:\n\n"
    "  detail-type: [SageMaker Model Package State Change]\n  detail: {ModelApprovalStatus: [Approved]}\n\n"
    "A task with `.waitForTaskToken` before the deploy is a gate too, where a person answers it and `Catch` "
    "does not lead to the deploy."
)
_REGISTRY = (
    "Register with `PendingManualApproval`, and let a person who does not train set `Approved`: take "
    "`sagemaker:UpdateModelPackage` away from the role of the code that approves for this environment."
)


def orchestrator_remedy(verdict: Verdict) -> str:
    """The fix on a platform of this kind; empty on any other."""
    platform = verdict.deploy.pipeline.platform
    task = verdict.deploy.job.title
    name = next((fact.value for fact in verdict.deploy.pipeline.facts if fact.kind == "workflow"), task)
    if platform == "airflow":
        void = verdict.kind is Kind.GATE_VOID
        return _AIRFLOW_VOID if void else _AIRFLOW.format(name=name, task=task)
    if platform == "prefect":
        return _PREFECT.format(task=task)
    if platform == "flyte":
        return _FLYTE.format(task=task)
    return {
        "dagster": _DAGSTER,
        "eventbridge": _SAGEMAKER,
        "kubeflow-pipelines": _KUBEFLOW,
        "sagemaker-pipelines": _SAGEMAKER,
        "step-functions": _STATE_MACHINE,
    }.get(platform, "")


def registry_remedy(verdict: Verdict) -> str:
    """How the approval of a model package becomes a gate again; empty where the gate is another."""
    return _REGISTRY if any(gate.name == REGISTRY_GATE for gate in verdict.gates) else ""
