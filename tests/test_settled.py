"""One fact is one finding: calls in code that a pipeline runs."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from mlscan.catalog.schema import Catalog
from mlscan.config import Config
from mlscan.scan import scan
from mlscan.sources.request import Request

FLOW = """
    from mlflow import MlflowClient
    from prefect import flow, pause_flow_run

    @flow
    def release(version, accuracy):
        {before}
        MlflowClient().transition_model_version_stage("churn", version, stage="Production")

    if __name__ == "__main__":
        release.serve(cron="0 1 * * *")
"""
WORKFLOW = """
    on: push
    jobs:
      train:
        runs-on: ubuntu-latest
        steps:
          - run: {command}
"""
APPROVES = """
    import boto3

    client = boto3.client("sagemaker")
    client.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
"""
PROMOTES = """
    from mlflow import MlflowClient

    MlflowClient().transition_model_version_stage("churn", 3, stage="Production")
"""


def rules_of(files: dict[str, str], folder: Path, catalog: Catalog) -> list[str]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    report = scan(Request((str(folder),), str(folder)), catalog, Config(jobs=1))
    return sorted(finding.rule for finding in report.findings)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"flow.py": FLOW.format(before="pass")}, ["direct-to-prod"]),
        ({"flow.py": FLOW.format(before="pause_flow_run()")}, []),
        ({"flow.py": PROMOTES}, ["promotes-without-approval"]),
        (
            {"a.py": PROMOTES, ".github/workflows/a.yml": WORKFLOW.format(command="python a.py")},
            ["direct-to-prod"],
        ),
        (
            {"a.py": APPROVES, ".github/workflows/a.yml": WORKFLOW.format(command="python a.py")},
            ["self-approved-model"],
        ),
    ],
)
def test_one_fact(files: dict[str, str], expected: list[str], tmp_path: Path, catalog: Catalog) -> None:
    assert rules_of(files, tmp_path, catalog) == expected
