"""Baselines of detect-secrets and gitleaks: read, taken over, and for detect-secrets written."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mlscan.baseline.file import decode
from mlscan.baseline.names import OWN as NAME
from mlscan.catalog.schema import Catalog
from mlscan.catalog.templates import expand
from mlscan.cli.main import run

PASSWORD = expand("<password:16>")
OTHER = expand("<password:17>")
TOKEN = expand("hf_<alpha:34>")
URL_PASSWORD = expand("<alnum:20>")
KEY = "\n".join(expand(f"<base64:6{number}>") for number in range(6))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, catalog: Catalog) -> Path:
    """Secrets that detect-secrets sees too, each in its own way."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text(
        f'db_password = "{PASSWORD}"\ntoken = "{TOKEN}"\n'
        f'url = "postgresql://svc:{URL_PASSWORD}@db.acme-prod.net/x"\n'
    )
    (tmp_path / "key.pem").write_text(
        f"-----BEGIN RSA PRIVATE KEY-----\n{KEY}\n-----END RSA PRIVATE KEY-----\n"
    )
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": [f'api_token = "{TOKEN}"']}]
    whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "n.ipynb").write_text(json.dumps(whole, indent=1))
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "-A"], cwd=tmp_path, check=True)
    return tmp_path


def detect_secrets(folder: Path, module: str, *arguments: str, answer: str = "") -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", module, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        input=answer,
    )
    return done.returncode, done.stdout


def entries(folder: Path) -> list[tuple[str, str, str]]:
    results = json.loads((folder / ".secrets.baseline").read_text())["results"]
    return sorted(
        (path, item["type"], item["hashed_secret"]) for path, found in results.items() for item in found
    )


