"""A Markdown table of rules with a row for each family: what the README shows."""

from __future__ import annotations

from collections.abc import Collection

from mlscan.model import Family, Rule, Severity


def table(rules: tuple[Rule, ...], named: Collection[str]) -> str:
    """The rules that are `named` by id, and the many formats of secrets, all alike, by their number."""
    lines = ["| family | errors | warnings | notes | rules |", "|---|--:|--:|--:|---|"]
    for family in Family:
        members = [rule for rule in rules if rule.family is family]
        counts = " | ".join(
            str(sum(rule.severity is severity for rule in members))
            for severity in (Severity.ERROR, Severity.WARNING, Severity.NOTE)
        )
        shown = [f"`{rule.id}`" for rule in members if rule.id in named]
        if formats := len(members) - len(shown):
            shown.insert(0, f"{formats} formats of tokens and keys")
        lines.append(f"| {family.value} | {counts} | {', '.join(shown)} |")
    return "\n".join(lines) + "\n"
