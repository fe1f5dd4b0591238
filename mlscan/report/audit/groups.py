"""Findings as a reader of a page wants them: by severity and rule, what is alike together.

An entry is one or more findings with the same message and the same code, each with its number on the page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from mlscan.model import Confidence, Finding, Place, Report, Rule, Severity
from mlscan.report.summary import ranked, rules_by_id


@dataclass(frozen=True)
class Entry:
    """Findings that say the same; `number` is that of the first."""

    number: int
    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        return self.findings[0]

    @property
    def others(self) -> tuple[Place, ...]:
        return tuple(finding.place for finding in self.findings[1:])

    @property
    def confidence(self) -> Confidence:
        return max(finding.confidence for finding in self.findings)


@dataclass(frozen=True)
class Group:
    """All findings of one rule."""

    rule: Rule
    entries: tuple[Entry, ...]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for entry in self.entries for finding in entry.findings)

    @cached_property
    def files(self) -> int:
        return len({finding.place.path for finding in self.findings})

    @cached_property
    def confidence(self) -> Confidence:
        return max(entry.confidence for entry in self.entries)

    @cached_property
    def worst(self) -> Finding:
        """The finding that is surest; the first of several."""
        return max(self.findings, key=lambda finding: finding.confidence)

    @cached_property
    def fix(self) -> str:
        """What mends all of them; where each has a remedy of its own, what the rule says."""
        fixes = {finding.fix for finding in self.findings}
        return (fixes.pop() if len(fixes) == 1 else "") or self.rule.fix


def groups_of(report: Report) -> tuple[Group, ...]:
    """The rules that were broken: worst severity first, then by the harm that a rule stands for."""
    rules = rules_by_id(report)
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in ranked(report):
        by_rule[finding.rule].append(finding)
    order = sorted(by_rule, key=lambda name: (-rules[name].severity, -rules[name].score, name))
    found, number = [], 1
    for name in order:
        entries = []
        for same in _alike(by_rule[name]):
            entries.append(Entry(number, same))
            number += len(same)
        found.append(Group(rules[name], tuple(entries)))
    return tuple(found)


def _alike(findings: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """Those with a path that proves them stand alone."""
    met: dict[tuple[str, ...], list[Finding]] = {}
    for index, finding in enumerate(findings):
        alone = finding.flow or finding.related
        key = (str(index),) if alone else (finding.message, finding.place.excerpt.strip(), finding.fix)
        met.setdefault(key, []).append(finding)
    return [tuple(same) for same in met.values()]


def of_severity(groups: Iterable[Group], severity: Severity) -> tuple[Group, ...]:
    """The groups of one severity, in order."""
    return tuple(group for group in groups if group.rule.severity is severity)
