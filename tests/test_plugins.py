"""detect-secrets plugins: which lines they see, the spans they get, and whose code may run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mlscan.catalog.load import load_catalog
from mlscan.config import Config, check_plugins, load_config
from mlscan.errors import UserError
from mlscan.model import Finding, Report
from mlscan.scan import scan
from mlscan.secrets.plugins.load import load
from mlscan.sources.request import Request

PLUGIN = """\
import re
from detect_secrets.plugins.base import RegexBasedDetector

class AcmeDetector(RegexBasedDetector):
    secret_type = "Acme token"
    denylist = [{denylist}]

    def verify(self, secret):
        raise AssertionError("nobody asked for the network")
"""
SHAPE = r're.compile(r"(?<!\w)acme-[0-9a-f]{12}\b")'
TOKEN = "acme-" + "0123abcd9f21"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    root.mkdir()
    return root


def plugin(folder: Path, text: str) -> str:
    file = folder.parent / "acme.py"
    file.write_text(text)
    return str(file)


def scanned(folder: Path, *names: str, **options: int) -> Report:
    return scan(Request((str(folder),), str(folder)), load_catalog(), Config(plugins=names, **options))


def spans(findings: tuple[Finding, ...]) -> list[tuple[str, int, int, int]]:
    return [
        (
            item.rule,
            item.place.region.start_line,
            item.place.region.start_column,
            item.place.region.end_column,
        )
        for item in findings
    ]


@pytest.mark.parametrize(
    "denylist",
    [
        SHAPE,
        're.compile(r"ACME-[0-9A-F]{12}", re.IGNORECASE)',
        're.compile("acme-  # the prefix\\n [0-9a-f]{12}", re.VERBOSE)',
        're.compile(r"acme-[0-9a-f]{12}(?=.{0,1}$)")',
    ],
    ids=["look-behind", "ignore case", "verbose", "line end"],
)
def test_a_plugin_of_the_users_reports_with_exact_spans(folder: Path, denylist: str) -> None:
    (folder / "settings.txt").write_text(f"nothing\né {TOKEN}\r\nthe end\n")
    report = scanned(folder, plugin(folder, PLUGIN.format(denylist=denylist)))
    assert spans(report.active) == [("detect-secrets-plugin", 2, 3, 20)]
    assert report.active[0].evidence == ("detect-secrets plugin AcmeDetector",)
    assert TOKEN not in repr(report)


def test_without_the_plugin_there_is_nothing(folder: Path) -> None:
    (folder / "settings.txt").write_text(f"{TOKEN}\n")
    assert scanned(folder).findings == ()


def test_a_secret_in_a_notebook_is_placed_in_its_cell(folder: Path) -> None:
    cell = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": f"x\n'{TOKEN}'",
    }
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    (folder / "a.ipynb").write_text(json.dumps(notebook))
    (found,) = scanned(folder, plugin(folder, PLUGIN.format(denylist=SHAPE))).active
    assert found.place.cell is not None
    assert (found.place.cell.index, found.place.cell.line) == (1, 2)


def test_two_opinions_of_one_secret_are_one_finding(folder: Path) -> None:
    (folder / "a.py").write_text('password = "Tr0ub4dor&3x"\n')
    (found,) = scanned(folder, "detect-secrets").active
    assert found.rule == "credential-in-variable"
    assert found.evidence[0] == "name 'password'"
    assert found.evidence[-1] == "detect-secrets plugin KeywordDetector"


def test_what_detect_secrets_finds_alone_is_judged(folder: Path) -> None:
    (folder / "notes.txt").write_text(
        # mlscan: ignore[http-url-password] made up for this test
        "a https://reader:Vq7-tRz_81w@intranet/x\na https://user:{password}@intranet/x\n"
    )
    alone = [
        item for item in scanned(folder, "BasicAuthDetector").active if item.place.region.start_line == 2
    ]
    assert alone == []


def test_a_plugin_without_expressions_sees_every_line(folder: Path) -> None:
    text = """\
from detect_secrets.plugins.base import BasePlugin

class Shouting(BasePlugin):
    secret_type = "Shouted secret"

    def analyze_string(self, string):
        if string.startswith("SECRET "):
            yield string.removeprefix("SECRET ")
"""
    (folder / "a.txt").write_text("one\nSECRET ozymandias\n")
    report = scanned(folder, plugin(folder, text))
    assert spans(report.active) == [("detect-secrets-plugin", 2, 8, 18)]


def test_a_plugin_that_fails_leaves_a_note(folder: Path) -> None:
    text = (
        PLUGIN.format(denylist=SHAPE)
        + "\n    def analyze_string(self, string):\n        raise KeyError(string)\n"
    )
    (folder / "a.txt").write_text(f"{TOKEN}\n")
    report = scanned(folder, plugin(folder, text))
    assert [(note.path, note.line, note.kind) for note in report.notes] == [("a.txt", 1, "plugin")]
    assert TOKEN not in repr(report)


def test_the_result_is_the_same_in_several_processes(folder: Path) -> None:
    for number in range(40):
        (folder / f"{number}.txt").write_text(f"{TOKEN}\n" + "x" * 200_000)
    name = plugin(folder, PLUGIN.format(denylist=SHAPE))
    assert scanned(folder, name, jobs=2).findings == scanned(folder, name, jobs=1).findings != ()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("KeywordDetecter", "no plugin 'KeywordDetecter'; did you mean 'KeywordDetector'"),
        ("absent.py", "no such file: absent.py"),
        ("absent_module", "No module named 'absent_module'"),
        ("json", "no class in it is a detect-secrets plugin"),
    ],
)
def test_what_is_no_plugin_is_a_users_error(name: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        load((name,))


def test_a_file_that_does_not_import_is_a_users_error(folder: Path) -> None:
    with pytest.raises(UserError, match=r"acme\.py: SyntaxError"):
        load((plugin(folder, "def"),))


def test_every_plugin_of_detect_secrets_loads() -> None:
    names = {loaded.name for loaded in load(("detect-secrets",))}
    assert {"KeywordDetector", "HexHighEntropyString", "BasicAuthDetector"} <= names
    assert len(names) >= 25


def test_code_that_a_found_configuration_names_is_not_run(folder: Path) -> None:
    (folder / "mlscan.toml").write_text('plugins = ["tools/acme.py", "KeywordDetector"]')
    config = load_config(folder)
    assert config.plugins == (str(folder / "tools/acme.py"), "KeywordDetector")
    with pytest.raises(UserError, match="--allow-plugins"):
        check_plugins(config)
    check_plugins(load_config(folder, folder / "mlscan.toml"))


def test_plugins_that_bring_no_code_need_no_trust(folder: Path) -> None:
    (folder / "mlscan.toml").write_text('plugins = ["detect-secrets"]')
    check_plugins(load_config(folder))


@pytest.mark.parametrize(("flag", "code"), [((), 2), (("--allow-plugins",), 1)])
def test_the_command_line_asks_for_trust(folder: Path, flag: tuple[str, ...], code: int) -> None:
    (folder / "mlscan.toml").write_text('plugins = ["acme.py"]')
    (folder / "acme.py").write_text(PLUGIN.format(denylist=SHAPE))
    (folder / "a.txt").write_text(f"{TOKEN}\n")
    command = [sys.executable, "-m", "mlscan", "-q", *flag, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
