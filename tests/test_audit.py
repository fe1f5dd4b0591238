"""`mlscan audit`: one scan for everything, the file that is written, and the exit codes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import mlscan.scan as scanning
from mlscan import asked
from mlscan.auditor import audit
from mlscan.catalog.schema import Catalog
from mlscan.cli.main import run
from mlscan.config import Config
from mlscan.promotion.depict import depict
from mlscan.scan import promotion_graph, release_evidence, scan
from mlscan.sources.request import Request

FIXTURES = Path(__file__).parent.parent / "fixtures"
DEMO = FIXTURES / "demo"
WORKFLOW = """\
on: {push: {branches: [main]}}
permissions: {id-token: write}
jobs:
  production:
    runs-on: ubuntu-latest
    steps:
      - uses: aws-actions/configure-aws-credentials@v4
        with: {role-to-assume: 'arn:aws:iam::123456789012:role/deployer', aws-region: eu-west-1}
      - run: aws sagemaker create-endpoint --endpoint-name churn-prod --endpoint-config-name c
"""
ROLE = """\
resource "aws_iam_role" "deployer" {
  name = "deployer"
  assume_role_policy = jsonencode({
    Statement = [{
      Effect = "Allow", Action = "sts:AssumeRoleWithWebIdentity",
      Principal = { Federated = "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com" }
      Condition = { StringLike = { "token.actions.githubusercontent.com:sub" = "repo:acme/churn:*" } }
    }]
  })
}
resource "aws_iam_role_policy_attachment" "deployer" {
  role       = aws_iam_role.deployer.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
"""


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The demo, committed."""
    folder = tmp_path / "churn"
    shutil.copytree(DEMO, folder)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x", "--date", "2026-05-04T12:00:00+00:00")
    return folder


def request(folder: Path) -> Request:
    return Request((str(folder),), str(folder))


def test_one_pass_says_what_the_commands_say(repository: Path, catalog: Catalog) -> None:
    asked = request(repository)
    found = audit(asked, catalog, Config())
    assert found.report.findings == scan(asked, catalog, Config()).findings
    assert found.picture == depict(promotion_graph(asked, catalog, Config()))
    assert found.pack == release_evidence(asked, catalog, Config(), ask_git=False)[0]
    assert found.picture.ways
    assert found.pack.releases


def test_files_are_read_and_the_graph_is_built_once(
    repository: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {"_graph": 0, "run": 0}
    for module, name in ((scanning, "_graph"), (asked, "run")):
        original = getattr(module, name)

        def counting(*arguments: object, _name: str = name, _original: object = original) -> object:
            counts[_name] += 1
            return _original(*arguments)  # type: ignore[operator]

        monkeypatch.setattr(module, name, counting)
    audit(request(repository), catalog, Config())
    assert counts == {"_graph": 1, "run": 1}


def test_it_names_the_commit_and_whether_files_differ(repository: Path, catalog: Catalog) -> None:
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=repository, check=True, capture_output=True, text=True
    )
    found = audit(request(repository), catalog, Config()).commit
    assert found is not None
    assert (found.id, found.changed) == (head.stdout.strip(), False)
    (repository / "train.py").write_text("x = 1\n")
    after = audit(request(repository), catalog, Config()).commit
    assert after is not None
    assert after.changed


def test_outside_git_there_is_no_commit(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    found = audit(request(tmp_path), catalog, Config())
    assert found.commit is None
    assert found.report.counters.files == 1


def test_the_identity_of_a_job_is_joined_with_its_rights(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "cd.yml").write_text(WORKFLOW)
    (tmp_path / "iam.tf").write_text(ROLE)
    found = audit(request(tmp_path), catalog, Config())
    (deployer,) = found.deployers
    assert (deployer.kind, deployer.name) == ("role", "arn:aws:iam::123456789012:role/deployer")
    assert [(done.job, done.way.target) for done in deployer.deploys] == [("production", "churn-prod")]
    assert [(right.what, right.wide, right.place.path) for right in deployer.rights] == [
        ("AdministratorAccess", True, "iam.tf")
    ]
    (holder,) = found.holders
    assert [(trust.what, trust.on) for trust in holder.trusts] == [("GitHub Actions", "repo:acme/churn:*")]


def test_the_second_run_gives_the_same_bytes(repository: Path) -> None:
    page = repository / "mlscan audit!.html"
    assert run(["audit", str(repository), "-o", str(page), "-q"]) == 0
    first = page.read_bytes()
    assert run(["audit", str(repository), "-o", str(page), "-q"]) == 0
    assert page.read_bytes() == first


def test_the_page_holds_no_secret(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    secrets = [f"hf_{'Ab3dEfGhIj' * 3}KlMn", "Tr0ub4dor-" + "x9-Staple"]
    cell = {
        "cell_type": "code", "id": "a", "metadata": {}, "execution_count": 1,
        "source": [f'import psycopg2\npsycopg2.connect(host="db", password="{secrets[1]}")\n'],
        "outputs": [{"name": "stdout", "output_type": "stream", "text": [f"token {secrets[0]}\n"]}],
    }  # fmt: skip
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook))
    (tmp_path / "b.py").write_text(f'TOKEN = "{secrets[0]}"\n')
    assert run(["audit", str(tmp_path), "-o", "-", "--min-confidence", "low"]) == 0
    html = capfdbinary.readouterr().out
    assert b"psycopg2.connect" in html
    assert b"a.<wbr>ipynb" in html
    assert not any(secret.encode() in html for secret in secrets)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 0),
        (["--no-exit-zero"], 1),
        (["--no-exit-zero", "--exclude", "*"], 0),
        (["--min-severity", "sometimes"], 2),
        (["--config", "missing.toml"], 2),
        (["missing"], 2),
        (["-o", "missing/page.html"], 2),
    ],
)
def test_exit_codes(
    repository: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int
) -> None:
    monkeypatch.chdir(repository)
    assert run(["audit", *arguments]) == code
    assert (repository / "mlscan-audit.html").exists() is (code < 2)


def test_what_the_configuration_leaves_out_is_told(repository: Path) -> None:
    (repository / "mlscan.toml").write_text('ignore = ["gate-unverified"]\nmin-severity = "warning"\n')
    page = repository / "page.html"
    assert run(["audit", str(repository), "-o", str(page), "-q"]) == 0
    html = page.read_text()
    assert "Not these rules or families: gate-unverified." in html
    assert "No rules below severity warning." in html
    assert 'id="rule-gate-unverified"' not in html


def test_a_hostile_repository_injects_nothing(tmp_path: Path) -> None:
    bad = "<img src=x onerror=alert(1)>\u202e"
    workflow = tmp_path / ".github" / "workflows" / f"{bad.replace('/', '')}.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(
        "on: push\njobs:\n  go:\n"
        f"    name: {json.dumps(bad + ' prod')}\n"
        "    runs-on: x\n    steps:\n"
        "      - run: az ml online-deployment create -w churn-prod\n"
    )
    (tmp_path / f"{bad}\n.py").write_text(
        f"import psycopg2\npsycopg2.connect(password='{'Tr0ub4' + 'dor-x9-St'}')  # {bad}\n"
    )
    page = tmp_path / "out.html"
    assert run(["audit", str(tmp_path), "-o", str(page), "-q"]) == 0
    html = page.read_text(encoding="utf-8")
    assert "&lt;img src=x" in html
    assert "<img" not in html
    assert "\u202e" not in html
