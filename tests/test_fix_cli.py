"""`mlscan fix` on the command line: exit codes, the masked diff, the summary, and what it imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fixing import KEY, PASSWORD, TOKEN

from mlscan.cli.main import run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_mends_and_says_what_to_do(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.py").write_text(f'T = "{TOKEN}"\n')
    assert run(["fix", "--no-config"]) == 0
    out = capsys.readouterr().out
    assert "mended a.py:1:6 huggingface-token -> HF_TOKEN" in out
    assert "\nHF_TOKEN=\n" in out
    assert "Rotate first" in out
    assert run(["check", "--no-config", "-q"]) == 0
    assert run(["fix", "--no-config"]) == 0


def test_nothing_to_do(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.py").write_text("x = 1\n")
    assert run(["fix", "--no-config"]) == 0
    assert capsys.readouterr().out == "0 findings mended in 0 files, 0 left.\n"


def test_what_is_left_exits_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.py").write_text(f"# {TOKEN}\n")
    assert run(["fix", "--no-config"]) == 1
    assert "left a.py:1:3 huggingface-token: it stands in a comment" in capsys.readouterr().out


def test_diff_writes_nothing_and_shows_no_secret(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f'# {KEY}\nT = "{TOKEN}"\npassword = "{PASSWORD}"\nprint("{PASSWORD}")'
    (folder / "a.py").write_text(text)
    assert run(["fix", "--no-config", "--diff"]) == 1
    told = capsys.readouterr()
    assert (folder / "a.py").read_text() == text
    assert "+T = os.environ" in told.out
    assert "-T = " in told.out
    assert "No newline at end of file" in told.out
    assert "would mend" in told.err
    for secret in (TOKEN, KEY, PASSWORD):
        assert secret[6:-3] not in told.out + told.err


def test_stores_are_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.py").write_text(f'import os\nT = "{TOKEN}"\nU = os.getenv("WANDB_API_KEY", "{KEY}")\n')
    assert run(["fix", "--no-config", "--to", "keyvault"]) == 0
    out = capsys.readouterr().out
    assert "Create these secrets in Azure Key Vault:\n  hf-token\n" in out
    assert "KEY_VAULT_URL=\nWANDB_API_KEY=\n" in out


@pytest.mark.parametrize(
    "arguments", [["--to", "paper"], ["--select", "huggingface-tokn"], ["nowhere.py"], ["-"], ["--sel"]]
)
def test_wrong_usage(arguments: list[str], folder: Path) -> None:
    assert run(["fix", "--no-config", *arguments]) == 2


def test_only_what_is_selected(folder: Path) -> None:
    text = f'import os\nT = "{TOKEN}"\npassword = "{PASSWORD}"\n'
    (folder / "a.py").write_text(text)
    assert run(["fix", "--no-config", "--select", "huggingface-token"]) == 0
    assert (folder / "a.py").read_text() == text.replace(f'"{TOKEN}"', 'os.environ["HF_TOKEN"]')


@pytest.mark.parametrize("arguments", [["--version"], ["check", "--no-config", "a.py"], ["fix", "--help"]])
def test_libcst_stays_away_until_it_is_needed(arguments: list[str], folder: Path) -> None:
    (folder / "a.py").write_text("x = 1\n")
    code = (
        "import sys\nfrom mlscan.cli.main import run\nrun(sys.argv[1:])\n"
        "assert not {'libcst', 'nbformat'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True)
