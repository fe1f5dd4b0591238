"""The command line that teaches: help with examples everywhere, completion, and what a typo is answered."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from test_readme import parsed

from mlscan.cli import main as entry_point
from mlscan.cli.main import main, run

ROOT = Path(__file__).parent.parent


def _commands(
    group: click.Group, before: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*before, name), command
        if isinstance(command, click.Group):
            yield from _commands(command, (*before, name))


COMMANDS = [pytest.param(words, command, id=" ".join(words)) for words, command in _commands(main)]


@pytest.mark.parametrize(("words", "command"), COMMANDS)
def test_help_of_every_command(
    words: tuple[str, ...], command: click.Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*words, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "Examples:\n" in shown
    assert shown.count("\n") <= 95
    assert max(map(len, shown.splitlines())) <= 110
    assert run([*words, "-h"]) == 0
    said = command.get_short_help_str(100)
    assert said.endswith(".")
    assert len(said) <= 75
    assert all(option.help for option in command.params if isinstance(option, click.Option))


@pytest.mark.parametrize(("words", "command"), COMMANDS)
def test_the_examples_parse(words: tuple[str, ...], command: click.Command) -> None:
    examples = re.findall(r"(?m)^  (?:.*\|\s|source <\()?(mlscan\b[^\n|)]*)", command.epilog or "")
    assert examples
    for line in examples:
        # What stands behind two blanks is what it does.
        parsed(re.split(r"\s{2,}| > ", line)[0])


def test_commands_are_sorted(capsys: pytest.CaptureFixture[str]) -> None:
    run(["--help"])
    listed = re.findall(
        r"(?m)^  ([a-z]+)  ", capsys.readouterr().out.partition("Commands:")[2].partition("Exa")[0]
    )
    assert listed == sorted(entry_point.COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["inti"], "did you mean 'init'?"),
        (["completon"], "did you mean 'completion'?"),
        (["--statistcs"], "--statistics"),
        (["diff", "main", "--exit-zer"], "--exit-zero"),
        (["explain", "direct-to-prd"], "did you mean 'direct-to-prod'?"),
        (["--select", "secret"], "did you mean 'secrets'"),
        (["--format", "sariff"], "'sarif'"),
        (["config", "schma"], "schema"),
    ],
)
def test_a_typo_is_answered(
    arguments: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 2
    assert said in capsys.readouterr().err


def _completed(*words: str) -> list[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "_MLSCAN_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(("mlscan", *words)),
        "COMP_CWORD": str(len(words)),
    }
    done = subprocess.run(
        [sys.executable, "-m", "mlscan"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
        check=True,
    )
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("expl",), "explain"),
        (("explain", "direct-to"), "direct-to-prod"),
        (("--select", "secrets,direct-to"), "secrets,direct-to-prod"),
        (("--ignore", "integ"), "integrity"),
        (("check", "--min-sev"), "--min-severity"),
        (("rules", "ch"), "check"),
        (("completion", "f"), "fish"),
    ],
)
def test_completion(own_cache: Path, words: tuple[str, ...], found: str) -> None:
    assert _completed(*words) == [found]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"_MLSCAN_COMPLETE={shell}_complete" in script
    assert "%(" not in script
    assert run(["completion", "tcsh"]) == 2


def test_the_script_is_bash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["completion", "bash"])
    file = tmp_path / "mlscan.bash"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    subprocess.run(["bash", "-n", str(file)], check=True)
