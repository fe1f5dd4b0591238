"""The hooks for pre-commit: their manifest, and what mlscan does with the file names and refs it gets."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from gits import RELEASE, SECRET, VALUE, WORKFLOW, commit, git, new_repository, put

from mlscan.catalog.load import load_catalog
from mlscan.cli.main import main, run
from mlscan.config import Config
from mlscan.scan import scan
from mlscan.sources.around import Around
from mlscan.sources.request import Request

ROOT = Path(__file__).parent.parent
MANIFEST: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
CONFIG = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
OWN: list[dict[str, Any]] = CONFIG["repos"][0]["hooks"]
# https://pre-commit.com/#new-hooks
FIELDS = {
    "id", "name", "entry", "language", "description", "types", "types_or", "exclude", "files", "stages",
    "always_run", "pass_filenames", "require_serial", "minimum_pre_commit_version",
}  # fmt: skip
STAGES = {"pre-commit", "pre-merge-commit", "pre-push", "manual"}
EVALUATE = "import json\n\nassert json.load(open('metrics.json'))['auc'] > 0.8\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workflow that runs a script that deploys, and files that have nothing to do with it."""
    for variable in ("PRE_COMMIT", "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF", "GIT_DIR", "GIT_INDEX_FILE"):
        monkeypatch.delenv(variable, raising=False)
    folder = new_repository(tmp_path / "repository")
    put(folder / ".github" / "workflows" / "cd.yml", WORKFLOW)
    put(folder / "scripts" / "release.sh", RELEASE)
    put(folder / "features.py", "import math\n")
    put(folder / "login.py", SECRET)
    commit(folder)
    monkeypatch.chdir(folder)
    return folder


def findings(*paths: str, **options: Any) -> set[tuple[str, str, str]]:
    """Rule, place and fingerprint of what a run on these paths finds."""
    report = scan(Request(paths, None), load_catalog(), Config(**options))
    return {(item.rule, str(item.place), item.fingerprint) for item in report.active}


def rules_of(*paths: str) -> set[str]:
    return {rule for rule, _, _ in findings(*paths)}


@pytest.mark.parametrize("hook", MANIFEST, ids=lambda hook: hook["id"])
def test_the_manifest_is_what_pre_commit_reads(hook: dict[str, Any]) -> None:
    assert set(hook) <= FIELDS
    assert {"id", "name", "entry", "language"} <= set(hook)
    assert hook["language"] == "python"
    assert set(hook["stages"]) <= STAGES
    assert hook["minimum_pre_commit_version"] == "3.2.0"  # the first that knows these names of stages
    assert "args" not in hook


@pytest.mark.parametrize("hook", [*MANIFEST, *OWN], ids=lambda hook: hook["id"])
def test_every_entry_is_a_command_line(hook: dict[str, Any]) -> None:
    program, command, *options = shlex.split(hook["entry"])
    assert program == "mlscan"
    known = main.get_command(click.Context(main), command)
    assert known is not None
    context = known.make_context(command, list(options))
    assert context.params["fail_on"] == "warning"


def test_the_hooks_of_our_own_repository_are_those_of_the_manifest() -> None:
    keys = ("id", "entry", "types", "stages", "pass_filenames", "always_run", "require_serial")
    assert [[hook.get(key) for key in keys] for hook in OWN] == [
        [hook.get(key) for key in keys] for hook in MANIFEST
    ]


def test_our_own_repository_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert run(["check", "-q", "--fail-on", "warning"]) == 0


def test_a_script_is_judged_with_the_pipeline_that_runs_it(repository: Path) -> None:
    assert "direct-to-prod" in rules_of("scripts/release.sh")
    assert "direct-to-prod" in rules_of(".github/workflows/cd.yml")
    assert "direct-to-prod" in rules_of("scripts")
    assert rules_of("features.py") == set()
    put(repository / "scripts" / "other.sh", RELEASE)
    assert "direct-to-prod" not in rules_of("scripts/other.sh")


