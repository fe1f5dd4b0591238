"""A baseline brought up to date with what a scan found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from mlscan.baseline.entry import Baseline, Covered, Entry
from mlscan.baseline.file import renumbered
from mlscan.baseline.keys import Keys
from mlscan.baseline.match import match
from mlscan.model import Finding, Report


@dataclass(frozen=True, slots=True)
class Update:
    """The new `entries`, how many of them are `kept` from the old ones and how many of those were `dropped`;
    `added` are those that were not there before."""

    entries: tuple[Entry, ...]
    added: tuple[Entry, ...]
    kept: int
    dropped: int


def updated(
    old: Baseline,
    report: Report,
    keys: Keys,
    covered: Covered,
    *,
    also: Mapping[Finding, str] | None = None,
    reason: str = "",
) -> Update:
    """The entries for what is there now.

    Entries keep their reasons. Those whose finding is gone are dropped, where it would have been met. Of
    findings that are new, those in `also` are added, all when it is None, with `reason` or else their own.
    """
    matched = match(report, (old,), keys, covered)
    known: list[Entry] = []
    added: list[Entry] = []
    seen: set[Entry] = set()
    for number, item in enumerate(report.findings):
        if item.suppressed is not None:
            continue
        was = matched.held.get(number)
        if was is not None:
            seen.add(was)
            known.append(_entry(item, keys, was.reason))
        elif also is None or item in also:
            own = also[item] if also is not None else ""
            added.append(_entry(item, keys, reason or own))
    unmet = [entry for _, entry in matched.unmet]
    stay = [entry for entry in unmet if not covered.missed(entry)]
    known = _distinct([*known, *stay])
    added = _distinct(added)
    return Update(
        tuple(renumbered([*known, *added])),
        tuple(added),
        len(known),
        max(0, len(old.entries) - len(seen) - len(stay)),
    )


def _entry(finding: Finding, keys: Keys, reason: str) -> Entry:
    key = finding.known_by[0]
    spent = key.startswith("code:")
    detail = keys.detail(finding.message) if spent else ""
    return Entry(finding.place.path, finding.rule, key, detail, reason=reason, spent=spent)


def _distinct(entries: list[Entry]) -> list[Entry]:
    """Entries without repeats of what covers all of its kind in a file; the reason that is given stays."""
    known: dict[tuple[str, str, str], Entry] = {}
    result = []
    for entry in entries:
        name = (entry.path, entry.rule, entry.key)
        if entry.spent:
            result.append(entry)
        elif name not in known or (entry.reason and not known[name].reason):
            known[name] = entry
    return [*result, *known.values()]


def by_severity(report: Report, entries: tuple[Entry, ...]) -> str:
    """`2 errors, 1 note`: what some entries amount to."""
    levels = {rule.id: rule.severity for rule in report.rules}
    counted = Counter(levels[item.rule] for item in entries)
    return ", ".join(
        f"{number} {severity.level}{'s' * (number > 1)}"
        for severity, number in sorted(counted.items(), reverse=True)
    )
