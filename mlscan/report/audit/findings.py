"""The findings by severity and rule; of very many the first are shown, and the rest is told."""

from __future__ import annotations

from dataclasses import dataclass

from mlscan.model import Finding, Place, Severity
from mlscan.report.audit.groups import Entry, Group, of_severity
from mlscan.report.audit.remedy import Remedy, remedy

_OPEN = 3  # entries of a rule that are shown before one asks for more
_UNFOLDED = 12  # rules of a severity
_PER_RULE = 150
_IN_ALL = 1_500
_PLACES = 60
_STEPS = 40


@dataclass(frozen=True, slots=True)
class Marked:
    """A line of code in three parts: before, within and behind what a finding is about."""

    place: Place
    line: int
    before: str
    within: str
    behind: str


@dataclass(frozen=True, slots=True)
class Case:
    """An entry as the page shows it. `fix` is none where the rule's own says it all; `unlisted` counts
    places and `unfollowed` steps that are left out."""

    number: int
    finding: Finding
    frame: Marked | None
    others: tuple[Place, ...]
    unlisted: int
    related: tuple[Marked, ...]
    flow: tuple[Place, ...]
    unfollowed: int
    fix: Remedy | None


@dataclass(frozen=True, slots=True)
class Section:
    """One rule: the first cases, more of them, and how many findings are not on the page. A `folded` one
    shows its title only until it is opened."""

    group: Group
    first: tuple[Case, ...]
    more: tuple[Case, ...]
    left: int
    folded: bool = False

    @property
    def fix(self) -> Remedy | None:
        """What mends all of them."""
        return remedy(self.group.fix)

    @property
    def hidden(self) -> int:
        """Findings behind the fold."""
        return sum(1 + len(case.others) + case.unlisted for case in self.more)


def findings_view(groups: tuple[Group, ...]) -> list[tuple[Severity, list[Section]]]:
    """The severities that occur, worst first, with their rules."""
    room = _IN_ALL
    shown = []
    for severity in sorted(Severity, reverse=True):
        sections: list[Section] = []
        for group in of_severity(groups, severity):
            entries = group.entries[: min(_PER_RULE, room)]
            room -= len(entries)
            cases = tuple(_case(entry, group) for entry in entries)
            on_page = sum(len(entry.findings) for entry in entries)
            sections.append(
                Section(
                    group,
                    cases[:_OPEN],
                    cases[_OPEN:],
                    len(group.findings) - on_page,
                    len(sections) >= _UNFOLDED,
                )
            )  # fmt: skip
        if sections:
            shown.append((severity, sections))
    return shown


def _case(entry: Entry, group: Group) -> Case:
    first = entry.first
    fix = first.fix if first.fix not in ("", group.fix) else ""
    return Case(
        entry.number,
        first,
        marked(first.place) if first.place.excerpt else None,
        entry.others[:_PLACES],
        max(0, len(entry.others) - _PLACES),
        tuple(marked(place) for place in first.related[:_STEPS]),
        first.flow[:_STEPS],
        max(0, len(first.flow) - _STEPS),
        remedy(fix),
    )


def marked(place: Place) -> Marked:
    """The excerpt of a place, cut where its region starts and ends; the secret in it is masked already."""
    start = place.excerpt_column - 1
    end = start + max(1, place.excerpt_width)
    line = place.region.start_line if place.cell is None else place.cell.line
    text = place.excerpt.replace("\t", " ")
    return Marked(place, line, text[:start], text[start:end], text[end:])
