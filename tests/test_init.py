"""`mlscan init` as a new user meets it: nothing is overwritten, comments stay, what it writes works."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from mlscan.cli.hook_entry import ENTRY, runs_mlscan, with_hook
from mlscan.cli.main import COMMANDS, run
from mlscan.cli.template import TEMPLATE
from mlscan.config import Config, load_config

ROOT = Path(__file__).parent.parent
HOOKS = """\
# our hooks
repos:
  - repo: https://github.com/astral-sh/ruff-pre-commit  # pinned
    rev: v0.6.9
    hooks:
      - id: ruff
        args: [--fix]
# the end
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_new_repository(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init"]) == 0
    shown = capsys.readouterr().out
    assert (repository / "mlscan.toml").read_text(encoding="utf-8") == TEMPLATE
    assert load_config(repository) == Config()
    assert f"written  {repository / 'mlscan.toml'}" in shown
    assert ENTRY in shown
    assert not (repository / ".pre-commit-config.yaml").exists()
    assert run([]) == 0


def test_what_it_says_is_next_exists(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["init"])
    steps = capsys.readouterr().out.partition("Next:\n")[2].splitlines()
    assert len(steps) >= 4
    assert all(step.split()[1] in COMMANDS for step in steps)


@pytest.mark.parametrize(
    ("name", "text"), [("mlscan.toml", "jobs = 1\n"), ("pyproject.toml", "[tool.mlscan]\njobs = 1\n")]
)
def test_a_configuration_stays(
    repository: Path, capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    (repository / name).write_text(text, encoding="utf-8")
    assert run(["init"]) == 0
    assert (repository / name).read_text(encoding="utf-8") == text
    assert f"kept     {repository / name}" in capsys.readouterr().out
    assert load_config(repository).jobs == 1
    assert run(["init"]) == 0
    assert sorted(path.name for path in repository.iterdir()) == [".git", name]


def test_a_broken_configuration_is_told(repository: Path) -> None:
    (repository / "mlscan.toml").write_text("job = 1\n", encoding="utf-8")
    assert run(["init"]) == 2


def test_the_hook_is_added_once_and_comments_stay(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = repository / ".pre-commit-config.yaml"
    file.write_text(HOOKS, encoding="utf-8")
    assert run(["init"]) == 0
    after = file.read_text(encoding="utf-8")
    assert after.startswith(HOOKS)
    assert [repo["hooks"][0]["id"] for repo in yaml.safe_load(after)["repos"]] == ["ruff", "mlscan"]
    assert "added    the hook mlscan" in capsys.readouterr().out
    run(["init"])
    assert file.read_text(encoding="utf-8") == after


def test_the_hook_can_be_left_out(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = repository / ".pre-commit-config.yaml"
    file.write_text(HOOKS, encoding="utf-8")
    run(["init", "--no-pre-commit"])
    assert file.read_text(encoding="utf-8") == HOOKS
    assert "hooks:" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [
        "repos:\n- repo: local\n  hooks: []\n",
        "repos:\n- repo: local\n  hooks: []",
        "default_stages: [commit]\nrepos:\n    - repo: local\n      hooks: []\n\n\n# end\n",
        "repos:\r\n- repo: local\r\n  hooks: []\r\n",
        "---\nrepos:\n  -   repo: local\n      hooks: []\n",
    ],
)
def test_styles_of_hook_files(text: str) -> None:
    after = with_hook(text)
    assert after is not None
    assert after.startswith(text)
    assert runs_mlscan(after)
    assert ("\r\n" in after) == ("\r\n" in text)
    assert after.count("\n") == after.count("\r\n") or "\r\n" not in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "repos: []\n",
        "repos: [{repo: local, hooks: []}]\n",
        "{repos: []}\n",
        "repos:\n- repo: local\n  hooks: []\nfail_fast: true\n",
        "repos:\n- repo: local\n  hooks: []\n...\n",
        "repos:\n- repo: local\n  hooks: []\n---\nx: 1\n",
        "repos:\n- repo: local\n  hooks: []\n  extra: |\n    text\n   \n",
        "repos: {a: b}\n",
        "- a\n",
        "repos:\n- [\n",
        "{{ template }}\n",
        "repos: " + "[" * 3000,
    ],
    ids=lambda text: repr(text[-20:]),
)
def test_files_that_are_not_touched(repository: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    file = repository / ".pre-commit-config.yaml"
    file.write_text(text, encoding="utf-8")
    assert run(["init"]) == 0
    after = file.read_text(encoding="utf-8")
    if after == text:
        assert "paste this under `repos:`" in capsys.readouterr().out
    else:
        before, now = yaml.safe_load(text), yaml.safe_load(after)
        assert now["repos"][:-1] == before["repos"]
        assert "extra" in text


def test_the_hook_is_the_one_this_project_publishes() -> None:
    published = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))[0]
    entry = yaml.safe_load(ENTRY)[0]["hooks"][0]
    for key in ("id", "name", "entry", "types", "require_serial"):
        assert entry[key] == published[key]
