"""`mlscan diff`: what a change opens, told from two commits without a checkout."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mlscan.catalog.schema import Catalog
from mlscan.cli.main import run
from mlscan.compare import Comparison, State, compare
from mlscan.config import Config
from mlscan.errors import UserError
from mlscan.sources.revision import Revision, merge_base
from mlscan.sources.source import Source

WORKFLOW = ".github/workflows/cd.yml"
GATED = """\
on:
  push:
    branches: [main]
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: databricks bundle deploy -t prod
"""
OPEN = GATED.replace("    environment: production\n", "")
MANUAL = OPEN.replace("  push:\n    branches: [main]\n", "  workflow_dispatch:\n")


def state(files: dict[str, str]) -> State:
    sources = {path: Source(path, text.encode()) for path, text in files.items()}
    return State(sources.values(), sources.get)


def changed(before: dict[str, str], after: dict[str, str], catalog: Catalog) -> Comparison:
    return compare(state(before), state(after), catalog, Config())


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (GATED, OPEN, "Gate removed: job 'deploy' deploys to production target 'prod' on a push to 'main'"),
        (GATED, GATED.replace("production", "dev"), "Gate removed"),
        (MANUAL, OPEN, "Trigger added: a push to 'main' starts job 'deploy'"),
        (
            MANUAL,
            MANUAL.replace("on:\n", "on:\n  issue_comment:\n"),
            "Trigger added: a comment or issue event",
        ),
        (OPEN.replace("-t prod", "-t dev"), OPEN, "Now reaches production"),
        ("on: push\njobs: {}\n", OPEN, "New way to a target: job 'deploy'"),
        (GATED, GATED + OPEN.partition("jobs:\n")[2].replace("deploy:", "hotfix:"), "New way to a target"),
    ],
)
def test_what_opens_a_way(before: str, after: str, says: str, catalog: Catalog) -> None:
    found = changed({WORKFLOW: before}, {WORKFLOW: after}, catalog)
    (finding,) = found.report.active
    assert finding.rule == "gate-removed"
    assert finding.message.startswith(says)
    assert finding.flow
    assert finding.evidence[0].startswith(("before the change", "the deploy is new"))


@pytest.mark.parametrize(
    ("before", "after", "better"),
    [
        (GATED, GATED, ""),
        (OPEN, OPEN + "# a comment\n", ""),
        (OPEN, GATED, "Gate added"),
        (OPEN, MANUAL, "Trigger removed"),
        (OPEN, "on: push\njobs: {}\n", "Deploy removed"),
        (GATED, "on: push\njobs: {}\n", ""),
        (GATED, OPEN.replace("      - run", "      # mlscan: ignore[gate-removed] agreed\n      - run"), ""),
    ],
)
def test_what_does_not(before: str, after: str, better: str, catalog: Catalog) -> None:
    found = changed({WORKFLOW: before}, {WORKFLOW: after}, catalog)
    assert not found.report.active
    assert "".join(found.better).startswith(better)
    assert bool(found.better) is bool(better)


def test_a_moved_file_is_no_new_way(catalog: Catalog) -> None:
    found = changed({WORKFLOW: OPEN}, {".github/workflows/release.yml": OPEN}, catalog)
    assert not found.report.active


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], str]:
    """Commits a workflow and gives the commit's id."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def git(*arguments: str) -> str:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *who, *arguments], capture_output=True, check=True, text=True)
        return done.stdout.strip()

    git("init", "-q", "-b", "main")

    def commit(text: str, message: str) -> str:
        (tmp_path / WORKFLOW).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / WORKFLOW).write_text(text)
        git("add", ".")
        git("commit", "-qm", message)
        return git("rev-parse", "HEAD")

    return commit


def test_a_revision_is_read_without_a_checkout(tmp_path: Path, repository: Callable[[str, str], str]) -> None:
    (tmp_path / "é ü.bin").write_bytes(b"\x00\x01")
    first = repository(GATED, "one")
    second = repository(OPEN, "two")
    (tmp_path / WORKFLOW).write_text("broken")
    with Revision(tmp_path, first[:10], 1000) as revision:
        assert revision.commit == first
        assert revision.paths == [WORKFLOW, "é ü.bin"]
        found = revision.read(WORKFLOW)
        assert found is not None
        assert found.data.decode() == GATED
        assert revision.read("é ü.bin") is None
        assert revision.read("missing") is None
        assert [source.path for source in revision.sources()] == [WORKFLOW]
    assert merge_base(tmp_path, second, first) == first
    with pytest.raises(UserError, match="no revision"):
        Revision(tmp_path, "nonsense", 1000)
    with pytest.raises(UserError, match="not a revision"):
        Revision(tmp_path, "--output=x", 1000)


def test_the_command(
    repository: Callable[[str, str], str], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    first = repository(GATED, "one")
    second = repository(OPEN, "two")
    assert run(["diff", first, second]) == 1
    assert b"gate-removed" in capfdbinary.readouterr().out
    assert run(["diff", first, first]) == 0
    assert run(["diff", first, second, "--exit-zero", "--format", "json"]) == 0
    assert run(["diff", "nonsense"]) == 2
    (tmp_path / WORKFLOW).write_text(GATED)
    capfdbinary.readouterr()
    assert run(["diff", second]) == 0
    assert b"better: Gate added" in capfdbinary.readouterr().out
