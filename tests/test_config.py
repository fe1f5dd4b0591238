"""Configuration: where it is, what an error says, and what wins."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from report_samples import DEPLOY, GATE, RULES, TOKEN

from mlscan.config import Config, Settings, check_selectors, config_root, load_config
from mlscan.errors import UserError
from mlscan.model import Confidence, Severity

EVERY_KEY = """\
select = ["secrets"]
ignore = ["gate-unverified"]
exclude = ["third_party/", "*.lock"]
min-severity = "warning"
min-confidence = "medium"
max-file-size = 1000
format = "json"
statistics = true
exit-zero = false
jobs = 2
plugins = ["KeywordDetector"]
rules = ["tools/*.yaml"]
[severity]
gate-unverified = "error"
[per-path-ignores]
"tests/" = ["secrets", "gate-unverified"]
"""


def test_defaults_when_there_is_no_file(tmp_path: Path) -> None:
    assert load_config(tmp_path) == Config()
    assert Config().max_file_size == 50_000_000


@pytest.fixture
def own(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/own.yaml").touch()


@pytest.mark.usefixtures("own")
def test_every_key_from_mlscan_toml(tmp_path: Path) -> None:
    (tmp_path / "mlscan.toml").write_text(EVERY_KEY)
    assert load_config(tmp_path) == Config(
        select=("secrets",),
        ignore=("gate-unverified",),
        exclude=("third_party/", "*.lock"),
        min_severity=Severity.WARNING,
        min_confidence=Confidence.MEDIUM,
        max_file_size=1000,
        format="json",
        statistics=True,
        exit_zero=False,
        jobs=2,
        plugins=("KeywordDetector",),
        plugins_trusted=False,
        rules=(str(tmp_path / "tools/own.yaml"),),
        severity={"gate-unverified": Severity.ERROR},
        per_path_ignores={"tests/": ("secrets", "gate-unverified")},
    )


@pytest.mark.usefixtures("own")
def test_section_of_pyproject(tmp_path: Path) -> None:
    section = EVERY_KEY.replace("[severity]", "[tool.mlscan.severity]")
    section = section.replace("[per-path-ignores]", "[tool.mlscan.per-path-ignores]")
    (tmp_path / "pyproject.toml").write_text(f"[project]\nname = 'x'\n[tool.mlscan]\n{section}")
    assert load_config(tmp_path).jobs == 2


def test_pyproject_without_the_section_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'mlscan-user'\n")
    (tmp_path / "mlscan.toml").write_text("jobs = 3")
    assert load_config(tmp_path).jobs == 3


def test_file_named_by_the_user(tmp_path: Path) -> None:
    file = tmp_path / "strict.toml"
    file.write_text("min-severity = 'error'")
    (tmp_path / "mlscan.toml").write_text("jobs = 3")
    assert load_config(tmp_path, file) == Config(min_severity=Severity.ERROR)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("min-sevrity = 'error'", "unknown key 'min-sevrity'; did you mean 'min-severity'"),
        ("min_severity = 'error'", "unknown key 'min_severity'"),
        ("min-severity = 'fatal'", "min-severity: Invalid enum value 'fatal' (one of note, warning, error)"),
        ("jobs = 'many'", "jobs: Expected `int`, got `str`"),
        ("max-file-size = 0", "max-file-size: Expected `int` >= 1"),
        ("select = 'secrets'", "select: Expected `array`, got `str`"),
        ("select = [", "not valid TOML"),
        ("[tool.mlscan]\njobs = 1", "unknown key 'tool'"),
    ],
)
def test_a_mistake_names_file_and_key(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "mlscan.toml"
    file.write_text(content)
    with pytest.raises(UserError) as caught:
        load_config(tmp_path)
    assert str(caught.value).startswith(f"{file}: ")
    assert said in str(caught.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "mlscan.toml").write_bytes(b"jobs = '\xff'")
    with pytest.raises(UserError, match="not valid TOML"):
        load_config(tmp_path)


def test_section_that_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\nmlscan = 3")
    with pytest.raises(UserError, match="expected a table"):
        load_config(tmp_path)


def test_two_files_are_one_too_many(tmp_path: Path) -> None:
    (tmp_path / "mlscan.toml").write_text("jobs = 1")
    (tmp_path / "pyproject.toml").write_text("[tool.mlscan]\njobs = 2")
    with pytest.raises(UserError, match="keep one of them"):
        load_config(tmp_path)


def test_missing_file_named_by_the_user(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        load_config(tmp_path, tmp_path / "absent.toml")


def test_command_line_wins_where_it_says_something() -> None:
    stored = Config(ignore=("gate-unverified", "secrets"), jobs=2, exclude=("a/",))
    merged = stored.merged(Settings(min_severity="error", exclude=("b/",)))
    assert merged == Config(
        ignore=("gate-unverified", "secrets"), jobs=2, exclude=("b/",), min_severity=Severity.ERROR
    )
    assert stored.merged(Settings()) == stored


def test_selecting_an_ignored_rule_by_name_brings_it_back() -> None:
    stored = Config(ignore=("gate-unverified", "huggingface-token"))
    assert stored.merged(Settings(select=("gate-unverified",))).ignore == ("huggingface-token",)


@pytest.mark.parametrize(
    ("select", "ignore", "enabled"),
    [
        ((), (), {"deploy-without-approval", "gate-unverified", "huggingface-token"}),
        (("secrets",), (), {"huggingface-token"}),
        (("promotion",), ("gate-unverified",), {"deploy-without-approval"}),
        (("gate-unverified",), ("promotion",), {"gate-unverified"}),
        ((), ("promotion",), {"huggingface-token"}),
        (("secrets",), ("secrets",), set()),
    ],
)
def test_enabled_by_id_or_family(select: tuple[str, ...], ignore: tuple[str, ...], enabled: set[str]) -> None:
    config = Config(select=select, ignore=ignore)
    assert {rule.id for rule in RULES if config.enabled(rule)} == enabled


def test_thresholds() -> None:
    config = Config(min_severity=Severity.WARNING, min_confidence=Confidence.MEDIUM)
    assert config.wants(TOKEN, Confidence.MEDIUM)
    assert config.wants(DEPLOY, Confidence.HIGH)
    assert not config.wants(DEPLOY, Confidence.LOW)
    assert not config.wants(GATE, Confidence.HIGH)


def test_exclusion_follows_gitignore() -> None:
    excluded = Config(exclude=("third_party/", "*.lock", "!keep.lock", "/top.py")).exclusion()
    assert excluded is not None
    assert excluded("a/third_party/x.py")
    assert excluded("poetry.lock")
    assert not excluded("keep.lock")
    assert excluded("top.py")
    assert not excluded("a/top.py")
    assert Config().exclusion() is None


def test_exclusion_that_is_no_pattern() -> None:
    with pytest.raises(UserError, match="exclude: not a gitignore pattern"):
        Config(exclude=("!",)).exclusion()


def test_unknown_selectors_are_refused() -> None:
    check_selectors(Config(select=("secrets", "gate-unverified")), RULES)
    with pytest.raises(UserError, match="ignore: unknown rule or family 'gate-unverifed'; did you mean"):
        check_selectors(Config(ignore=("gate-unverifed",)), RULES)


def test_configuration_stands_at_the_root_of_the_work_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = tmp_path / "repo"
    (repository / "src").mkdir(parents=True)
    (repository / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    assert config_root(("repo/src",), None) == repository
    assert config_root(("repo/src/x.py",), None) == repository
    assert config_root((), "repo") == Path("repo")


def test_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Config().jobs = 3  # type: ignore[misc]


def _policy(tmp_path: Path, text: str) -> Config:
    (tmp_path / "mlscan.toml").write_text(text, encoding="utf-8")
    return load_config(tmp_path)


def test_policy_is_read(tmp_path: Path) -> None:
    policy = _policy(
        tmp_path,
        '[policy]\nrisk = "low"\n[policy.targets."churn-*"]\nrisk = "high"\n'
        '[policy.models."credit*"]\nrisk = "bank"\n[policy.required]\nbank = ["evaluation", "owner"]\n',
    ).policy
    assert policy is not None
    assert policy.risk_of(["Churn-Prod"], []) == "high"
    assert policy.risk_of(["shop"], ["credit-score"]) == "bank"
    assert policy.risk_of(["churn-prod"], ["credit-score"]) == "high"
    assert policy.risk_of(["shop"], []) == "low"
    assert policy.classes()["bank"] == ("evaluation", "owner")


def test_policy_in_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.mlscan.policy]\nrisk = "high"\n', encoding="utf-8")
    policy = load_config(tmp_path).policy
    assert policy is not None
    assert policy.risk == "high"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[polcy]\nrisk = "low"\n', "unknown key 'polcy'; did you mean 'policy'?"),
        ('policy = "high"\n', "policy: expected a table"),
        ('[policy]\nrsk = "low"\n', "policy: unknown key 'rsk'; did you mean 'risk'?"),
        ('[policy]\nrisk = "hihg"\n', "policy.risk: unknown risk class 'hihg'; did you mean 'high'?"),
        ('[policy.targets."a"]\nrisc = "low"\n', "policy.targets.\"a\": unknown key 'risc'"),
        ('[policy.models."a"]\nrisk = "x"\n', "unknown risk class 'x' (one of low, medium, high)"),
        (
            '[policy.required]\nhigh = ["modelcard"]\n',
            "unknown evidence 'modelcard'; did you mean 'model-card'",
        ),
        ('[policy.required]\nhigh = "lineage"\n', "policy.required[...]: Expected `array`"),
        ("[policy]\nrisk = 3\n", "policy.risk: Expected `str`"),
        ('[policy]\ntargets = ["a"]\n', "policy.targets: Expected `object`"),
    ],
)
def test_mistakes_in_a_policy(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        _policy(tmp_path, text)
    assert message in str(caught.value)
