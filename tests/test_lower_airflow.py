"""Airflow: tasks, order, schedules, trigger rules, people and numbers that decide."""

from __future__ import annotations

import pytest
from deliveries import graph_of, kinds_of

HEAD = """
from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import BranchPythonOperator, PythonOperator, ShortCircuitOperator
from airflow.models.baseoperator import chain
from airflow.providers.standard.operators.hitl import ApprovalOperator, HITLOperator
from airflow.providers.standard.sensors.python import PythonSensor
from airflow.providers.amazon.aws.operators.sagemaker import (
    SageMakerDeleteEndpointOperator, SageMakerEndpointOperator, SageMakerModelOperator,
)
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.utils.edgemodifier import Label
from airflow.utils.task_group import TaskGroup
from airflow.utils.trigger_rule import TriggerRule

SHIP = "kubectl -n ml-prod apply -f model.yml"
HELM = ["upgrade", "churn", "-n", "prod"]
SERVE = "kind: InferenceService"

"""


def kind(body: str, given: str = 'schedule="@daily"', **files: str) -> list[tuple[str, str]]:
    """(task, verdict) of every deploy of a DAG with these statements."""
    lines = "\n".join(f"    {line}" for line in body.strip("\n").split("\n"))
    text = f'{HEAD}with DAG("churn", {given}) as dag:\n{lines}\n'
    found = kinds_of({"dags/churn.py": text, **files})
    return [(name.partition(" / ")[2], verdict) for name, verdict in found]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ('schedule="@daily"', "ungated"),
        ("schedule_interval=timedelta(days=1)", "ungated"),
        ('schedule=[Dataset("s3://features")]', "ungated"),
        ('schedule=Asset("features")', "ungated"),
        ("schedule=None", "ungated-manual"),
        ('schedule="@once"', "ungated-manual"),
        ("catchup=False", "ungated-manual"),
    ],
)
def test_schedule(given: str, expected: str) -> None:
    assert kind('BashOperator(task_id="ship", bash_command=SHIP)', given) == [("ship", expected)]


ENDPOINT = 'SageMakerEndpointOperator(task_id="s", config={"Endpoint": {"EndpointName": "%s"}})'
NOTEBOOK = 'DatabricksSubmitRunOperator(task_id="s", notebook_task={"notebook_path": "%s"})'


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ('BashOperator(task_id="ship", bash_command="echo deploy to prod")', []),
        ('EmptyOperator(task_id="deploy_prod")', []),
        ('SageMakerModelOperator(task_id="model_prod", config={"ModelName": "churn-prod"})', []),
        (ENDPOINT % "churn", ["ungated-implicit"]),
        (ENDPOINT % "churn-prod", ["ungated"]),
        (ENDPOINT % "churn-dev", ["no-prod"]),
        ('KubernetesPodOperator(task_id="s", image="i", cmds=["helm"], arguments=HELM)', ["ungated"]),
        ('KubernetesPodOperator(task_id="deploy_prod", image="i")', ["ungated"]),
        ('KubernetesPodOperator(task_id="deploy", image="i")', []),
        ('KubernetesPodOperator(task_id="train_prod", image="i")', []),
        (NOTEBOOK % "/prod/deploy_model", ["ungated"]),
        (NOTEBOOK % "/prod/train", []),
        ('KubernetesCreateResourceOperator(task_id="s", namespace="prod", yaml_conf=SERVE)', ["ungated"]),
    ],
)  # fmt: skip
def test_operator(operator: str, expected: list[str]) -> None:
    assert [verdict for _, verdict in kind(operator)] == expected


def test_image_of_a_task_is_no_target() -> None:
    """A report that an image from the production registry copies to a bucket deploys nothing."""
    pod = 'KubernetesPodOperator(task_id="s", image="gcr.io/acme-prod/tools:prod", cmds=["sh", "-c", "%s"])'
    assert kind(pod % "gsutil cp out.csv gs://acme-reports/") == []
    assert kind(pod % "gsutil cp model.pkl gs://acme-prod-models/") == [("s", "ungated")]


def test_endpoint_that_is_deleted_again() -> None:
    body = """
made = SageMakerEndpointOperator(task_id="made", config={"Endpoint": {"EndpointName": "churn"}})
made >> SageMakerDeleteEndpointOperator(task_id="gone", endpoint_name="churn")
"""
    assert kind(body) == []


