"""`mlscan check --since`: findings on changed lines and opened gates, in a real repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mlscan.cli.main import run
from mlscan.sources.changes import changes_since

VALUE = "xK9vQz4mTw8r" + "Jd2b"
GATED = """\
on: {push: {branches: [main]}}
jobs:
  approve:
    runs-on: ubuntu-latest
    steps:
      - uses: trstringer/manual-approval@v1
        with: {approvers: alice}
  deploy:
    needs: approve
    runs-on: ubuntu-latest
    steps:
      - run: az ml online-deployment create --name blue --endpoint churn-prod --all-traffic
"""


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.email=a@example.org", "-c", "user.name=a")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    workflows = tmp_path / ".github" / "workflows"
    workflows.mkdir(parents=True)
    (workflows / "cd.yml").write_text(GATED)
    (tmp_path / "a b.py").write_text(f'password = "{VALUE}"\nx = 1\n')
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "one")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_was_there_before_is_left_out(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--no-config", "-q", "."]) == 1
    assert run(["check", "--no-config", "-q", "--since", "HEAD", "."]) == 0


def test_new_lines_new_files_and_strange_names(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (repository / "a b.py").open("a") as file:
        file.write(f'token = "{VALUE}"\n')
    strange = 'n"é.py'
    (repository / strange).write_text(f'api_key = "{VALUE}"\n')
    (repository / "untracked.py").write_text(f'api_key = "{VALUE}"\n')
    git(repository, "add", strange)
    assert run(["check", "--no-config", "-q", "--format", "concise", "--since", "HEAD", "."]) == 1
    places = [line.split(" credential-in")[0] for line in capsys.readouterr().out.splitlines()]
    assert places == ["a b.py:3:10", f"{strange}:1:12", "untracked.py:1:12"]


def test_a_gate_opened_by_a_line_that_is_gone(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workflow = repository / ".github" / "workflows" / "cd.yml"
    workflow.write_text(GATED.replace("    needs: approve\n", ""))
    assert run(["check", "--no-config", "-q", "--format", "concise", "--since", "HEAD", "."]) == 1
    assert " gate-removed " in capsys.readouterr().out


def test_a_branch_is_compared_with_where_it_left(repository: Path) -> None:
    git(repository, "branch", "-q", "work")
    (repository / "main.py").write_text(f'secret_token = "{VALUE}"\n')
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "on main")
    main = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
    git(repository, "checkout", "-q", "work")
    assert run(["check", "--no-config", "-q", "--since", main, "."]) == 0
    (repository / "work.py").write_text(f'secret_token = "{VALUE}"\n')
    assert run(["check", "--no-config", "-q", "--since", main, "."]) == 1


@pytest.mark.parametrize("arguments", [["--since", "nope", "."], ["--since", "HEAD", "-"]])
def test_what_cannot_be_compared_is_a_users_error(repository: Path, arguments: list[str]) -> None:
    assert run(["check", "--no-config", "-q", *arguments]) == 2


def test_lines_are_those_of_the_new_file(repository: Path) -> None:
    (repository / "a b.py").write_text(f'y = 0\npassword = "{VALUE}"\n')
    changes = changes_since(repository, "HEAD")
    assert changes.lines == {"a b.py": (range(1, 2),)}
    assert changes.has("a b.py")
    assert not changes.has("other.py")
