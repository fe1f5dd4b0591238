"""`severity`, `per-path-ignores` and `rules` of a configuration: read, checked, and what they do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from report_samples import RULES

from mlscan.catalog.rulebook import graded
from mlscan.catalog.templates import expand
from mlscan.cli.main import run
from mlscan.config import Config, check_selectors, load_config
from mlscan.errors import UserError
from mlscan.model import Severity
from mlscan.suppress.paths import PathIgnores

SECRET = expand("hf_<alpha:34>")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tests").mkdir()
    for name in ("train.py", "tests/conftest.py"):
        (tmp_path / name).write_text(f'HF_TOKEN = "{SECRET}"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _configured(folder: Path, text: str) -> Config:
    (folder / "mlscan.toml").write_text(text, encoding="utf-8")
    return load_config(folder)


@pytest.mark.parametrize("name", ["huggingface-token", "secrets"])
def test_per_path_ignores_mark_findings(
    repository: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    _configured(repository, f'[per-path-ignores]\n"tests/" = ["{name}"]\n')
    assert run(["--format", "json", "--show-suppressed", "--root", "."]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [item["path"] for item in report["findings"]] == ["train.py"]
    assert [(item["path"], item["suppression"]["kind"]) for item in report["suppressed"]] == [
        ("tests/conftest.py", "config")
    ]
    run(["-v", "--root", "."])
    shown = capsys.readouterr().out
    assert 'suppressed[huggingface-token]: tests/conftest.py:1:13 by per-path-ignores "tests/"' in shown
    assert "1 finding suppressed: 1 by per-path-ignores." in shown


def test_an_inline_comment_counts_before_a_path(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "tests/conftest.py").write_text(
        f'HF_TOKEN = "{SECRET}"  # mlscan: ignore[huggingface-token] revoked\n', encoding="utf-8"
    )
    _configured(repository, '[per-path-ignores]\n"tests/" = ["secrets"]\n"train.py" = ["secrets"]\n')
    assert run(["--format", "json", "--show-suppressed", "--root", "."]) == 0
    found = json.loads(capsys.readouterr().out)["suppressed"]
    assert [item["suppression"]["kind"] for item in found] == ["inline", "config"]


def test_other_rules_and_paths_stay(repository: Path) -> None:
    config = _configured(
        repository, '[per-path-ignores]\n"train.py" = ["gate-unverified"]\n"/conftest.py" = ["secrets"]\n'
    )
    assert PathIgnores(config.per_path_ignores)
    assert not PathIgnores({})
    assert run(["--exit-zero", "-q", "-o", "out.json", "--format", "json", "--root", "."]) == 0
    assert len(json.loads((repository / "out.json").read_text())["findings"]) == 2


def test_severity_is_what_the_configuration_says(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _configured(repository, 'min-severity = "warning"\n[severity]\nhuggingface-token = "note"\n')
    assert run(["--root", "."]) == 0
    capsys.readouterr()
    _configured(repository, '[severity]\nhuggingface-token = "warning"\n')
    run(["--format", "sarif", "--root", "."])
    log = json.loads(capsys.readouterr().out)["runs"][0]
    assert {result["level"] for result in log["results"]} == {"warning"}
    rule = next(rule for rule in log["tool"]["driver"]["rules"] if rule["id"] == "huggingface-token")
    assert rule["defaultConfiguration"]["level"] == "warning"
    assert float(rule["properties"]["security-severity"]) == 6.9
    run(["explain", "huggingface-token"])
    assert "warning, family secrets" in capsys.readouterr().out


def test_scores_stay_in_the_band_of_their_severity() -> None:
    for severity, (low, high) in {
        Severity.NOTE: (0.1, 3.9),
        Severity.WARNING: (4.0, 6.9),
        Severity.ERROR: (7.0, 10.0),
    }.items():
        found = graded(RULES, Config(severity={rule.id: severity for rule in RULES}))
        for before, after in zip(RULES, found, strict=True):
            assert after.severity is severity
            assert low <= after.score <= high or before == after


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[severity]\ngate-unverifed = "note"\n', "severity: unknown rule 'gate-unverifed'; did you mean"),
        ('[severity]\nsecrets = "note"\n', "severity: unknown rule 'secrets'"),
        (
            '[per-path-ignores]\n"tests/" = ["gate-unverifed"]\n',
            "per-path-ignores.\"tests/\": unknown rule or family 'gate-unverifed'; did you mean",
        ),
    ],
)
def test_unknown_rules_are_errors_with_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    config = _configured(tmp_path, text)
    with pytest.raises(UserError) as caught:
        check_selectors(config, RULES)
    assert str(caught.value).startswith(f"{tmp_path / 'mlscan.toml'}: {said}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[severity]\ndirect-to-prod = "off"\n', "one of note, warning, error; `ignore` turns a rule off"),
        ("[severity]\ndirect-to-prod = 3\n", 'severity."direct-to-prod": '),
        ('severity = "note"\n', "severity: Expected `object`, got `str`"),
        ('[per-path-ignores]\n"tests/" = "secrets"\n', 'per-path-ignores."tests/": Expected `array`'),
        ("per_path_ignores = {}\n", "unknown key 'per_path_ignores'; did you mean 'per-path-ignores'?"),
        ('rules = ["absent/*.yaml"]\n', "rules: no file matches 'absent/*.yaml'"),
        ('rules = ["../*.toml"]\n', "rules: '../*.toml': a path below"),
        ('rules = ["/etc/*.conf"]\n', "rules: '/etc/*.conf': a path below"),
        ('rules = ["**/a/**/*.yaml"]\n', "with `**` at most once"),
        ('rules = ["link.yaml"]\n', "leads out of"),
    ],
)
def test_mistakes_name_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    outside = tmp_path / "outside.yaml"
    outside.touch()
    root = tmp_path / "repository"
    root.mkdir()
    (root / "link.yaml").symlink_to(outside)
    with pytest.raises(UserError) as caught:
        _configured(root, text)
    assert str(caught.value).startswith(f"{root / 'mlscan.toml'}: ")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "said"), [("!tests/", "takes back nothing"), ("!", "not a gitignore pattern")]
)
def test_patterns_that_are_none(pattern: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        PathIgnores({pattern: ("secrets",)})


def test_rules_are_files_below_the_configuration(tmp_path: Path) -> None:
    for name in ("tools/b.yaml", "tools/a.yaml", "c.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = _configured(tmp_path, 'rules = ["tools/*.yaml", "**/a.yaml", "c.yaml"]\n').rules
    assert found == tuple(str(tmp_path / name) for name in ("tools/a.yaml", "tools/b.yaml", "c.yaml"))
