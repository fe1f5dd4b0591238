"""`mlscan explain`: what one rule means and what to do about it."""

from __future__ import annotations

import textwrap

import click

from mlscan.cli import options
from mlscan.model import Rule

_WIDTH = 96
_EPILOG = """\b
Examples:
  mlscan explain deploy-without-approval
  mlscan explain huggingface-token
"""


@click.command(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("rule", shell_complete=options.rule_names)
def explain(rule: str) -> None:
    """Explain RULE: why it matters, how to mend it, how to silence it."""
    from mlscan.cli.output import to_stdout
    from mlscan.errors import UserError
    from mlscan.words import suggestion

    known = {entry.id: entry for entry in options.known()[1]}
    if rule not in known:
        raise UserError(f"unknown rule '{rule}'{suggestion(rule, known)} (`mlscan rules` lists them)")
    to_stdout(_prose(known[rule]))


def _prose(rule: Rule) -> str:
    from mlscan.report.prose import ignore_comment

    graded = f"{rule.severity.level}, family {rule.family.value}, precision {rule.precision}"
    comment = ignore_comment(rule.id)
    weaknesses = "".join(f", CWE-{number}" for number in rule.cwe)
    parts = [
        f"{rule.id}: {rule.title}",
        f"{graded}, security severity {rule.score:.1f}{weaknesses}",
        f"Why\n{_wrapped(rule.why)}",
        f"Fix\n{_wrapped(rule.fix)}",
        f"If it is intended\n  Add this comment on the line or on the line above:\n    {comment}",
    ]
    if rule.references:
        parts.append("\n".join(["References", *(f"  {link}" for link in rule.references)]))
    return "\n\n".join(parts) + "\n"


def _wrapped(text: str) -> str:
    """Paragraphs, each indented and filled; a word such as a link is never broken."""
    return "\n\n".join(
        textwrap.fill(
            paragraph,
            _WIDTH,
            initial_indent="  ",
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for paragraph in text.strip().split("\n\n")
    )
