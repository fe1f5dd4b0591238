"""`action.yml`: its shell steps run here as a runner runs them, with inputs that try to get out."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlscan.catalog.templates import expand

ROOT = Path(__file__).parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PIN = re.compile(r"uses: ([\w./-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+")
EXPRESSION = re.compile(r"\$\{\{ *(inputs|steps)\.([\w.-]+) *\}\}")

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


@dataclass
class Runner:
    """What a runner gives a composite action: folders, variables, inputs, and the outputs of its steps."""

    folder: Path
    inputs: dict[str, str] = field(default_factory=dict)
    fork: bool = False
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("temp", "workspace", "action path"):
            (self.folder / name).mkdir()
        self.inputs = {name: entry["default"] for name, entry in ACTION["inputs"].items()} | self.inputs

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    def run(self, name: str) -> subprocess.CompletedProcess[str]:
        """The shell step of this id, with GitHub's own command line for `shell: bash`."""
        (step,) = (step for step in STEPS if step.get("id") == name)
        script = self.folder / f"{name}.sh"
        script.write_text(step["run"])
        written = self.folder / f"{name}.output"
        written.touch()
        environment = {
            **{key: os.environ[key] for key in ("PATH", "HOME", "MLSCAN_CACHE_DIR") if key in os.environ},
            "RUNNER_TEMP": str(self.folder / "temp"),
            "GITHUB_ACTION_PATH": str(self.folder / "action path"),
            "GITHUB_OUTPUT": str(written),
            **{key: self.value(str(value)) for key, value in step.get("env", {}).items()},
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=self.workspace, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        self.outputs[name] = dict(line.split("=", 1) for line in written.read_text().splitlines())
        return done

    def value(self, text: str) -> str:
        """What GitHub puts into a variable: text, never a part of the script."""
        if "github.event_name" in text:
            return str(self.fork).lower()

        def look_up(match: re.Match[str]) -> str:
            if match[1] == "inputs":
                return self.inputs[match[2]]
            step, _, name = match[2].partition(".outputs.")
            return self.outputs[step][name]

        return EXPRESSION.sub(look_up, text)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A runner on which mlscan is installed, and a repository with one credential."""
    made = Runner(tmp_path)
    program = tmp_path / "mlscan"
    program.write_text(f"#!/bin/sh\nPYTHONPATH='{ROOT}' exec '{sys.executable}' -m mlscan \"$@\"\n")
    program.chmod(0o755)
    made.outputs["install"] = {"program": str(program)}
    (made.workspace / "train.py").write_text(f'import wandb\nwandb.login(key="{expand("<hex:40>")}")\n')
    return made


def results(runner: Runner) -> list[dict[str, Any]]:
    log = json.loads(Path(runner.outputs["scan"]["sarif-file"]).read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = log["runs"][0]["results"]
    return found


def test_no_input_is_part_of_a_script() -> None:
    scripts = [step["run"] for step in STEPS if "run" in step]
    assert len(scripts) == 2
    for script in scripts:
        assert "${{" not in script
        assert script.startswith("set -euo pipefail\n")


def test_every_action_used_is_pinned_and_its_version_named() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert [name for name, _ in PIN.findall((ROOT / "action.yml").read_text())] == [
        name.partition("@")[0] for name in used
    ]
    assert README.count("uses: ") == len(PIN.findall(README)) + README.count("uses: OWNER/mlscan@")


def test_inputs_and_outputs_are_described_and_used() -> None:
    text = (ROOT / "action.yml").read_text()
    for name, entry in ACTION["inputs"].items():
        assert entry["description"]
        assert isinstance(entry["default"], str)
        assert f"${{{{ inputs.{name} }}}}" in text, name
    assert set(ACTION["outputs"]) == {"sarif-file"}


def test_the_environment_of_the_job_stays_as_it_is() -> None:
    (setup,) = (step for step in STEPS if step.get("id") == "python")
    assert setup["with"]["update-environment"] is False


def test_installs_itself_and_nothing_of_the_checkout(tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    python = tmp_path / "python 3"
    log = tmp_path / "log"
    stub = f'#!/bin/sh\nprintf "%s\\n" "$*" >> "{log}"\n'
    python.write_text(f'{stub}mkdir -p "$4/bin"\ncp "{tmp_path}/inner" "$4/bin/python"\n')
    (tmp_path / "inner").write_text(stub)
    for file in (python, tmp_path / "inner"):
        file.chmod(0o755)
    runner.outputs["python"] = {"python-path": str(python)}
    done = runner.run("install")
    assert (done.returncode, done.stderr) == (0, "")
    venv, pip = log.read_text().splitlines()
    assert venv == f"-I -m venv {tmp_path}/temp/mlscan-venv"
    assert pip == f"-I -m pip install --quiet --disable-pip-version-check {tmp_path}/action path"
    assert runner.outputs["install"] == {"program": f"{tmp_path}/temp/mlscan-venv/bin/mlscan"}


def test_writes_sarif_for_the_upload_and_text_for_the_log(runner: Runner) -> None:
    done = runner.run("scan")
    assert (done.returncode, done.stderr) == (0, "")
    assert "wandb-api-key" in done.stdout
    assert [result["ruleId"] for result in results(runner)] == ["wandb-api-key"]
    upload = STEPS[-1]
    assert upload["if"] == "${{ !cancelled() && steps.scan.outputs.sarif-file != '' }}"
    assert upload["with"]["sarif_file"] == "${{ steps.scan.outputs.sarif-file }}"


def test_a_clean_repository_uploads_an_empty_result(runner: Runner) -> None:
    (runner.workspace / "train.py").write_text("import wandb\n")
    assert runner.run("scan").returncode == 0
    assert results(runner) == []


def test_findings_fail_the_step_only_if_asked_and_are_uploaded_all_the_same(runner: Runner) -> None:
    runner.inputs["fail-on-findings"] = "true"
    assert runner.run("scan").returncode == 1
    assert len(results(runner)) == 1
    runner.inputs["min-confidence"] = "high"
    runner.inputs["paths"] = ""
    assert runner.run("scan").returncode == 1


@pytest.mark.parametrize(("fork", "upload"), [(True, "true"), (False, "false")])
def test_annotates_where_it_may_not_upload(runner: Runner, fork: bool, upload: str) -> None:
    runner.fork, runner.inputs["advanced-security"] = fork, upload
    (runner.folder / "temp" / "mlscan.sarif").write_text("of an earlier step")
    done = runner.run("scan")
    assert done.returncode == 0
    assert done.stdout.startswith("::error file=train.py,line=2,")
    assert runner.outputs["scan"] == {}


def test_wrong_usage_fails_and_uploads_nothing(runner: Runner) -> None:
    runner.inputs["paths"] = "no such folder"
    done = runner.run("scan")
    assert done.returncode == 2
    assert "no such file or folder: no such folder" in done.stderr
    assert runner.outputs["scan"] == {}


INJECTIONS = [
    "$(touch PWNED)",
    "`touch PWNED`",
    "; touch PWNED",
    '"; touch PWNED; "',
    "'; touch PWNED; '",
    "&& touch PWNED",
    "| touch PWNED",
    "x\n$(touch PWNED)",
    "--output=PWNED",
    "-o\nPWNED",
    "--config=PWNED",
    "${PATH}",
    "*",
    "a b",
]


OPTIONS = ("config", "min-severity", "min-confidence", "since")


@pytest.mark.parametrize("text", INJECTIONS)
def test_inputs_are_words_and_never_commands_or_options(runner: Runner, text: str) -> None:
    runner.inputs |= dict.fromkeys(OPTIONS, text) | {"paths": text}
    program = Path(runner.outputs["install"]["program"])
    program.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\"\n")
    said = runner.run("scan").stdout.split("\0")[:-1]
    end = said.index("--")
    assert said[:2] == ["check", "--exit-zero"]
    assert said[2:6] == [f"--{name}={text}" for name in OPTIONS]
    assert said[6:end] == ["--format=sarif", f"--output={runner.folder}/temp/mlscan.sarif"]
    assert said[end + 1 :] == text.split("\n")
    assert sorted(path.name for path in runner.workspace.iterdir()) == ["train.py"]
    assert not list(runner.folder.rglob("PWNED"))


@pytest.mark.parametrize("name", [*OPTIONS, "paths"])
def test_an_input_that_makes_no_sense_fails(runner: Runner, name: str) -> None:
    runner.inputs[name] = "--output=PWNED"
    assert runner.run("scan").returncode == 2
    assert not list(runner.folder.rglob("PWNED"))
    assert runner.outputs["scan"] == {}


@pytest.mark.parametrize("name", ["$(touch PWNED).py", "a b.py", "-o.py", "größe.py"])
def test_odd_names_are_scanned(runner: Runner, name: str) -> None:
    (runner.workspace / "train.py").rename(runner.workspace / name)
    (runner.workspace / "other.py").write_text("x = 1\n")
    runner.inputs["paths"] = f"{name}\n\nother.py\n"
    assert runner.run("scan").returncode == 0
    assert len(results(runner)) == 1
    assert not list(runner.folder.rglob("PWNED"))