def test_what_detect_secrets_wrote_is_read(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out = detect_secrets(repository, "detect_secrets", "scan")
    assert code == 0
    (repository / ".secrets.baseline").write_text(out)
    assert run([]) == 1
    assert run(["--baseline", ".secrets.baseline"]) == 0
    assert "5 findings suppressed: 5 by .secrets.baseline" in capfd.readouterr().out
    # Lines move and another secret comes.
    text = (repository / "a.py").read_text()
    (repository / "a.py").write_text(f'# moved\n{text}api_password = "{OTHER}"\n')
    assert run(["--baseline", ".secrets.baseline", "--format", "concise"]) == 1
    (line,) = capfd.readouterr().out.splitlines()
    assert line.startswith("a.py:5:")
    (repository / "mlscan.toml").write_text('baseline = ".secrets.baseline"\nexclude = ["a.py"]')
    assert run([]) == 0


def test_the_same_secret_in_another_file_is_new(repository: Path) -> None:
    _, out = detect_secrets(repository, "detect_secrets", "scan")
    (repository / ".secrets.baseline").write_text(out)
    (repository / "b.py").write_text((repository / "a.py").read_text())
    assert run(["--baseline", ".secrets.baseline"]) == 1


def test_detect_secrets_reads_what_is_written(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["baseline", "--format", "detect-secrets"]) == 0
    assert ".secrets.baseline holds 5 secrets that mlscan finds\n" in capfd.readouterr().err
    assert run(["--baseline", ".secrets.baseline"]) == 0
    subprocess.run(["git", "add", "-A"], cwd=repository, check=True)
    before = entries(repository)
    files = ["a.py", "key.pem", "n.ipynb"]
    code, out = detect_secrets(
        repository, "detect_secrets.pre_commit_hook", "--baseline", ".secrets.baseline", *files
    )
    assert (code, out) == (0, "")
    code, _ = detect_secrets(repository, "detect_secrets", "scan", "--baseline", ".secrets.baseline")
    assert code == 0
    assert entries(repository) == before
    # Every entry is found again where it says, and can be judged.
    code, out = detect_secrets(
        repository, "detect_secrets", "audit", ".secrets.baseline", answer="n\n" * len(before)
    )
    assert code == 0
    assert "not found" not in out.lower()
    content = json.loads((repository / ".secrets.baseline").read_text())
    assert all("is_secret" in item for found in content["results"].values() for item in found)
    # What was judged stays judged, and nothing changes for nothing.
    text = (repository / ".secrets.baseline").read_text()
    assert run(["baseline", "--format", "detect-secrets"]) == 0
    assert (repository / ".secrets.baseline").read_text() == text
    (repository / "b.py").write_text(f'db_password = "{OTHER}"\n')
    assert run(["baseline", "--format", "detect-secrets"]) == 0
    assert len(entries(repository)) == len(before) + 1
    for secret in (PASSWORD, TOKEN, OTHER):
        assert secret not in (repository / ".secrets.baseline").read_text()


def test_only_what_it_knew_is_taken_over(repository: Path) -> None:
    _, out = detect_secrets(repository, "detect_secrets", "scan", "a.py")
    content = json.loads(out)
    for item in content["results"]["a.py"]:
        item["is_secret"] = False
    (repository / ".secrets.baseline").write_text(json.dumps(content))
    assert run(["baseline", "--from", ".secrets.baseline"]) == 0
    taken = decode((repository / NAME).read_text(), NAME).entries
    assert {entry.path for entry in taken} == {"a.py"}
    assert {entry.reason for entry in taken} == {"audited as no secret"}
    assert len(taken) == 3
    assert hashlib.sha1(PASSWORD.encode()).hexdigest()[:8] not in (repository / NAME).read_text()
    assert run(["a.py"]) == 0
    assert run([]) == 1


def test_code_that_a_baseline_names_is_not_run(repository: Path) -> None:
    (repository / "evil.py").write_text("raise SystemExit('was run')\n")
    run(["baseline", "--format", "detect-secrets"])
    content = json.loads((repository / ".secrets.baseline").read_text())
    content["plugins_used"].append({"name": "Evil", "path": f"file://{repository}/evil.py"})
    (repository / ".secrets.baseline").write_text(json.dumps(content))
    assert run(["baseline", "--format", "detect-secrets"]) == 0
    assert run(["--baseline", ".secrets.baseline"]) == 0


def test_other_files_are_not_overwritten(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (repository / "b.json").write_text('{"results": 1}')
    assert run(["baseline", "--format", "detect-secrets", "-o", "b.json"]) == 2
    assert run(["baseline", "-o", "b.json"]) == 2
    assert (repository / "b.json").read_text() == '{"results": 1}'
    assert "no baseline of mlscan" in capfd.readouterr().err
    assert run(["baseline", "--format", "detect-secrets", "--prune"]) == 2


def leak(path: str, line: int, secret: str, **more: Any) -> dict[str, Any]:
    """One entry of a report of gitleaks 8."""
    return {
        "RuleID": "generic-api-key",
        "Description": "Detected a Generic API Key",
        "StartLine": line,
        "EndLine": line,
        "StartColumn": 1,
        "EndColumn": 40,
        "Match": f'db_password = "{secret}"',
        "Secret": secret,
        "File": path,
        "SymlinkFile": "",
        "Commit": "",
        "Entropy": 3.9,
        "Author": "",
        "Email": "",
        "Date": "",
        "Message": "",
        "Tags": [],
        "Fingerprint": f"{path}:generic-api-key:{line}",
        **more,
    }


def test_a_report_of_gitleaks(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    # The line is an old one: the secret says which finding is meant.
    (repository / "report.json").write_text(
        json.dumps([leak("a.py", 99, PASSWORD), leak("./a.py", 2, TOKEN)])
    )
    command = ["a.py", "--baseline", "report.json", "--format", "concise"]
    assert run(command) == 1
    (line,) = capfd.readouterr().out.splitlines()
    assert line.startswith("a.py:3:")
    (repository / "a.py").write_text(f'db_password = "{OTHER}"\n')
    assert run(command) == 1


@pytest.mark.parametrize("shown", ["REDACTED", f"{PASSWORD[:6]}..."])
def test_a_redacted_report_knows_lines(
    repository: Path, shown: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (repository / "report.json").write_text(json.dumps([leak("a.py", 1, shown)]))
    assert run(["a.py", "--baseline", "report.json", "--format", "concise"]) == 1
    assert [line[:7] for line in capfd.readouterr().out.splitlines()] == ["a.py:2:", "a.py:3:"]


def test_a_report_of_gitleaks_is_taken_over_without_its_secrets(repository: Path) -> None:
    (repository / "report.json").write_text(json.dumps([leak("a.py", 1, PASSWORD)]))
    assert run(["baseline", "--from", "report.json"]) == 0
    (repository / "report.json").unlink()
    (entry,) = decode((repository / NAME).read_text(), NAME).entries
    assert (entry.path, entry.reason) == ("a.py", "generic-api-key")
    assert PASSWORD not in (repository / NAME).read_text()
    assert run(["a.py"]) == 1


COMMIT = "cd5226711335c68be1e720b318b7bc3135a30eb2"


def test_gitleaksignore_holds_by_itself(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (repository / ".gitleaksignore").write_text(
        f"# known\n\na.py:generic-api-key:1\n{COMMIT}:a.py:huggingface-access-token:2\nnonsense\n"
    )
    assert run(["a.py", "--format", "concise"]) == 1
    shown = capfd.readouterr()
    assert [line[:7] for line in shown.out.splitlines()] == ["a.py:3:"]
    assert shown.err == "mlscan: 2 findings suppressed: 2 by .gitleaksignore\n"
    # What it covers needs no entry of ours.
    assert run(["baseline"]) == 0
    assert len(decode((repository / NAME).read_text(), NAME).entries) == 3
    assert run([]) == 0
    assert run(["--no-baseline"]) == 1
    assert run(["--no-config"]) == 1


def test_gitleaksignore_is_about_secrets_only(repository: Path) -> None:
    (repository / "b.py").write_text('client.transition_model_version_stage("churn", 3, "Production")\n')
    (repository / "b.py").write_text(
        f"from mlflow import MlflowClient\nclient = MlflowClient()\n{(repository / 'b.py').read_text()}"
    )
    assert run(["b.py"]) == 1
    (repository / ".gitleaksignore").write_text("b.py:generic-api-key:3\n")
    assert run(["b.py"]) == 1
