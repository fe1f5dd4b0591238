"""What a user of code scanning may rely on, checked on the whole program from outside.

Microsoft's validator runs where it is: `Sarif.Multitool` on the path, or named by SARIF_MULTITOOL. It comes
with `npm install @microsoft/sarif-multitool` (in `node_modules/@microsoft/sarif-multitool-linux`).
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest

from mlscan.catalog.load import read_catalog, rules_directory
from mlscan.catalog.patterns import confirmer, token_expression
from mlscan.catalog.templates import expand
from mlscan.cli.main import run
from mlscan.fingerprint import line_hashes
from mlscan.report.formats import NAMES

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "fixtures" / "demo"
SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-schema-2.1.0.json").read_text("utf-8"))
MULTITOOL = os.environ.get("SARIF_MULTITOOL") or shutil.which("Sarif.Multitool")
needs_multitool = pytest.mark.skipif(MULTITOOL is None, reason="needs Sarif.Multitool")
# Microsoft's validator asks the network for the link of every rule, and gives up sooner where there is none.
OFFLINE = ["unshare", "-rn"]
TOKEN = expand("<hex:40>")
CODE = f'import wandb\n\nwandb.login(key="{TOKEN}")\n'
ODD = "große modelle/größe & maß #1.py"


@dataclass(frozen=True)
class Done:
    """What one call of the program left."""

    returncode: int
    stdout: str
    stderr: str


def mlscan(folder: Path, *arguments: str) -> Done:
    """The program on files of `folder`, in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(["--root", ".", "--jobs", "1", *arguments])
    shown = []
    for stream in (out, err):
        stream.flush()
        assert isinstance(stream.buffer, io.BytesIO)
        shown.append(stream.buffer.getvalue().decode())
    return Done(code, *shown)