def test_a_gate_elsewhere_is_seen(repository: Path) -> None:
    """A module that promotes is a finding where nothing runs it, and none behind the gate of its pipeline."""
    call = (
        "import mlflow\n\n"
        "client = mlflow.MlflowClient()\n"
        "client.set_registered_model_alias('churn', 'production', '7')\n"
    )
    put(repository / "promote.py", call)
    commit(repository)
    assert "promotes-without-approval" in rules_of("promote.py")
    gated = (
        "on: {push: {branches: [main]}}\njobs:\n  ask:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - uses: trstringer/manual-approval@v1\n        with: {approvers: alice}\n"
        "  promote:\n    needs: ask\n    runs-on: ubuntu-latest\n    steps:\n      - run: python promote.py\n"
    )
    put(repository / ".github" / "workflows" / "promote.yml", gated)
    commit(repository)
    assert "promotes-without-approval" not in rules_of("promote.py")


def test_one_call_or_several_in_any_order_find_the_same(repository: Path) -> None:
    put(repository / "scripts" / "gate.py", EVALUATE)
    put(repository / "lib" / "deep.py", SECRET)
    commit(repository)
    files = git(repository, "ls-files").splitlines()
    together = findings(*files)
    assert {"direct-to-prod", "credential-in-variable"} <= {rule for rule, _, _ in together}
    assert findings(*reversed(files)) == together
    assert set().union(*(findings(file) for file in files)) == together
    assert findings(*files[:2]) | findings(*files[2:]) == together


def test_clean_files_open_nothing_else(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: object) -> None:
        raise AssertionError("the rest of the repository was read")

    monkeypatch.setattr(Around, "sources", opened)
    put(repository / "jobs" / "__init__.py", "")
    put(repository / "README.md", "`az ml online-deployment create`, `bash scripts/release.sh`\n")
    assert findings("features.py", "jobs/__init__.py", "README.md") == set()
    assert rules_of("login.py") == {"credential-in-variable"}
    with pytest.raises(AssertionError):
        findings("scripts/release.sh")


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("python jobs/publish.py", "jobs/publish.py"),
        ("python -m jobs.publish", "jobs/publish.py"),
        ("cd jobs && python -m publish", "jobs/publish.py"),
        ("python -m jobs", "jobs/__main__.py"),
        ("make release", "Makefile"),
    ],
)
def test_what_a_pipeline_may_run_is_looked_up(
    repository: Path, monkeypatch: pytest.MonkeyPatch, line: str, file: str
) -> None:
    put(repository / ".github" / "workflows" / "cd.yml", WORKFLOW.replace("bash scripts/release.sh", line))
    put(repository / file, "import math\n")
    commit(repository)
    looked: list[object] = []
    monkeypatch.setattr(Around, "sources", lambda *given: looked.append(given) or iter(()))
    findings(file)
    assert looked


def test_files_around_the_targets_are_not_reported(repository: Path) -> None:
    """Neither their secrets, nor their notes, nor their useless comments."""
    workflow = repository / ".github" / "workflows"
    put(workflow / "broken.yml", "jobs:\n  a: [\n")
    put(workflow / "ci.yml", "on: push\njobs: {}  # mlscan: ignore[direct-to-prod] nothing here\n")
    put(workflow / "other.yml", WORKFLOW.replace("scripts/release.sh", "scripts/second.sh"))
    put(repository / "scripts" / "second.sh", RELEASE)
    (workflow / "link.yml").symlink_to("cd.yml")
    commit(repository)
    report = scan(Request(("scripts/release.sh",), None), load_catalog(), Config())
    assert report.counters.files == 1
    assert report.notes == ()
    assert {item.place.path for item in report.active} == {"scripts/release.sh"}
    assert all("link.yml" not in item.message for item in report.active)
    assert {place.path for item in report.active for place in item.flow} == {
        ".github/workflows/cd.yml",
        "scripts/release.sh",
    }
    assert {note.kind for note in scan(Request((".",), None), load_catalog(), Config()).notes} == {
        "unparsed",
        "unused",
    }


