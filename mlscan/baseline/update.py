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
    `added` are the findings that were not there before."""

    entries: tuple[Entry, ...]
    added: tuple[Finding, ...]
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
    seen: set[Entry] = set()
    entries: list[Entry] = []
    added: list[Finding] = []
    for number, item in enumerate(report.findings):
        if item.suppressed is not None:
            continue
        was = matched.held.get(number)
        if was is None and also is not None and item not in also:
            continue
        own = also.get(item, "") if also is not None else ""
        entry = _entry(item, keys, was.reason if was else reason or own)
        if was is not None:
            seen.add(was)
        else:
            added.append(item)
        entries.append(entry)
    unmet = [entry for _, entry in matched.unmet]
    stay = [entry for entry in unmet if not covered.missed(entry)]
    kept = len(seen) + len(stay)
    current = renumbered(_distinct([*entries, *stay]))
    return Update(tuple(current), tuple(added), kept, len(old.entries) - kept)


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


def by_severity(report: Report, findings: tuple[Finding, ...]) -> str:
    """`2 errors, 1 note`: what some findings amount to."""
    levels = {rule.id: rule.severity for rule in report.rules}
    counted = Counter(levels[item.rule] for item in findings)
    return ", ".join(
        f"{number} {severity.level}{'s' * (number > 1)}"
        for severity, number in sorted(counted.items(), reverse=True)
    )