def process(folder: Path, *arguments: str, options: tuple[str, ...] = (), **variables: str) -> Done:
    """The program in a process of its own; `options` are Python's."""
    command = [sys.executable, *options, "-m", "mlscan", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


def sarif(folder: Path, *arguments: str) -> dict[str, Any]:
    done = mlscan(folder, "--format", "sarif", *arguments)
    assert done.returncode == 0, done.stderr
    log: dict[str, Any] = json.loads(done.stdout)
    return log


def results(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sarif(folder, *arguments)["runs"][0]["results"]
    return found


def notebook(*sources: str, **style: Any) -> str:
    cells = [
        {"cell_type": "code", "execution_count": 1, "id": f"c{number}", "metadata": {}, "outputs": [],
         "source": source.splitlines(keepends=True)}
        for number, source in enumerate(sources)
    ]  # fmt: skip
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, **style)


def clean(folder: Path) -> None:
    (folder / "train.py").write_text("import wandb\n")


def in_notebook(folder: Path) -> None:
    (folder / "train.ipynb").write_text(notebook("x = 1\n", CODE, indent=1))


def oddly_named(folder: Path) -> None:
    (folder / ODD).parent.mkdir()
    (folder / ODD).write_text(CODE)


def audited(folder: Path) -> None:
    """Every kind of finding, a suppressed one, and a file that does not parse."""
    shutil.copytree(DEMO, folder, dirs_exist_ok=True)
    ignored = CODE.replace('")', '")  # mlscan: ignore[credential-in-call] of a test server')
    (folder / "ignored.py").write_text(ignored)
    (folder / "broken.yml").write_text("a: [\n")
    (folder / "broken.ipynb").write_text("{")


REPOSITORIES = [audited, clean, in_notebook, oddly_named]
OPTIONS = [[], ["--show-suppressed", "--sarif-category", "models"]]


# 1 and 2: valid


@needs_multitool
@pytest.mark.parametrize("repository", REPOSITORIES)
@pytest.mark.parametrize("options", OPTIONS, ids=["plain", "asked"])
def test_1_microsofts_validator_finds_no_error_and_no_warning(
    tmp_path: Path, repository: Any, options: list[str]
) -> None:
    source, log = tmp_path / "repository", tmp_path / "a.sarif"
    source.mkdir()
    repository(source)
    mlscan(source, "--format", "sarif", "-o", str(log), *options)
    assert complaints(log) == []


@needs_multitool
def test_1_the_validator_is_asked_in_earnest(tmp_path: Path) -> None:
    log = sarif(DEMO)
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    (tmp_path / "a.sarif").write_text(json.dumps(log))
    assert complaints(tmp_path / "a.sarif")


def complaints(log: Path) -> list[str]:
    """Errors and warnings of `--rule-kind Sarif;Ghas`; the exit code of the tool says nothing."""
    assert MULTITOOL is not None
    offline = OFFLINE if shutil.which("unshare") and not subprocess.call([*OFFLINE, "true"]) else []
    found = log.with_suffix(".found")
    subprocess.run(
        [*offline, MULTITOOL, "validate", log, "--rule-kind", "Sarif;Ghas", "-o", found, "--log",
         "ForceOverwrite", "--level", "Error;Warning"],
        cwd=log.parent, capture_output=True, check=False,
    )  # fmt: skip
    run = json.loads(found.read_text("utf-8-sig"))["runs"][0]
    (invocation,) = run["invocations"]
    told = [
        *run.get("results", []),
        *invocation.get("toolExecutionNotifications", []),
        *invocation.get("toolConfigurationNotifications", []),
    ]
    grave = (entry for entry in told if entry.get("level", "warning") in ("error", "warning"))
    said = [json.dumps(entry)[:500] for entry in grave]
    return said if invocation["executionSuccessful"] else ["not analysed", *said]


@pytest.mark.parametrize("repository", REPOSITORIES)
@pytest.mark.parametrize("options", OPTIONS, ids=["plain", "asked"])
def test_2_valid_by_the_schema_of_2_1_0(tmp_path: Path, repository: Any, options: list[str]) -> None:
    repository(tmp_path)
    jsonschema.Draft202012Validator(SCHEMA).validate(sarif(tmp_path, *options))


def test_1_a_path_with_blanks_and_letters_of_any_language_is_found_again(tmp_path: Path) -> None:
    oddly_named(tmp_path)
    (result,) = results(tmp_path)
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.isascii()
    assert " " not in uri
    assert unquote(uri) == ODD


# 3: identities (the vectors of codeql-action are in test_fingerprint.py)


@needs_multitool
def test_3_line_hashes_are_those_microsofts_tool_writes(tmp_path: Path) -> None:
    draw = random.Random(7)
    words = ["a", "key = 1", "größe", "\U0001f600", "", "\t ", "a", "x" * 120]
    text = "".join(draw.choice(words) + draw.choice(["\n", "\r\n", "\n"]) for _ in range(40)) + "end"
    source = tmp_path / "a.py"
    source.write_bytes(text.encode())
    lines = range(1, text.count("\n") + 2)
    log = {
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "x"}},
                "results": [
                    {
                        "message": {"text": "x"},
                        "locations": [
                            {
                                "physicalLocation": {
                                    "artifactLocation": {"uri": source.as_uri()},
                                    "region": {"startLine": line},
                                }
                            }
                        ],
                    }
                    for line in lines
                ],
            }
        ],
    }
    (tmp_path / "in.sarif").write_text(json.dumps(log))
    assert MULTITOOL is not None
    subprocess.run(
        [MULTITOOL, "rewrite", "in.sarif", "-o", "out.sarif", "--insert", "RollingHashPartialFingerprints",
         "--log", "ForceOverwrite"],
        cwd=tmp_path, capture_output=True, check=True,
    )  # fmt: skip
    rewritten = json.loads((tmp_path / "out.sarif").read_text("utf-8-sig"))["runs"][0]["results"]
    assert [one["partialFingerprints"]["primaryLocationLineHash"] for one in rewritten] == list(
        line_hashes(text, lines).values()
    )


def identities(folder: Path, name: str, text: str) -> list[dict[str, str]]:
    (folder / name).write_text(text)
    return [result["partialFingerprints"] for result in results(folder, name)]


def test_3_identities_stay_when_lines_move_and_when_those_above_are_renamed(tmp_path: Path) -> None:
    before = identities(tmp_path, "a.py", f"model = 1\n{CODE}" + "tail = 2\n" * 20)
    assert len(before) == 1
    assert identities(tmp_path, "a.py", f"# new\n\nmodel = 1\n{CODE}" + "tail = 2\n" * 20) == before
    assert identities(tmp_path, "a.py", f"churn = 1\n{CODE}" + "tail = 2\n" * 20) == before
    assert identities(tmp_path, "a.py", f"model = 1\n{CODE}".replace("\n", "\r\n")) != []


def test_3_own_identity_stays_when_any_neighbour_is_renamed(tmp_path: Path) -> None:
    (before,) = identities(tmp_path, "a.py", f"model = 1\n{CODE}run = wandb.init()\n")
    (after,) = identities(tmp_path, "a.py", f"churn = 1\n{CODE}another = wandb.init()\n")
    assert after["mlscan/v1"] == before["mlscan/v1"]
    call = f"pymysql.connect(password='{expand('<password:14>')}')\n"
    (before,) = identities(tmp_path, "a.py", f"import pymysql\n{call}")
    (after,) = identities(tmp_path, "a.py", f"import pymysql\nif 1:\n    {call}")
    assert after["mlscan/v1"] == before["mlscan/v1"]