def test_excluded_files_stay_excluded_when_they_are_named(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(repository / "mlscan.toml", 'exclude = ["login.py", "third_party/"]\n')
    put(repository / "third_party" / "a.py", SECRET)
    assert run(["login.py", "third_party/a.py", "features.py"]) == 0
    assert "2 files skipped (-v says why)" in capsys.readouterr().out
    assert run(["third_party"]) == 0
    assert "1 file skipped" in capsys.readouterr().out
    assert run(["--select", "secrets", "."]) == 0
    assert "skipped" not in capsys.readouterr().out
    run(["-v", "login.py"])
    assert "skipped: login.py: excluded by the configuration" in capsys.readouterr().out
    assert run(["--no-config", "login.py"]) == 1


def test_an_excluded_pipeline_is_no_context(repository: Path) -> None:
    found = findings("scripts/release.sh", exclude=(".github/",))
    assert "direct-to-prod" not in {rule for rule, _, _ in found}


def test_notes_stop_no_commit(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(repository / "scripts" / "release.sh", "true\n")
    put(repository / "shift.sh", RELEASE)
    note = ["check", "--no-config", "--select", "deploy-all-traffic-at-once", "."]
    put(repository / ".github" / "workflows" / "cd.yml", WORKFLOW.replace("scripts/release.sh", "shift.sh"))
    assert run(note) == 1
    assert run([*note, "--fail-on", "warning"]) == 0
    assert "note[deploy-all-traffic-at-once]" in capsys.readouterr().out
    assert run(["check", "--no-config", "--fail-on", "error", "login.py"]) == 1


def test_a_push_is_about_what_it_adds(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = next(hook for hook in MANIFEST if hook["id"] == "mlscan-graph")
    line = [*shlex.split(graph["entry"])[1:], "--no-config", "--format", "concise"]
    assert run(line) == 1
    assert " direct-to-prod " in capsys.readouterr().out
    monkeypatch.setenv("PRE_COMMIT", "1")
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", git(repository, "rev-parse", "HEAD"))
    monkeypatch.setenv("PRE_COMMIT_TO_REF", "HEAD")
    assert run(line) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "PRE_COMMIT_FROM_REF" in said.err
    put(repository / ".github" / "workflows" / "night.yml", WORKFLOW.replace("scripts/release.sh", "a.sh"))
    put(repository / "a.sh", RELEASE)
    commit(repository)
    assert run(line) == 1
    assert "scripts/release.sh" not in capsys.readouterr().out
    # Named files are looked at as a whole, as at a commit.
    assert run([*line, "scripts/release.sh"]) == 1
    # Outside of pre-commit the variable means nothing.
    monkeypatch.delenv("PRE_COMMIT")
    assert run(line) == 1
    assert "scripts/release.sh" in capsys.readouterr().out


def test_a_finding_tells_a_committer_what_to_do(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["check", "--no-config", "login.py"])
    shown = capsys.readouterr()
    for part in (
        "--> login.py:1:13",
        "= why: ",
        "= fix: ",
        "`# mlscan: ignore[credential-in-variable] reason`",
    ):
        assert part in shown.out
    assert VALUE not in shown.out + shown.err
    put(repository / "login.py", SECRET.rstrip() + "  # mlscan: ignore[credential-in-variable] reason\n")
    assert run(["check", "--no-config", "login.py"]) == 0


@pytest.mark.skipif(shutil.which("pre-commit") is None, reason="pre-commit is not installed")
def test_a_commit_with_a_secret_is_stopped_by_pre_commit_itself(repository: Path, tmp_path: Path) -> None:
    hooks = [
        {**hook, "language": "system", "entry": f"{sys.executable} -m {hook['entry']}"} for hook in MANIFEST
    ]
    put(
        repository / ".pre-commit-config.yaml", yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]})
    )
    git(repository, "add", ".pre-commit-config.yaml")
    put(repository / "features.py", "import math\n" + SECRET)

    def stopped() -> str:
        done = subprocess.run(["pre-commit", "run"], cwd=repository, capture_output=True, text=True)
        return done.stdout if done.returncode else ""

    assert stopped() == ""
    git(repository, "add", "features.py")
    put(repository / "features.py", "import math\n")
    said = stopped()
    assert "error[credential-in-variable]" in said
    assert VALUE not in said