@pytest.mark.parametrize(
    "order",
    [
        "ask >> ship",
        "ship << ask",
        "ask.set_downstream(ship)",
        "ship.set_upstream(ask)",
        "chain(ask, ship)",
        "start >> [ask, other] >> ship",
        'ask >> Label("yes") >> ship',
        "steps = [start, ask]; chain(*steps); ask >> ship",
    ],
)
def test_order(order: str) -> None:
    body = f"""
start = EmptyOperator(task_id="start")
other = EmptyOperator(task_id="other")
ask = ApprovalOperator(task_id="ask", subject="Release?")
ship = BashOperator(task_id="ship", bash_command=SHIP)
{order}
"""
    assert kind(body) == [("ship", "gated")]


def test_approval_beside_the_deploy() -> None:
    body = """
start = EmptyOperator(task_id="start")
ask = ApprovalOperator(task_id="ask", subject="Release?")
start >> [ask, BashOperator(task_id="ship", bash_command=SHIP)]
"""
    assert kind(body) == [("ship", "ungated")]


def test_chain_of_two_lists_goes_pair_by_pair() -> None:
    body = """
ask = ApprovalOperator(task_id="ask", subject="Release?")
free = EmptyOperator(task_id="free")
one = BashOperator(task_id="one", bash_command=SHIP)
two = BashOperator(task_id="two", bash_command=SHIP)
chain([ask, free], [one, two])
"""
    assert kind(body) == [("one", "gated"), ("two", "ungated")]


def test_task_group() -> None:
    body = """
with TaskGroup("checks") as checks:
    ask = ApprovalOperator(task_id="ask", subject="Release?")
checks >> BashOperator(task_id="ship", bash_command=SHIP)
"""
    assert kind(body) == [("ship", "gated")]


ASK = 'ApprovalOperator(task_id="g", subject="?"'


@pytest.mark.parametrize(
    ("gate", "rule", "right", "expected"),
    [
        (f"{ASK})", "all_done", True, "gated"),
        (f"{ASK})", "all_done", False, "gate-void"),
        (f"{ASK})", "none_failed", False, "gate-void"),
        (f"{ASK})", "all_success", False, "gated"),
        (f'{ASK}, fail_on_reject=True)', "all_done", True, "gate-void"),
        (f'{ASK}, fail_on_reject=True)', "none_failed", True, "gated"),
        (f'{ASK}, ignore_downstream_trigger_rules=True)', "all_done", False, "gated"),
        ('HITLOperator(task_id="g", subject="?", options=["go"])', "all_done", True, "gate-void"),
        (f'{ASK}, defaults="Approve", execution_timeout=LIMIT)', "", True, "gate-weak"),
        (f'{ASK}, defaults="Reject", execution_timeout=LIMIT)', "", True, "gated"),
        ('ShortCircuitOperator(task_id="g", python_callable=better)', "", True, "gate-weak"),
        ('ShortCircuitOperator(task_id="g", python_callable=better)', "all_done", False, "gate-weak"),
        ('BranchPythonOperator(task_id="g", python_callable=better)', "none_failed", False, "ungated"),
        ('ShortCircuitOperator(task_id="g", python_callable=is_approved)', "", True, "gate-unverified"),
        ('PythonSensor(task_id="wait_for_approval", python_callable=poke)', "", True, "gate-unverified"),
    ],
)  # fmt: skip
def test_gate_and_trigger_rule(gate: str, rule: str, right: bool, expected: str) -> None:
    """`right` behind the gate, or one task further on."""
    given = f', trigger_rule="{rule}"' if rule else ""
    between = "gate >> ship" if right else 'gate >> EmptyOperator(task_id="between") >> ship'
    body = f"""
gate = {gate}
ship = BashOperator(task_id="ship", bash_command=SHIP{given})
{between}
"""
    assert kind(body) == [("ship", expected)]


def test_task_behind_one_with_a_rule_of_its_own() -> None:
    body = """
ask = ApprovalOperator(task_id="ask", subject="Release?")
report = EmptyOperator(task_id="report")
clean = EmptyOperator(task_id="clean", trigger_rule=TriggerRule.ALL_DONE)
ask >> report >> clean >> BashOperator(task_id="ship", bash_command=SHIP)
"""
    assert kind(body) == [("ship", "gate-void")]


def test_unread_task_before_the_deploy_may_be_a_gate() -> None:
    body = 'checks.approval >> BashOperator(task_id="ship", bash_command=SHIP)'
    assert kind(body) == [("ship", "gate-unverified")]


