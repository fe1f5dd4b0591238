"""What the README says can be run is run by CI and the tests."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from mlscan.cli.main import main
from mlscan.model import Rule

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_gate_runs_the_test_command_of_the_readme() -> None:
    commands = [line for line in README.splitlines() if line.startswith("python3 -m venv")]
    assert len(commands) == 2
    assert commands[0].endswith(".venv/bin/mlscan --root fixtures/demo fixtures/demo")
    assert commands[1].endswith(".venv/bin/python -m pytest")


def test_the_commands_it_names_exist() -> None:
    for line in README.splitlines():
        words = line.split()
        if words[:1] == ["mlscan"] and len(words) > 1 and words[1] in ("rules", "explain", "check"):
            assert words[1] in main.commands
        for word in words if words[:1] == ["mlscan"] else ():
            if word.startswith("--"):
                assert any(word in option.opts for option in main.commands["check"].params), word


def test_the_rules_it_names_exist(rulebook: tuple[Rule, ...]) -> None:
    ids = {rule.id for rule in rulebook}
    assert {"direct-to-prod", "gate-unverified", "credential-in-variable"} <= ids


def test_explain_knows_every_rule(rulebook: tuple[Rule, ...]) -> None:
    runner = CliRunner()
    for rule in rulebook[::40]:
        shown = runner.invoke(main, ["explain", rule.id], standalone_mode=False)
        assert rule.title in shown.output
