"""The whole program on the demo repository, as its users run it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from mlscan.catalog.templates import expand

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "fixtures" / "demo"
SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-schema-2.1.0.json").read_text())
SECRETS = ("Corr3ct-Horse", "w1nter-Is", "S3nd-Th3", "Ch4nge-Me", "f4ll-B4ck", "Tr4cking-Every")


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlscan", *map(str, arguments)]
    settings = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command, capture_output=True, text=True, env=settings, check=False)


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """The demo outside of this repository, which excludes it."""
    return Path(shutil.copytree(DEMO, tmp_path / "demo"))


@pytest.mark.parametrize("format_name", ["text", "concise", "json", "sarif", "github"])
def test_no_output_holds_a_secret(format_name: str) -> None:
    done = run("--root", DEMO, DEMO, "--format", format_name, "-v", "--min-confidence", "low")
    assert done.returncode == (0 if format_name == "sarif" else 1)
    assert not any(secret in done.stdout + done.stderr for secret in SECRETS)


def test_the_same_input_gives_the_same_bytes_with_any_number_of_jobs() -> None:
    line = ("--no-config", "--root", ROOT, ROOT / "fixtures", "--format", "sarif")
    first = run(*line, "--jobs", "1")
    second = run(*line, "--jobs", "3", PYTHONHASHSEED="7")
    assert first.stdout == second.stdout
    assert first.returncode == second.returncode == 0
    assert json.loads(first.stdout)["runs"][0]["results"]


def test_sarif_is_valid_and_points_into_the_raw_file() -> None:
    log = json.loads(run("--root", DEMO, DEMO, "--format", "sarif").stdout)
    jsonschema.validate(log, SCHEMA)
    results = log["runs"][0]["results"]
    assert {result["ruleId"] for result in results} >= {"direct-to-prod", "gate-unverified"}
    for result in results:
        place = result["locations"][0]["physicalLocation"]
        region = place["region"]
        lines = (DEMO / place["artifactLocation"]["uri"]).read_text().split("\n")
        assert 1 <= region["startLine"] <= region["endLine"] <= len(lines)
        assert region["endColumn"] <= len(lines[region["endLine"] - 1]) + 1
        assert set(result["partialFingerprints"]) == {"primaryLocationLineHash", "mlscan/v1"}
    flows = [result for result in results if "codeFlows" in result]
    assert len(flows[0]["codeFlows"][0]["threadFlows"][0]["locations"]) >= 3


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["demo/promote.py"], 0),
        (["demo/train.py"], 1),
        (["demo/train.py", "--exit-zero"], 0),
        (["demo/train.py", "--select", "promotion"], 0),
        (["demo/train.py", "--format", "sarif", "--no-exit-zero"], 1),
        (["demo/nowhere.py"], 2),
        (["--no-such-option"], 2),
        (["--select", "no-such-rule", "demo"], 2),
        (["--config", "demo/nowhere.toml", "demo"], 2),
        (["explain", "no-such-rule"], 2),
        (["explain", "direct-to-prod"], 0),
        (["rules"], 0),
    ],
)
def test_exit_codes(demo: Path, arguments: list[str], code: int) -> None:
    command = [demo.parent / word if word.startswith("demo") else word for word in arguments]
    assert run(*command).returncode == code


def test_nothing_heavy_is_imported_for_a_clean_file(demo: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "mlscan", str(demo / "promote.py")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "import time:" in line}
    assert "mlscan.scan" in loaded
    assert not {name.split(".")[0] for name in loaded} & {"libcst", "nbformat", "detect_secrets", "sarif_om"}


def test_standard_input() -> None:
    command = [sys.executable, "-m", "mlscan", "-", "--stdin-filename", "conf/a.py", "--format", "concise"]
    text = f'import wandb\nwandb.login(key="{expand("<hex:40>")}")\n'
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, input=text, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1
    assert done.stdout.startswith("conf/a.py:2:18 wandb-api-key")


def test_a_cache_that_is_damaged_or_cannot_be_written(demo: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    clean = run(demo / "train.py", "--format", "concise", MLSCAN_CACHE_DIR=str(cache))
    for entry in cache.iterdir():
        entry.write_bytes(entry.read_bytes()[:-9] + b"\xff" * 9)
    damaged = run(demo / "train.py", "--format", "concise", MLSCAN_CACHE_DIR=str(cache))
    (tmp_path / "file").write_text("")
    refused = run(demo / "train.py", "--format", "concise", MLSCAN_CACHE_DIR=str(tmp_path / "file" / "x"))
    assert clean.stdout
    assert clean.stdout == damaged.stdout == refused.stdout
    assert clean.stderr == damaged.stderr == refused.stderr == ""


def test_a_notebook_that_was_run_again_keeps_its_fingerprints(tmp_path: Path) -> None:
    notebook = json.loads((DEMO / "notebooks" / "promote.ipynb").read_text())
    before = _fingerprints(tmp_path, notebook)
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            cell["execution_count"] = number + 7
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["a line\n"] * 3}]
    after = _fingerprints(tmp_path, notebook)
    assert after
    assert after.items() <= before.items()


def _fingerprints(folder: Path, notebook: dict[str, object]) -> dict[str, dict[str, str]]:
    (folder / "a.ipynb").write_text(json.dumps(notebook, indent=1))
    log = json.loads(run("--root", folder, folder, "--format", "sarif").stdout)
    return {result["message"]["text"]: result["partialFingerprints"] for result in log["runs"][0]["results"]}