DECORATED = """
    from airflow.decorators import dag, task
    from churn.release import promote

    @dag(schedule="@weekly")
    def churn():
        @task
        def train():
            return 3

        @task.short_circuit
        def better(version):
            return True

        @task
        def release(version):
            promote(version)

        version = train()
        %s

    churn()
"""
RELEASE = """
    from mlflow import MlflowClient

    def promote(version):
        MlflowClient().transition_model_version_stage("churn", version, stage="Production")
"""


@pytest.mark.parametrize(
    ("order", "expected"),
    [("release(version)", "ungated"), ("better(version) >> release(version)", "gate-weak")],
)
def test_decorated_tasks_and_a_helper_in_another_file(order: str, expected: str) -> None:
    files = {"dags/churn.py": DECORATED % order, "dags/churn/release.py": RELEASE}
    assert kinds_of(files) == [("churn / release", expected)]
    (pipeline,) = graph_of(files).pipelines
    (action,) = [action for job in pipeline.jobs for step in job.steps for action in step.actions]
    assert (action.place.path, action.place.region.start_line) == ("dags/churn/release.py", 4)
    assert [hop.path for hop in action.hops] == ["dags/churn.py"]


def test_condition_inside_a_task_guards_only_what_it_encloses() -> None:
    text = """
        from airflow.decorators import dag, task
        from mlflow import MlflowClient

        @dag(schedule="@weekly")
        def churn():
            @task
            def release(metrics):
                client = MlflowClient()
                client.set_registered_model_alias("churn", "champion", 1)
                if metrics["accuracy"] > 0.9:
                    client.transition_model_version_stage("churn", 3, stage="Production")

            release()
    """
    assert [verdict for _, verdict in kinds_of({"d.py": text})] == ["ungated", "gate-weak"]


def test_two_dags_of_one_file_are_apart() -> None:
    text = f"""{HEAD}
with DAG("safe", schedule="@daily"):
    ApprovalOperator(task_id="ask", subject="?") >> BashOperator(task_id="ship", bash_command=SHIP)

hot = DAG("hot", schedule="@daily")
cold = DAG("cold", schedule="@daily")
BashOperator(task_id="ship", bash_command=SHIP, dag=hot)
"""
    assert kinds_of({"d.py": text}) == [("safe / ship", "gated"), ("hot / ship", "ungated")]


def test_dag_of_a_test_is_a_template() -> None:
    text = f'{HEAD}with DAG("churn"):\n    BashOperator(task_id="ship", bash_command=SHIP)\n'
    assert [one.template for one in graph_of({"tests/dags/d.py": text}).pipelines] == [True]


@pytest.mark.parametrize(
    "text", ["from airflow import DAG\nx = (", "import airflow\nDAG = 3\n", "# from airflow import DAG"]
)
def test_no_dag(text: str) -> None:
    assert graph_of({"d.py": text}).pipelines == ()


def test_helpers_that_call_each_other_end() -> None:
    functions = "\n".join(
        f"def f{number}():\n" + "\n".join(f"    f{(number + step) % 30}()" for step in range(1, 30))
        for number in range(30)
    )
    text = f'{HEAD}\n{functions}\n\nwith DAG("churn"):\n    f0()\n    f1()\n'
    ship = '    PythonOperator(task_id="ship", python_callable=f0)\n'
    assert kinds_of({"d.py": text + ship}) == []


SERVING = """
import mlflow.sagemaker

def serve(endpoint_name, model_uri):
    mlflow.sagemaker._deploy(app_name=endpoint_name, model_uri=model_uri, mode="create")
"""


@pytest.mark.parametrize(
    ("handed", "expected"),
    [
        ('endpoint_name="churn-test", model_uri="models:/churn/3"', "no-prod"),
        ('endpoint_name="churn-prod", model_uri="models:/churn/3"', "ungated"),
        ('endpoint_name=name, model_uri="models:/churn-test/3"', "ungated-implicit"),
        ('endpoint_name="churn", source_stage="production"', "ungated-implicit"),
    ],
)
def test_what_a_function_is_handed_says_where_it_deploys(handed: str, expected: str) -> None:
    """Only what is called a place: the model may be of another environment."""
    body = f"""
from serving import serve
def ship():
    serve({handed})
PythonOperator(task_id="ship", python_callable=ship)
"""
    assert kind(body, **{"dags/serving.py": SERVING}) == [("ship", expected)]
