"""What a survey comes to, as text: the repositories with the most to mend first, and the rules they break."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from mlscan.model import Severity
from mlscan.report.palette import Palette
from mlscan.report.summary import counted
from mlscan.report.visible import one_line
from mlscan.survey.task import Head

LEVELS = tuple(sorted(Severity, reverse=True))
_LONGEST = 40
_RULES = 15


def table(heads: Sequence[Head], titles: Mapping[str, str], palette: Palette) -> str:
    """Repositories with findings, those that were not looked at, the most frequent rules, and the sum.
    `titles` says what a rule is about."""
    blocks = [_repositories(heads, palette), _missing(heads), _rules(heads, titles), total(heads)]
    return "\n\n".join(block for block in blocks if block)


def total(heads: Sequence[Head]) -> str:
    """`60 repositories: 3 errors, 1 warning; 1 was not looked at.`"""
    sums = [sum(count(head, level) for head in heads) for level in LEVELS]
    said = ", ".join(
        counted(number, level.level) for number, level in zip(sums, LEVELS, strict=True) if number
    )
    missing = sum(head.state != "done" for head in heads)
    rest = f"; {missing} {'was' if missing == 1 else 'were'} not looked at" if missing else ""
    repositories = "1 repository" if len(heads) == 1 else f"{len(heads)} repositories"
    return f"{repositories}: {said or 'no findings'}{rest}."


def count(head: Head, level: Severity) -> int:
    return head.by_severity.get(level.level, 0)


def worst_first(heads: Sequence[Head]) -> list[Head]:
    """Repositories with findings, those with the most severe first, then by name."""
    found = [head for head in heads if any(count(head, level) for level in LEVELS)]
    return sorted(found, key=lambda head: ([-count(head, level) for level in LEVELS], head.name))


def frequent(heads: Sequence[Head]) -> list[tuple[str, int, int]]:
    """Rules with how many findings in how many repositories, the most widespread first."""
    findings: Counter[str] = Counter()
    repositories: Counter[str] = Counter()
    for head in heads:
        findings.update(head.by_rule)
        repositories.update(head.by_rule.keys())
    names = sorted(findings, key=lambda name: (-repositories[name], -findings[name], name))
    return [(name, findings[name], repositories[name]) for name in names]


def _repositories(heads: Sequence[Head], palette: Palette) -> str:
    ordered = worst_first(heads)
    if not ordered:
        return ""
    shown = ordered[:_LONGEST]
    width = max(len("repository"), *(len(one_line(head.name)) for head in shown))
    lines = [f"{'repository':<{width}}  errors  warnings  notes"]
    for head in shown:
        cells = [
            palette.graded(f"{count(head, level):>{room}}", level) if count(head, level) else f"{'·':>{room}}"
            for level, room in zip(LEVELS, (6, 8, 5), strict=True)
        ]
        lines.append(f"{one_line(head.name):<{width}}  {'  '.join(cells)}")
    if more := len(ordered) - len(shown):
        lines.append(f"and {more} more with fewer")
    return "\n".join(lines)


def _missing(heads: Sequence[Head]) -> str:
    missing = [head for head in heads if head.state != "done"]
    lines = [f"  {one_line(head.name)}: {one_line(head.message)}" for head in missing[:_LONGEST]]
    if more := len(missing) - len(lines):
        lines.append(f"  and {more} more")
    return "\n".join(["Not looked at:", *lines]) if missing else ""


def _rules(heads: Sequence[Head], titles: Mapping[str, str]) -> str:
    found = frequent(heads)[:_RULES]
    if not found:
        return ""
    width = max(len("rule"), *(len(name) for name, _, _ in found))
    lines = [f"repositories  findings  {'rule':<{width}}"]
    lines += [
        f"{where:>12}  {number:>8}  {name:<{width}}  {titles.get(name, '')}".rstrip()
        for name, number, where in found
    ]
    return "\n".join(line.rstrip() for line in lines)
