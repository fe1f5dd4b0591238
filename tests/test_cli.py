"""The command line: exit codes, what goes where, and how errors are told. The scan itself is replaced."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
from report_samples import EMPTY, FULL, RULES

from mlscan.cli import progress
from mlscan.cli.check import check
from mlscan.cli.main import run
from mlscan.config import Config
from mlscan.errors import UserError
from mlscan.model import Report, Severity
from mlscan.sources.request import Request

ROOT = Path(__file__).parent.parent


class Scan:
    """Stands for `mlscan.scan.scan`: answers with `report`, or raises it, and remembers what it was asked."""

    def __init__(self) -> None:
        self.report: Report | BaseException = FULL
        self.request = Request((), None)
        self.config = Config()

    def __call__(
        self,
        request: Request,
        catalog: object,
        config: Config,
        progress: object = None,
        baselines: object = None,
    ) -> Report:
        self.request, self.config = request, config
        if isinstance(self.report, BaseException):
            raise self.report
        return self.report


@pytest.fixture(autouse=True)
def scan(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Scan:
    """A clean folder, a clean environment, and a scan that answers as told."""
    double = Scan()
    contents: dict[str, dict[str, Any]] = {
        "mlscan.scan": {"scan": double},
        "mlscan.catalog.load": {"load_catalog": lambda *_: object()},
        "mlscan.catalog.rulebook": {"rules": lambda _catalog: RULES, "graded": lambda rules, _config: rules},
    }
    for name, attributes in contents.items():
        module = ModuleType(name)
        vars(module).update(attributes)
        monkeypatch.setitem(sys.modules, name, module)
    for variable in ("NO_COLOR", "FORCE_COLOR", "CI", "PRE_COMMIT"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    return double


EXIT_CODES = [
    ([], FULL, 1),
    ([], EMPTY, 0),
    (["check", "."], FULL, 1),
    (["--exit-zero"], FULL, 0),
    (["--format", "concise"], FULL, 1),
    (["--format", "json"], FULL, 1),
    (["--format", "github"], FULL, 1),
    (["--format", "sarif"], FULL, 0),
    (["--format", "sarif", "--no-exit-zero"], FULL, 1),
    (["--format", "sarif", "--no-exit-zero"], EMPTY, 0),
    ([], replace(FULL, findings=FULL.findings[-1:]), 0),
    (["absent"], EMPTY, 2),
    (["--no-such-option"], EMPTY, 2),
    (["--format", "xml"], EMPTY, 2),
    (["--config", "absent.toml"], EMPTY, 2),
    (["--config", "a.toml", "--no-config"], EMPTY, 2),
    (["-q", "-v"], EMPTY, 2),
    (["--root", "absent"], EMPTY, 2),
    (["--select", "no-such-rule"], EMPTY, 2),
    (["--stdin-filename", "x.py"], EMPTY, 2),
    (["-", "."], EMPTY, 2),
    (["-o", "absent/report.txt"], EMPTY, 2),
    ([], UserError("bad"), 2),
    ([], KeyError("defect"), 3),
    (["--format", "sarif"], KeyError("defect"), 3),
    ([], KeyboardInterrupt(), 130),
    (["rules"], EMPTY, 0),
    (["rules", "--format", "xml"], EMPTY, 2),
    (["explain", "huggingface-token"], EMPTY, 0),
    (["explain", "huggingface-tokn"], EMPTY, 2),
    (["explain"], EMPTY, 2),
    (["--version"], EMPTY, 0),
    (["--help"], EMPTY, 0),
    (["check", "--help"], EMPTY, 0),
]


@pytest.mark.parametrize(("arguments", "report", "code"), EXIT_CODES, ids=str)
def test_exit_codes(scan: Scan, arguments: list[str], report: Report | BaseException, code: int) -> None:
    scan.report = report
    assert run(arguments) == code


def test_paths_without_a_command_are_checked(scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    run(["src"])
    assert scan.request == Request(("src",), None)
    run(["--root", "src"])
    assert scan.request == Request((".",), "src")


def test_every_option_reaches_the_configuration(scan: Scan) -> None:
    line = (
        "--select secrets,gate-unverified --select promotion --ignore deploy-without-approval --exclude a/ "
        "--exclude *.b --min-severity warning --min-confidence high --max-file-size 9 --jobs 2 "
        "--statistics --exit-zero --format json"
    )
    run(line.split())
    assert scan.config.select == ("secrets", "gate-unverified", "promotion")
    assert scan.config.ignore == ("deploy-without-approval",)
    assert scan.config.exclude == ("a/", "*.b")
    assert scan.config.min_severity is Severity.WARNING
    assert scan.config.min_confidence.word == "high"
    assert (scan.config.max_file_size, scan.config.jobs, scan.config.format) == (9, 2, "json")
    assert scan.config.statistics
    assert scan.config.exit_zero


def test_configuration_file_is_read_unless_told_not_to(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mlscan.toml").write_text("jobs = 7\nformat = 'concise'\n")
    run(["--jobs", "3"])
    assert (scan.config.jobs, scan.config.format) == (3, "concise")
    run(["--no-config"])
    assert scan.config == Config()
    (tmp_path / "mlscan.toml").write_text("job = 7")
    capsys.readouterr()
    assert run([]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "mlscan.toml: unknown key 'job'; did you mean 'jobs'?" in error


def test_standard_input(scan: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x\r\n\xff")))
    run(["-", "--stdin-filename", "src/x.py"])
    assert scan.request == Request((), None, stdin=b"x\r\n\xff", stdin_filename="src/x.py")


def test_stdout_is_only_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    run(["--format", "json", "--statistics"])
    captured = capsys.readouterr()
    assert json.loads(captured.out)["version"] == 1
    assert "1 file could not be read, 1 file could not be parsed" in captured.err
    assert "2  error    huggingface-token" in captured.err
    run(["--format", "json", "-q"])
    assert capsys.readouterr().err == ""
    run([])
    assert capsys.readouterr().err == ""


def test_output_file_leaves_text_for_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--format", "sarif", "-o", "out.sarif"]) == 0
    assert json.loads((tmp_path / "out.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert "error[huggingface-token]" in capsys.readouterr().out
    run(["--format", "sarif", "-o", "out.sarif", "-q"])
    assert capsys.readouterr() == ("", "")
    run(["--format", "concise", "-o", "-"])
    assert capsys.readouterr().out.startswith(".github/")


def test_output_file_is_never_coloured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["--color", "always", "-o", "out.txt"])
    assert "\x1b[" in capsys.readouterr().out
    assert b"\x1b[" not in (tmp_path / "out.txt").read_bytes()


@pytest.mark.parametrize(
    ("choice", "environment", "terminal", "coloured"),
    [
        ("auto", {}, False, False),
        ("auto", {}, True, True),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour(
    monkeypatch: pytest.MonkeyPatch,
    choice: str,
    environment: dict[str, str],
    terminal: bool,
    coloured: bool,
) -> None:
    from mlscan.cli.output import wants_colour

    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    assert wants_colour(choice) is coloured


def test_mistyped_command_is_recognised(capsys: pytest.CaptureFixture[str]) -> None:
    run(["rulez"])
    assert "no such file or folder: rulez; did you mean 'rules'?" in capsys.readouterr().err


def test_a_defect_is_told_without_quoting_what_was_scanned(
    scan: Scan, capsys: pytest.CaptureFixture[str]
) -> None:
    scan.report = ValueError("password is hunter2")
    run([])
    error = capsys.readouterr().err
    assert "ValueError" in error
    assert "in __call__" in error
    assert "Please report it" in error
    assert "hunter2" not in error


def test_results_cut_from_sarif_are_told(
    scan: Scan, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mlscan.report.sarif_limits.MAX_RESULTS", 3)
    run(["--format", "sarif"])
    assert "1 finding left out of the SARIF file: GitHub takes 3 results" in capsys.readouterr().err
    monkeypatch.setattr("mlscan.report.sarif_limits.MAX_RESULTS", 10)
    monkeypatch.setattr("mlscan.report.sarif_limits.SHOWN_RESULTS", 2)
    run(["--format", "sarif", "-o", "out.sarif"])
    assert capsys.readouterr().err.count("4 findings: GitHub shows the first 2") == 1


def test_suppressed_findings_and_the_category_are_asked_for(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for option in ("--show-suppressed", "--show-ignored"):
        run(["--format", "sarif", option, "--sarif-category", "models"])
        log = json.loads(capsys.readouterr().out)
        assert log["runs"][0]["automationDetails"] == {"id": "models/"}
        assert "Silenced." in [result["message"]["text"] for result in log["runs"][0]["results"]]
    (tmp_path / "mlscan.toml").write_text("show-suppressed = true\nsarif-category = 'here'\n")
    run([])
    assert "suppressed[huggingface-token]" in capsys.readouterr().out
    run(["--no-show-suppressed"])
    assert "suppressed[huggingface-token]" not in capsys.readouterr().out
    assert scan.config.sarif_category == "here"


def test_the_time_in_a_report_is_the_one_that_builds_are_given(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for given, shown in [
        ("1", "1970-01-01T00:00:01"),
        ("", "1970-01-01T00:00:00"),
        ("9" * 99, "1970-01-01T"),
    ]:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", given)
        assert run(["--format", "gl-secret-detection"]) == 1
        assert f'"start_time": "{shown}' in capsys.readouterr().out


def test_formats_of_the_configuration_are_those_there_are() -> None:
    from typing import get_args

    from mlscan.config import FormatName
    from mlscan.report.formats import NAMES

    assert get_args(FormatName) == NAMES


def test_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    run(["rules"])
    assert capsys.readouterr().out.splitlines()[0].split(maxsplit=3) == [
        "deploy-without-approval",
        "warning",
        "promotion",
        "Deploy to production that no person approves",
    ]
    run(["rules", "--format", "json"])
    assert [rule["id"] for rule in json.loads(capsys.readouterr().out)["rules"]] == [
        rule.id for rule in RULES
    ]
    run(["rules", "--format", "markdown"])
    assert "| `gate-unverified` | note | promotion |" in capsys.readouterr().out


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    run(["explain", "huggingface-token"])
    shown = capsys.readouterr().out
    for part in ("CWE-798", "Tokens are found within minutes.", "Revoke", "# mlscan: ignore[", "https://"):
        assert part in shown
    run(["explain", "hugingface-token"])
    assert "did you mean 'huggingface-token'?" in capsys.readouterr().err


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    run(["--help"])
    shown = capsys.readouterr().out
    for part in ("Examples:", "Exit codes:", "check", "rules", "explain"):
        assert part in shown
    documented = {name for option in check.params for name in option.opts}
    run(["check", "--help"])
    shown = capsys.readouterr().out
    assert all(name in shown for name in documented if name.startswith("--"))


def test_every_option_of_check_has_help() -> None:
    options = [option for option in check.params if isinstance(option, click.Option)]
    assert all(option.help for option in options)


@pytest.mark.parametrize(
    ("terminal", "environment", "wanted"),
    [(True, {}, True), (False, {}, False), (True, {"CI": "true"}, False), (True, {"PRE_COMMIT": "1"}, False)],
)
def test_progress_only_for_a_person(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, environment: dict[str, str], wanted: bool
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    assert progress.progress_wanted() is wanted


def test_progress_waits_a_second_and_wipes_its_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([0.0, 0.5, 1.2, 1.25])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    counter = progress.Progress()
    counter(1, 900)
    counter(20, 900)
    counter(21, 900)
    counter.close()
    captured = capsys.readouterr()
    assert captured.err == "\rmlscan: 20 of 900 files\r                       \r"
    assert captured.out == ""


def test_reader_that_goes_away_is_no_error() -> None:
    program = "from mlscan.cli.output import to_stdout; to_stdout('x' * 10**6); raise SystemExit(7)"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 7


def test_version_imports_nothing_heavy() -> None:
    program = (
        "import sys; from mlscan.cli.main import run; run(['--version']); "
        "print(sorted({'libcst', 'nbformat', 'sarif_om', 'attr', 'detect_secrets', 'hyperscan', 'msgspec', "
        "'yaml', 'json', 'pathspec', 'jinja2'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