def test_3_two_findings_of_one_rule_have_two_identities(tmp_path: Path) -> None:
    twice = identities(tmp_path, "a.py", CODE + CODE)
    assert len(twice) == 2
    assert twice[0]["mlscan/v1"] != twice[1]["mlscan/v1"]
    assert twice[0]["primaryLocationLineHash"] != twice[1]["primaryLocationLineHash"]


def test_3_a_notebook_run_again_or_cleared_keeps_its_identities(tmp_path: Path) -> None:
    document = json.loads(notebook("x = 1\n", CODE, "print(1)\n"))
    before = identities(tmp_path, "a.ipynb", json.dumps(document, indent=1))
    assert len(before) == 1
    for cell in document["cells"]:
        cell["execution_count"] = 99
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["epoch 1\n"] * 5}]
    assert identities(tmp_path, "a.ipynb", json.dumps(document, indent=1)) == before
    assert identities(tmp_path, "a.ipynb", json.dumps(document)) == before
    for cell in document["cells"]:
        cell |= {"execution_count": None, "outputs": []}
    assert identities(tmp_path, "a.ipynb", json.dumps(document, indent=2)) == before


def test_3_findings_of_one_rule_on_one_line_are_one_alert(tmp_path: Path) -> None:
    calls = [f"pymysql.connect(password='{expand(f'<password:{length}>')}')" for length in (14, 15)]
    (tmp_path / "a.py").write_text("import pymysql\n" + "; ".join(calls) + "\n")
    (result,) = results(tmp_path)
    assert "see [also here: Credential" in result["message"]["text"]
    assert len(result["relatedLocations"]) == 1
    found = json.loads(mlscan(tmp_path, "--format", "json").stdout)["findings"]
    assert [result["partialFingerprints"]["mlscan/v1"], *result["properties"]["otherFingerprints"]] == [
        finding["fingerprint"] for finding in found
    ]


# 4: regions in notebooks


SECRET = expand("<password:12>") + '"\\ü😀'


