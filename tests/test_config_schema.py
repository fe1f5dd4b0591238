"""The published schema and the loader say the same about every key; what `mlscan init` writes fits both."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from msgspec import toml
from msgspec.structs import fields

from mlscan.cli.main import run
from mlscan.cli.schema import PUBLISHED, published, schema
from mlscan.cli.template import TEMPLATE
from mlscan.config import Settings, load_config
from mlscan.errors import UserError
from mlscan.policy import KINDS

VALIDATOR = Draft7Validator(schema())
KEYS = [*(entry.encode_name for entry in fields(Settings)), "policy"]


def test_the_published_schema_is_the_one_of_this_code(accept: bool) -> None:
    if accept:
        PUBLISHED.write_text(published(), encoding="utf-8")
    assert PUBLISHED.read_text(encoding="utf-8") == published(), "write it anew with --accept"
    Draft7Validator.check_schema(json.loads(published()))


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "schema"]) == 0
    assert capsys.readouterr().out == published()


def test_every_key_is_in_it_and_explained() -> None:
    assert sorted(schema()["properties"]) == sorted(KEYS)
    assert all(entry["description"] for entry in schema()["properties"].values())


def inline(value: Any) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return json.dumps(value)


def loads(folder: Path, table: dict[str, Any]) -> bool:
    """Whether the loader takes a configuration."""
    lines = [f"{json.dumps(key)} = {inline(value)}\n" for key, value in table.items()]
    (folder / "mlscan.toml").write_text("".join(lines), encoding="utf-8")
    try:
        load_config(folder)
    except UserError:
        return False
    return True


WORDS = st.sampled_from(["secrets", "direct-to-prod", "note", "warning", "high", "low", "json", "x"])
LISTS = st.lists(WORDS, max_size=2)
RISKS = st.dictionaries(
    WORDS, st.one_of(WORDS, st.fixed_dictionaries({"risk": st.sampled_from(["low", "high"])}))
)
POLICIES = st.dictionaries(
    st.sampled_from(["risk", "targets", "models", "required", "riks"]),
    st.one_of(
        st.sampled_from(["low", "medium", "high"]),
        st.integers(0, 2),
        RISKS,
        st.dictionaries(WORDS, st.lists(st.sampled_from([*KINDS, "x"]), max_size=2), max_size=2),
    ),
    max_size=2,
)
VALUES = st.one_of(
    st.booleans(),
    st.integers(-1, 3),
    WORDS,
    LISTS,
    st.dictionaries(WORDS, WORDS, max_size=2),
    st.dictionaries(WORDS, LISTS, max_size=2),
    POLICIES,
)
# A glob of `rules` has to match a file, which no schema can tell.
TABLES = st.dictionaries(
    st.sampled_from([key for key in KEYS if key != "rules"] + ["formt"]), VALUES, max_size=3
)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=TABLES)
def test_loader_and_schema_agree(tmp_path: Path, table: dict[str, Any]) -> None:
    assert loads(tmp_path, table) == VALIDATOR.is_valid(table)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "value", [True, -1, 0, 1, "note", "x", ["secrets"], [1], {"a": "note"}, {"a": ["secrets"]}]
)
def test_loader_and_schema_agree_on_every_type(tmp_path: Path, key: str, value: Any) -> None:
    (tmp_path / "secrets").touch()
    assert loads(tmp_path, {key: value}) == VALIDATOR.is_valid({key: value})


def uncommented(text: str) -> str:
    """The template with every line that shows a key or a table in force."""
    return re.sub(r'(?m)^# (?=\[|"|[a-z-]+ = )', "", text)


def test_the_template_loads_and_is_valid(tmp_path: Path) -> None:
    whole = uncommented(TEMPLATE)
    shown = toml.decode(whole)
    assert set(shown) >= {"exclude", "ignore", "rules", "per-path-ignores", "severity", "policy"}
    VALIDATOR.validate(shown)
    VALIDATOR.validate(toml.decode(TEMPLATE))
    assert toml.decode(TEMPLATE) == {}
    (tmp_path / "tools/mlscan").mkdir(parents=True)
    (tmp_path / "tools/mlscan/a.yaml").touch()
    (tmp_path / "mlscan.toml").write_text(whole, encoding="utf-8")
    assert load_config(tmp_path).severity
