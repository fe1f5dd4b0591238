"""Options and files that hold for several commands hold in each of them alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixing import KEY, TOKEN

from mlscan.cli.main import run

PLUGIN = """\
import re
from detect_secrets.plugins.base import RegexBasedDetector
class Zork(RegexBasedDetector):
    secret_type = "Zork key"
    denylist = [re.compile("zork_[a-z0-9]{20}")]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.py").write_text(f'T = "{TOKEN}"\n')
    return tmp_path


def test_fix_leaves_what_a_baseline_holds_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["baseline"]) == 0
    (folder / "new.py").write_text(f'import wandb\nwandb.login(key="{KEY}")\n')
    assert run(["fix"]) == 0
    assert TOKEN in (folder / "old.py").read_text()
    assert KEY not in (folder / "new.py").read_text()
    assert "1 finding in a baseline left alone (--no-baseline)." in capsys.readouterr().out
    assert run(["fix", "--no-baseline"]) == 0
    assert TOKEN not in (folder / "old.py").read_text()


def test_fix_leaves_what_is_ignored_at_its_path(folder: Path) -> None:
    (folder / "mlscan.toml").write_text('[per-path-ignores]\n"old.py" = ["secrets"]\n')
    assert run(["fix"]) == 0
    assert TOKEN in (folder / "old.py").read_text()


def test_audit_takes_a_baseline_and_a_threshold(folder: Path) -> None:
    stop = ["audit", "-q", "--no-exit-zero", "-o", str(folder.parent / "page.html")]
    assert run(stop) == 1
    assert run([*stop, "--select", "promotion"]) == 0
    assert run(["baseline", "-o", "known.json"]) == 0
    assert run([*stop, "--baseline", "known.json"]) == 0
    assert run([*stop, "--baseline", "known.json", "--no-baseline"]) == 2
    (folder / "mlscan.toml").write_text('fail-on = "error"\n[severity]\nhuggingface-token = "warning"\n')
    assert run(stop) == 0
    assert run([*stop, "--fail-on", "warning"]) == 1


@pytest.mark.parametrize("report_format", ["text", "junit", "csv", "json", "sarif"])
def test_every_format_says_what_suppresses(
    report_format: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["baseline", "--reason", "revoked"]) == 0
    (folder / "here.py").write_text(
        f'import wandb\nwandb.login(key="{KEY}")  # mlscan: ignore[secrets] a fake\n'
    )
    (folder / "mlscan.toml").write_text('[per-path-ignores]\n"there.py" = ["secrets"]\n')
    (folder / "there.py").write_text(f'import wandb\nwandb.login(key="{KEY[::-1]}")\n')
    capsys.readouterr()
    assert run(["--format", report_format, "--show-suppressed"]) == 0
    shown = capsys.readouterr().out.replace("&quot;", '"').replace('\\"', '"').replace('""', '"')
    for said in ("a fake", 'per-path-ignores "there.py"', ".mlscan-baseline.json"):
        assert said in shown
    assert "revoked" in shown


@pytest.mark.parametrize("command", ["check", "baseline", "audit"])
def test_plugins_that_a_repository_names_can_be_allowed(
    command: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "plug.py").write_text(PLUGIN)
    (folder / "mlscan.toml").write_text('plugins = ["plug.py"]\n')
    assert run([command]) == 2
    assert "--allow-plugins" in capsys.readouterr().err
    assert run([command, "--allow-plugins"]) in (0, 1)


@pytest.mark.parametrize("command", ["check", "baseline", "audit", "fix"])
def test_several_patterns_and_wrong_names(command: str, folder: Path) -> None:
    (folder / "b.py").write_text("x = 1\n")
    (folder / "c.toml").write_text("")
    assert run([command, "--config", "c.toml", "--no-config"]) == 2
    assert run([command, "--exclude", "none.py,old.py"]) == 0
    (folder / "mlscan.toml").write_text('ignore = ["huggingface-tokn"]\n')
    assert run([command]) == 2
