"""`mlscan rules`: list what is looked for."""

from __future__ import annotations

import click

from mlscan.model import Rule

_EPILOG = """\b
Examples:
  mlscan rules
  mlscan rules --format markdown > RULES.md
  mlscan explain huggingface-token
"""


@click.command(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    help="How to list.  [default: text]",
)
def rules(format_name: str) -> None:
    """List every rule: id, severity, family, title."""
    from mlscan.catalog.load import load_catalog
    from mlscan.catalog.rulebook import rules as rulebook
    from mlscan.cli.output import to_stdout

    listed = rulebook(load_catalog())
    to_stdout({"text": _text, "json": _json, "markdown": _markdown}[format_name](listed))


def _text(listed: tuple[Rule, ...]) -> str:
    width = max((len(rule.id) for rule in listed), default=0)
    return "".join(
        f"{rule.id:<{width}}  {rule.severity.level:<7}  {rule.family.value:<9}  {rule.title}\n"
        for rule in listed
    )


def _json(listed: tuple[Rule, ...]) -> str:
    import json

    entries = [
        {
            "id": rule.id,
            "severity": rule.severity.level,
            "family": rule.family.value,
            "title": rule.title,
            "precision": rule.precision,
            "security_severity": rule.score,
            "cwe": list(rule.cwe),
            "tags": list(rule.tags),
            "why": rule.why,
            "fix": rule.fix,
            "references": list(rule.references),
        }
        for rule in listed
    ]
    return json.dumps({"version": 1, "rules": entries}, indent=2, ensure_ascii=False) + "\n"


def _markdown(listed: tuple[Rule, ...]) -> str:
    bar = r"\|"
    rows = [
        f"| `{rule.id}` | {rule.severity.level} | {rule.family.value} | {rule.title.replace('|', bar)} |"
        for rule in listed
    ]
    return "\n".join(["| id | severity | family | title |", "|---|---|---|---|", *rows]) + "\n"
