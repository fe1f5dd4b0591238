"""The JSON schema of the configuration, made from what the loader takes; published as `mlscan.schema.json`.

Draft 7, which SchemaStore and Taplo take. What a key is for is said once: by the option of the same name.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from msgspec import UNSET, UnsetType
from msgspec.json import schema_components

from mlscan.cli.check import check
from mlscan.config import Settings
from mlscan.policy import KINDS, Policy

PUBLISHED = Path(__file__).parent.parent / "mlscan.schema.json"
_RULE = {"type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"}
_ONLY_IN_FILE = {
    "rules": "Files with token formats, SDK calls and commands of your own: globs below this file's folder. "
    "`mlscan rules check` tells whether they are right.",
    "severity": "Rule ids with the severity they are to have here.",
    "per-path-ignores": "Gitignore patterns with the rule ids and families whose findings do not count "
    "there; they are reported as suppressed.",
    "policy": "What a release has to show, by the risk of where it goes and of what is released.",
}
_OF_POLICY = {
    "risk": "The class of whatever no pattern names: low, medium, high, or one of `required`.",
    "targets": "Globs over names of targets with their risk class.",
    "models": "Globs over names of models with their risk class.",
    "required": "Risk classes with the evidence that each needs; adds classes, or changes ours.",
}


class File(Settings, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """A whole configuration file."""

    policy: Policy | UnsetType = UNSET


def published() -> str:
    """The text of the schema file."""
    return json.dumps(schema(), indent=2) + "\n"


def schema() -> dict[str, Any]:
    """The schema as plain data."""
    _, parts = schema_components([File], ref_template="#/definitions/{name}")
    for part in parts.values():
        part.pop("title", None)
        part.pop("description", None)
        if not part["required"]:
            del part["required"]
    whole, policy, risk = parts["File"], parts["Policy"], parts["RiskOf"]
    options = [option for option in check.params if isinstance(option, click.Option)]
    said = {name.removeprefix("--"): option.help for option in options for name in option.opts}
    said |= _ONLY_IN_FILE
    for name, entry in whole["properties"].items():
        entry["description"] = said[name]
    for name in ("select", "ignore"):
        whole["properties"][name]["items"] = _RULE
    whole["properties"]["severity"]["propertyNames"] = _RULE
    whole["properties"]["per-path-ignores"]["additionalProperties"]["items"] = _RULE
    policy["additionalProperties"] = False
    for name, entry in policy["properties"].items():
        entry["description"] = _OF_POLICY[name]
    policy["properties"]["required"]["additionalProperties"]["items"] = {"enum": list(KINDS)}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Configuration of mlscan",
        "description": "mlscan.toml at the root of a repository, or [tool.mlscan] in pyproject.toml.",
        **whole,
        "definitions": {"Policy": policy, "RiskOf": risk},
    }
