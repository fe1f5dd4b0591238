"""What the README says can be run: every command parses, every key is one, the table of rules is current."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft7Validator
from msgspec import toml

from mlscan.catalog.own import read
from mlscan.catalog.schema import Catalog
from mlscan.cli.check import check
from mlscan.cli.main import main
from mlscan.cli.schema import schema
from mlscan.model import Rule
from mlscan.report.families import table

ROOT = Path(__file__).parent.parent
FILE = ROOT / "README.md"
README = FILE.read_text(encoding="utf-8")
TABLE = re.compile(r"(?s)(?<=<!-- mlscan rules --families -->\n).*?(?=<!-- end -->)")
BLOCKS = re.findall(r"(?ms)^```(\w+)\n(.*?)^```", README)
SHELL = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
COMMANDS = [line for line in SHELL if line.startswith("mlscan")]
SPANS = re.findall(r"`(mlscan(?: [^`]+)?)`", README)


def parsed(line: str) -> None:
    """Parse a command line as mlscan would; raises click.ClickException where it would refuse it."""
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = check
    group: click.Command | None = main
    while isinstance(group, click.Group) and words:
        group = group.get_command(click.Context(group), words[0])
        if group is not None:
            command = group
            words.pop(0)
    command.make_context("mlscan", words, parent=click.Context(main, **main.context_settings))


@pytest.mark.parametrize("line", sorted({*COMMANDS, *SPANS}))
def test_the_commands_it_shows_parse(line: str) -> None:
    parsed(line)


def test_there_are_commands_and_a_wrong_one_is_refused() -> None:
    assert len(COMMANDS) >= 10
    assert "mlscan rules check" in SPANS
    for line in ("mlscan --formt x", "mlscan diff", "mlscan --format xml", "mlscan rules --all"):
        with pytest.raises(click.ClickException):
            parsed(line)


def test_the_gate_runs_the_test_command_of_the_readme() -> None:
    commands = [line for line in README.splitlines() if line.startswith("python3 -m venv")]
    assert len(commands) == 2
    assert commands[0].endswith(".venv/bin/mlscan --root fixtures/demo fixtures/demo")
    assert commands[1].endswith(".venv/bin/python -m pytest")


def test_the_table_of_rules_is_current(catalog: Catalog, rulebook: tuple[Rule, ...], accept: bool) -> None:
    wanted = table(rulebook, {check.id for check in catalog.checks})
    if accept:
        FILE.write_text(TABLE.sub(lambda _: wanted, README), encoding="utf-8")
        return
    found = TABLE.search(README)
    assert found is not None
    assert found[0] == wanted, "write it anew: python -m pytest tests/test_readme.py --accept"


def test_the_rules_it_names_exist(rulebook: tuple[Rule, ...]) -> None:
    ids = {rule.id for rule in rulebook}
    named = set(re.findall(r"ignore\[([a-z-]+)\]|explain ([a-z-]+)|error\[([a-z-]+)\]", README))
    assert {name for names in named for name in names if name} <= ids
    assert {rule.id for rule in rulebook} >= {"direct-to-prod", "gate-unverified", "credential-in-variable"}


@pytest.mark.parametrize("text", [text for kind, text in BLOCKS if kind == "toml"])
def test_the_configuration_it_shows_is_valid(text: str, rulebook: tuple[Rule, ...]) -> None:
    found = toml.decode(text)
    Draft7Validator(schema()).validate(found)
    names = {name for entry in found.get("per-path-ignores", {}).values() for name in entry}
    names |= {*found.get("ignore", ()), *found.get("severity", ())}
    assert names <= {name for rule in rulebook for name in (rule.id, rule.family.value)}


def test_the_rule_it_shows_is_right(tmp_path: Path, catalog: Catalog) -> None:
    shown = [text for kind, text in BLOCKS if kind == "yaml" and "vendor" in yaml.safe_load(text)]
    assert len(shown) == 1
    file = tmp_path / "acme.yaml"
    file.write_text(shown[0], encoding="utf-8")
    assert read([file], catalog).mistakes == []
    assert CliRunner().invoke(main, ["rules", "check", str(file)], standalone_mode=False).return_value == 0


def test_it_stays_one_page() -> None:
    prose = TABLE.sub("", README)
    assert len(prose.splitlines()) <= 220


def test_explain_knows_every_rule(rulebook: tuple[Rule, ...]) -> None:
    runner = CliRunner()
    for rule in rulebook[::40]:
        shown = runner.invoke(main, ["explain", rule.id], standalone_mode=False)
        assert rule.title in shown.output