@pytest.mark.parametrize("indent", [None, 1, "\t"], ids=["minified", "indented", "tabs"])
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("as_list", [True, False])
@pytest.mark.parametrize("break_", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_4_the_region_in_a_notebook_is_the_evidence_as_json_escapes_it(
    tmp_path: Path, indent: Any, ascii_only: bool, as_list: bool, break_: str
) -> None:
    code = f"# 😀 größe\nimport pymysql\npymysql.connect(host='db', password={SECRET!r})\n"
    document = json.loads(notebook("x = '😀'\n", code))
    if not as_list:
        for cell in document["cells"]:
            cell["source"] = "".join(cell["source"])
    raw = json.dumps(document, indent=indent, ensure_ascii=ascii_only).replace("\n", break_)
    (tmp_path / "a.ipynb").write_bytes(raw.encode())
    (result,) = (one for one in results(tmp_path) if one["ruleId"] == "credential-in-call")
    region = result["locations"][0]["physicalLocation"]["region"]
    line = raw.split(break_)[region["startLine"] - 1]
    assert region["endLine"] == region["startLine"]
    shown = line[region["startColumn"] - 1 : region["endColumn"] - 1]
    assert shown == json.dumps(repr(SECRET), ensure_ascii=ascii_only)[2:-2]


# 5: levels


def test_5_every_result_has_the_level_of_its_rule_and_every_region_is_on_one_line(tmp_path: Path) -> None:
    audited(tmp_path)
    run = sarif(tmp_path)["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert {result["level"] for result in run["results"]} == {"error", "note"}
    for result in run["results"]:
        rule = rules[result["ruleIndex"]]
        assert result["ruleId"] == rule["id"]
        assert result["level"] == rule["defaultConfiguration"]["level"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region["startLine"] == region["endLine"]
        assert region["startColumn"] < region["endColumn"]


# 6: secrets


@pytest.fixture(scope="module")
def leaky(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[str]]:
    """An example of every token format in text, in code, in a cell and in its output, and their secrets."""
    folder = tmp_path_factory.mktemp("leaky")
    secrets = {TOKEN}
    (folder / "ignored.py").write_text(CODE.replace('")', '")  # mlscan: ignore[credential-in-call] known'))
    for vendor in read_catalog(rules_directory()).vendors:
        texts = []
        for token in vendor.tokens:
            text = expand(token.examples[0])
            if text == token.examples[0]:
                continue  # a published example, which the catalogue and its cache hold as it is
            match = confirmer(token_expression(token)).search(text.encode())
            assert match is not None
            secrets.add(match["secret"].decode())
            texts.append(text)
        name = vendor.tokens[0].id if vendor.tokens else "none"
        (folder / f"{name}.txt").write_text("\n\n".join(texts))
        document = json.loads(notebook(*(f"x = {text!r}\n" for text in texts)))
        for cell, text in zip(document["cells"], texts, strict=True):
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": [text]}]
        (folder / f"{name}.ipynb").write_text(json.dumps(document, indent=1))
    return folder, {secret for secret in secrets if len(secret) >= 12}


@pytest.mark.parametrize("name", NAMES)
def test_6_no_format_and_no_log_holds_a_secret(
    leaky: tuple[Path, set[str]], tmp_path: Path, name: str
) -> None:
    folder, secrets = leaky
    done = mlscan(
        folder, "--format", name, "-v", "--show-suppressed", "--min-confidence", "low", "--statistics",
        "-o", str(tmp_path / "report"),
    )  # fmt: skip
    assert done.returncode == (0 if name == "sarif" else 1)
    written = (tmp_path / "report").read_text("utf-8")
    assert "twilio" in written
    assert not [secret[:4] for secret in secrets if secret in written + done.stdout + done.stderr]


def test_6_the_cache_holds_no_secret(leaky: tuple[Path, set[str]], own_cache: Path) -> None:
    folder, secrets = leaky
    mlscan(folder, "--format", "json")
    kept = [path.read_bytes() for path in own_cache.rglob("*") if path.is_file()]
    assert kept
    assert not [secret[:4] for secret in secrets if any(secret.encode() in data for data in kept)]


# 7: one run, always the same


def test_7_one_run_whose_rules_do_not_depend_on_what_is_found(tmp_path: Path) -> None:
    clean(tmp_path)
    (run,) = sarif(tmp_path)["runs"]
    (other,) = sarif(DEMO)["runs"]
    assert run["results"] == []
    assert run["tool"] == other["tool"]
    assert "automationDetails" not in run
    assert len(other["tool"]["driver"]["rules"]) > 500


@pytest.mark.parametrize("name", NAMES)
def test_7_a_second_run_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    audited(tmp_path)
    first = mlscan(tmp_path, "--format", name, "-q")
    second = process(tmp_path, "--format", name, "-q", PYTHONHASHSEED="7")
    assert first.stdout
    assert first == second


def test_7_no_path_of_this_machine_is_in_a_report(tmp_path: Path) -> None:
    audited(tmp_path)
    for name in NAMES:
        assert str(tmp_path) not in mlscan(tmp_path, "--format", name, "-v").stdout


# 10: the order of files


def test_10_the_same_findings_in_any_order_and_in_one_call_or_several(
    leaky: tuple[Path, set[str]]
) -> None:  # fmt: skip
    folder, _ = leaky
    names = sorted(path.name for path in folder.iterdir())[:60]
    shuffled = names.copy()
    random.Random(3).shuffle(shuffled)
    whole = found_in(folder, names)
    assert len(whole) > 60
    assert found_in(folder, shuffled) == whole
    assert found_in(folder, shuffled, "--jobs", "3") == whole
    parts = [found_in(folder, shuffled[start : start + 20]) for start in (0, 20, 40)]
    assert sorted(item for part in parts for item in part) == whole


def found_in(folder: Path, names: list[str], *options: str) -> list[str]:
    document = json.loads(mlscan(folder, "--format", "json", *options, "--", *names).stdout)
    return sorted(json.dumps(finding, sort_keys=True) for finding in document["findings"])


# 12: what is imported


def imported(folder: Path, *arguments: str) -> set[str]:
    """The packages that a run of the program loads."""
    done = process(folder, *arguments, options=("-X", "importtime"))
    told = (line for line in done.stderr.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in told}


def test_12_version_and_a_clean_scan_import_nothing_heavy(tmp_path: Path) -> None:
    clean(tmp_path)
    heavy = {"libcst", "nbformat", "sarif_om", "detect_secrets"}
    for arguments in (["--version"], ["train.py"], ["--format", "junit"]):
        loaded = imported(tmp_path, *arguments)
        assert "click" in loaded
        assert not loaded & heavy
