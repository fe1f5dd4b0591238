"""The catalogue seen as rules: what `mlscan rules` lists and SARIF describes."""

from __future__ import annotations

from dataclasses import replace

from mlscan.catalog.schema import Catalog, Level
from mlscan.config import Config
from mlscan.model import Family, Rule, Severity

_SEVERITY: dict[Level, Severity] = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "note": Severity.NOTE,
}
# What GitHub calls low, medium, and high or critical.
_BANDS = {Severity.NOTE: (0.1, 3.9), Severity.WARNING: (4.0, 6.9), Severity.ERROR: (7.0, 10.0)}
_BY_POLICY = "missing-release-evidence"
_HARD_CODED = 798  # CWE-798: use of hard-coded credentials


def rules(catalog: Catalog) -> tuple[Rule, ...]:
    """Every rule of the catalogue, sorted by id."""
    found = [
        Rule(
            id=token.id,
            title=token.title,
            family=Family.SECRETS,
            severity=_SEVERITY[token.severity],
            score=_within(token.score, _SEVERITY[token.severity])
            if token.id in catalog.own_formats
            else token.score,
            precision=token.precision,
            why=" ".join((token.why or vendor.why).split()),
            fix=" ".join((token.fix or vendor.fix).split()),
            cwe=(_HARD_CODED,),
            tags=vendor.tags,
            references=token.references or vendor.references,
        )
        for vendor in catalog.vendors
        for token in vendor.tokens
    ]
    found += [
        Rule(
            id=check.id,
            title=check.title,
            family=Family(check.family),
            severity=_SEVERITY[check.severity],
            score=check.score,
            precision=check.precision,
            why=" ".join(check.why.split()),
            fix=" ".join(check.fix.split()),
            cwe=check.cwe,
            tags=check.tags,
            references=check.references,
        )
        for check in catalog.checks
    ]
    return tuple(sorted(found, key=lambda rule: rule.id))


def graded(rules: tuple[Rule, ...], config: Config) -> tuple[Rule, ...]:
    """The rules of a run. What a policy asks for and is not there is a warning, and else only a note.

    What the configuration says under `severity` counts more.
    """
    severities = dict(config.severity)
    if config.policy is not None:
        severities.setdefault(_BY_POLICY, Severity.WARNING)
    return tuple(_regraded(rule, severities.get(rule.id, rule.severity)) for rule in rules)


def _regraded(rule: Rule, severity: Severity) -> Rule:
    if severity is rule.severity:
        return rule
    return replace(rule, severity=severity, score=_within(rule.score, severity))


def _within(score: float, severity: Severity) -> float:
    """The nearest score that GitHub shows as severe as a severity is."""
    low, high = _BANDS[severity]
    return min(high, max(low, score))
