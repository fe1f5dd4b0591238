"""Ungated deploy jobs get an environment, and the promotion graph then knows a gate there."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixing import mend, reasons

from mlscan.catalog.load import load_catalog
from mlscan.config import Config
from mlscan.scan import scan
from mlscan.sources.request import Request

FIXTURES = Path(__file__).parent.parent / "fixtures" / "direct-to-prod"

WORKFLOW = """\
on:
  push: {branches: [main]}
jobs:
  # The way to production.
  deploy:
    # Runs on ours.
    runs-on: ubuntu-latest  # for now
    steps:
      - &check
        uses: actions/checkout@v4
      - run: databricks bundle deploy -t prod
"""
AZURE = """\
trigger: [main]
jobs:
- job: Deploy
  displayName: Deploy  # all of it
  pool: {vmImage: ubuntu-latest}
  steps:
  # First the tool.
  - script: |
      curl -fsSL https://example.com/install.sh | sh

      echo done
  - script: databricks bundle deploy -t prod
    displayName: Deploy

# Tells the team.
- job: Tell
  dependsOn: Deploy
  steps:
  - script: echo told
"""
AZURE_AFTER = """\
trigger: [main]
jobs:
- deployment: Deploy
  displayName: Deploy  # all of it
  pool: {vmImage: ubuntu-latest}
  environment: prod
  strategy:
    runOnce:
      deploy:
        steps:
        # First the tool.
        - checkout: self
        - script: |
            curl -fsSL https://example.com/install.sh | sh

            echo done
        - script: databricks bundle deploy -t prod
          displayName: Deploy

# Tells the team.
- job: Tell
  dependsOn: Deploy
  steps:
  - script: echo told
"""


def rules(root: Path) -> list[str]:
    config = Config(select=("promotion",), jobs=1)
    return [item.rule for item in scan(Request((str(root),), str(root)), load_catalog(), config).active]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_github(newline: str, tmp_path: Path) -> None:
    path = ".github/workflows/cd.yml"
    before = WORKFLOW.replace("\n", newline)
    result = mend(tmp_path, {path: before}, select="promotion")
    line = f"    runs-on: ubuntu-latest  # for now{newline}"
    wanted = before.replace(line, f"{line}    environment: prod{newline}")
    assert (tmp_path / path).read_bytes() == wanted.encode()
    assert rules(tmp_path) == ["gate-unverified"]
    assert (
        "gh api --method PUT 'repos/{owner}/{repo}/environments/prod'" in result.changes[0].mended[0].remark
    )


def test_the_environment_that_others_use(tmp_path: Path) -> None:
    steps = "    steps: [{run: databricks bundle deploy -t prod}]\n"
    other = f"  other:\n    runs-on: x\n    environment: production\n{steps}"
    path = ".github/workflows/cd.yml"
    mend(tmp_path, {path: WORKFLOW + other}, select="promotion")
    assert (tmp_path / path).read_text().count("environment: production\n") == 2


def test_azure(tmp_path: Path) -> None:
    result = mend(tmp_path, {"azure-pipelines.yml": AZURE}, select="promotion")
    assert [item.unsafe for item in result.left] == [True]
    mend(tmp_path, {}, select="promotion", unsafe=True)
    assert (tmp_path / "azure-pipelines.yml").read_text() == AZURE_AFTER
    assert rules(tmp_path) == ["gate-unverified"]


def test_a_token_that_clouds_trust(tmp_path: Path) -> None:
    text = "permissions: {id-token: write}\n" + WORKFLOW
    result = mend(tmp_path, {".github/workflows/cd.yml": text}, select="promotion")
    assert [(item.unsafe, "identity token" in item.reason) for item in result.left] == [(True, True)]


LEFT = {
    "a job in one line": (
        ".github/workflows/cd.yml",
        "on: push\njobs: {deploy: {runs-on: x, steps: [{run: databricks bundle deploy -t prod}]}}\n",
        "block style",
    ),
    "a matrix of jobs": (
        "azure-pipelines.yml",
        AZURE.replace("  pool:", "  strategy: {matrix: {a: {x: 1}}}\n  pool:"),
        "strategy",
    ),
    "outputs that others read": (
        "azure-pipelines.yml",
        AZURE + "  condition: eq(dependencies.Deploy.outputs['a.b'], '1')\n",
        "outputs",
    ),
    "steps without a job": (
        "azure-pipelines.yml",
        "trigger: [main]\nsteps:\n- script: databricks bundle deploy -t prod\n",
        "`- job:`",
    ),
    "another platform": (
        ".gitlab-ci.yml",
        "deploy:\n  script: databricks bundle deploy -t prod\n",
        "GitHub Actions and Azure Pipelines",
    ),
}


@pytest.mark.parametrize("name", LEFT)
def test_left(name: str, tmp_path: Path) -> None:
    path, text, reason = LEFT[name]
    result = mend(tmp_path, {path: text}, select="promotion", unsafe=True)
    assert (tmp_path / path).read_text() == text
    assert [reason in item for item in reasons(result)] == [True]


@pytest.mark.parametrize(
    "case",
    ["bad-script-two-hops", "bad-reusable-workflow", "bad-schedule", "bad-pull-request-closed-unmerged"],
)
def test_fixtures(case: str, tmp_path: Path) -> None:
    folder = FIXTURES / case
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert not mend(tmp_path, dict(files), select="direct-to-prod", unsafe=True).left
    assert "direct-to-prod" not in rules(tmp_path)
