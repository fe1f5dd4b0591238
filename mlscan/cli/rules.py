"""`mlscan rules`: list what is looked for, and check rules of one's own."""

from __future__ import annotations

import click

from mlscan.cli import options
from mlscan.cli.rules_check import check_rules
from mlscan.model import Rule

_EPILOG = """\b
Examples:
  mlscan rules
  mlscan rules --format markdown > RULES.md
  mlscan rules --families                      a table of a few lines
  mlscan rules check tools/mlscan/acme.yaml    rules of your own
"""


@click.group(
    invoke_without_command=True,
    epilog=_EPILOG,
    short_help="List every rule, or check rules of your own.",
    subcommand_metavar="[check [FILES]...]",
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    help="How to list.  [default: text]",
)
@click.option("--families", is_flag=True, help="A Markdown table with a row for each family instead.")
@click.pass_context
def rules(context: click.Context, format_name: str, families: bool) -> None:
    """List every rule: id, severity, family, title.

    Rules of your own, which `rules` in mlscan.toml names, are among them, and `severity` there counts.
    """
    from mlscan.cli.output import to_stdout

    if context.invoked_subcommand is not None:
        return
    catalog, listed = options.known()
    if families:
        from mlscan.report.families import table

        to_stdout(table(listed, {check.id for check in catalog.checks}))
        return
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


rules.add_command(check_rules)
