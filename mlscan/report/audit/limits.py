"""What was not analysed or does not count, and which rules ran."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from mlscan.audit import Audit
from mlscan.model import Family, Finding, Note, Rule

_LISTED = 200
_KINDS = {
    "unreadable": "could not be read",
    "unparsed": "could not be parsed; their raw text was searched for secrets all the same",
    "skipped": "left out on purpose",
    "unused": "comments and entries of baselines that suppress nothing",
}


@dataclass(frozen=True, slots=True)
class Unseen:
    """Notes of one kind, and what that means."""

    kind: str
    says: str
    files: int
    notes: tuple[Note, ...]
    left: int


@dataclass(frozen=True, slots=True)
class Limits:
    """`suppressed` findings count for nothing; `rules` are those that ran, with how often each was broken."""

    unseen: tuple[Unseen, ...]
    suppressed: tuple[Finding, ...]
    unlisted: int
    rules: tuple[tuple[str, tuple[tuple[Rule, int], ...]], ...]


def limits_view(audit: Audit) -> Limits:
    """Everything a reader has to know about what is not on the page."""
    report = audit.report
    unseen = []
    for kind, says in _KINDS.items():
        notes = tuple(sorted(note for note in report.notes if note.kind == kind))
        if notes:
            files = len({note.path for note in notes})
            unseen.append(Unseen(kind, says, files, notes[:_LISTED], max(0, len(notes) - _LISTED)))
    silenced = sorted(
        (finding for finding in report.findings if finding.suppressed is not None),
        key=lambda finding: finding.sort_key,
    )
    broken = Counter(finding.rule for finding in report.active)
    rules = tuple(
        (family.value, tuple((rule, broken[rule.id]) for rule in report.rules if rule.family is family))
        for family in Family
    )
    kept = tuple(pair for pair in rules if pair[1])
    return Limits(
        tuple(unseen), tuple(silenced[:_LISTED]), max(0, len(silenced) - _LISTED), kept
    )  # fmt: skip
