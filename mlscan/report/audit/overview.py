"""The summary: what was looked at, what it adds up to, and the three things to do first in plain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlscan.audit import Audit
from mlscan.model import Family, Finding, Severity
from mlscan.picture import Picture, Standing
from mlscan.report.audit.groups import Group
from mlscan.report.audit.secrets import Kind, Urgency
from mlscan.report.prose import first_sentence, sentence
from mlscan.report.summary import counted, severity_counts, summarise

_TASKS = 3
_OF_A_FAMILY = 2
_SHORTEST = 25  # characters of a sentence that was cut
# Where a sentence may end early, and from which length on it has to.
_MARKS = ((": ", 0), ("; ", 0), (" (", 80), (", ", 110), (" after ", 110), (" and ", 110))
_FAMILIES = {
    Family.SECRETS: "Credentials",
    Family.PROMOTION: "Ways to production",
    Family.ACCESS: "Rights",
    Family.INTEGRITY: "Integrity of what runs",
    Family.EVIDENCE: "Evidence for releases",
}
_WAYS = {
    Standing.OPEN: "open: nobody has to approve",
    Standing.DOUBTFUL: "doubtful: a gate that one person or a clock can open, or a target that nothing names",
    Standing.UNVERIFIED: "behind an environment whose protection only the server knows",
    Standing.GUARDED: "guarded: a person has to approve",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One family with its findings by severity, worst first; `anchor` is where the first of them stands,
    empty where there is none."""

    name: str
    anchor: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: `what` in the imperative, `why` the worst case of it, and how many there are."""

    what: str
    finding: Finding
    why: str
    count: str
    anchor: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Overview:
    """`ways` counts the ways to production by standing, worst first, with what that means."""

    found: str
    ways: tuple[tuple[Standing, int, str], ...]
    rows: tuple[Row, ...]
    totals: tuple[int, ...]
    tasks: tuple[Task, ...]


def overview(audit: Audit, groups: tuple[Group, ...], secrets: tuple[Kind, ...]) -> Overview:
    """What the page says on its first screen."""
    severities = sorted(Severity, reverse=True)
    counts = Counter((group.rule.family, group.rule.severity) for group in groups for _ in group.findings)
    rows = tuple(
        Row(name, _anchor(family, groups), tuple(counts[family, severity] for severity in severities))
        for family, name in _FAMILIES.items()
    )
    summary = summarise(audit.report)
    found = (
        f"{severity_counts(summary)} in {summary.files_with_findings:,} of {counted_files(summary.files)}"
        if summary.findings
        else f"No findings in {counted_files(summary.files)}"
    )
    totals = tuple(sum(row.counts[index] for row in rows) for index in range(len(severities)))
    return Overview(found, _ways(audit.picture), rows, totals, tuple(_tasks(groups, secrets)))


def _anchor(family: Family, groups: tuple[Group, ...]) -> str:
    return next((f"rule-{group.rule.id}" for group in groups if group.rule.family is family), "")


def counted_files(number: int) -> str:
    """`1,234 files`"""
    return f"{number:,} {'file' if number == 1 else 'files'}"


def _ways(picture: Picture) -> tuple[tuple[Standing, int, str], ...]:
    counts = Counter(way.standing for way in picture.ways)
    return tuple((standing, counts[standing], said) for standing, said in _WAYS.items() if counts[standing])


def _tasks(groups: Iterable[Group], secrets: tuple[Kind, ...]) -> Iterator[Task]:
    """The worst of each family, never more than two of one; all credentials to rotate are one thing."""
    urgent = [kind for kind in secrets if kind.urgency is not Urgency.CHECK]
    taken: Counter[Family] = Counter()
    if urgent:
        taken[Family.SECRETS] = _OF_A_FAMILY
    ordered = sorted(
        groups,
        key=lambda group: (
            -group.rule.severity,
            -group.confidence,
            -group.rule.score,
            -len(group.findings),
            group.rule.id,
        ),
    )
    found = [_rotation(urgent)] if urgent else []
    for group in ordered:
        if taken[group.rule.family] < _OF_A_FAMILY:
            taken[group.rule.family] += 1
            found.append(_task(group))
    found.sort(key=lambda task: -task.severity)
    yield from found[:_TASKS]


def _rotation(urgent: list[Kind]) -> Task:
    first = urgent[0]
    number = sum(len(kind.group.findings) for kind in urgent)
    new = "one" if number == 1 else "ones"
    what = f"Rotate {counted(number, 'credential')}, and keep the new {new} in a secrets manager."
    files = len({finding.place.path for kind in urgent for finding in kind.group.findings})
    count = f"{counted(len(urgent), 'kind')} in {counted(files, 'file')}"
    finding = first.group.worst
    return Task(what, finding, finding.message, count, "secrets", Severity.ERROR)


def _task(group: Group) -> Task:
    finding = group.worst
    number = len(group.findings)
    count = counted(number, "place") + (f" in {counted(group.files, 'file')}" if number > 1 else "")
    return Task(
        _imperative(group), finding, finding.message, count, f"rule-{group.rule.id}", group.rule.severity
    )


def _imperative(group: Group) -> str:
    """The first clause of what mends it: rules say it as an order."""
    whole = first_sentence(group.rule.fix)
    for mark, limit in _MARKS:
        clause = whole.partition(mark)[0]
        if len(whole) > limit and len(clause) >= _SHORTEST and clause.count("`") % 2 == 0:
            whole = clause.rstrip(",;: ")
    return sentence(whole)
