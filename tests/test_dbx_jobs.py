"""Jobs that dbx starts: how they are named, and what their tasks run."""

from __future__ import annotations

import pytest

from mlscan.documents.document import text_document
from mlscan.promotion.dbx_jobs import Start, programs_of, started
from mlscan.promotion.toolbox import Line
from mlscan.sources.source import Source

DEPLOYMENT = b"""
environments:
  default:
    jobs:
      - {name: train, spark_python_task: {python_file: churn/train.py}}
  prod:
    workflows:
      - name: release
        tasks:
          - {task_key: check, python_wheel_task: {package_name: churn, entry_point: check}}
          - {task_key: ship, spark_python_task: {python_file: "file://churn/ship.py"}}
          - {task_key: view, notebook_task: {notebook_path: /Shared/view}}
"""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("launch release -e prod --trace", Start("release", environment="prod")),
        ("launch --job=release --environment=prod", Start("release", environment="prod")),
        ("execute release --cluster-id 1-2 --task ship", Start("release", task="ship")),
        ("launch release -f ci/jobs.yml", Start("release", "ci/jobs.yml")),
        ("deploy release", None),
        ("launch", None),
    ],
)
def test_started(words: str, expected: Start | None) -> None:
    assert started(Line("dbx", tuple(words.split()))) == expected
    assert started(Line("databricks", tuple(words.split()))) is None


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (Start("release"), ["check", "churn/ship.py"]),
        (Start("release", task="ship"), ["churn/ship.py"]),
        (Start("release", environment="default"), []),
        (Start("train"), ["churn/train.py"]),
        (Start("nothing"), []),
    ],
)
def test_programs(start: Start, expected: list[str]) -> None:
    document = text_document(Source("conf/deployment.yml", DEPLOYMENT))
    assert list(programs_of(document, start)) == expected


def test_what_is_no_deployment_file_is_survived() -> None:
    for data in (b"", b"[", b"a: b", b"environments: [1]", b"environments: {default: {workflows: x}}"):
        assert list(programs_of(text_document(Source("conf/deployment.yml", data)), Start("train"))) == []
