"""Findings that baselines know, marked; and the entries that know nothing any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from mlscan.baseline.entry import Baseline, Covered, Entry
from mlscan.baseline.keys import Keys
from mlscan.model import Family, Finding, Note, Report, Suppression

_TALLEST = 50  # lines of a finding that an entry may name


class _Held(NamedTuple):
    """An entry with the name of its file."""

    entry: Entry
    name: str


@dataclass(frozen=True, slots=True)
class Matched:
    """`held` is the entry of each finding that a baseline knows, by the finding's place in the report;
    `unmet` are the entries, with the names of their files, that no finding was met for."""

    held: dict[int, Entry]
    names: dict[int, str]
    unmet: tuple[tuple[str, Entry], ...]


def hold_back(report: Report, baselines: Iterable[Baseline], keys: Keys, covered: Covered) -> Report:
    """The report with every finding marked that a baseline knows, and a note for each entry that is stale.

    A finding that a comment silences stays what it is, and its entry is not stale.
    """
    given = tuple(baselines)
    matched = match(report, given, keys, covered)
    findings = tuple(
        replace(item, suppressed=Suppression("baseline", matched.names[number], matched.held[number].reason))
        if number in matched.held and item.suppressed is None
        else item
        for number, item in enumerate(report.findings)
    )
    tended = {baseline.name for baseline in given if baseline.tended}
    stale = (
        Note(
            name, "unused", f"the entry for {entry.rule} in {entry.path} matches nothing any more", entry.line
        )
        for name, entry in matched.unmet
        if name in tended and covered.missed(entry)
    )
    return replace(report, findings=findings, notes=tuple(sorted({*report.notes, *stale})))


def match(report: Report, baselines: Iterable[Baseline], keys: Keys, covered: Covered) -> Matched:
    """Which finding is which entry's.

    What an entry covers is looked for where it was: by its file, its rule and its key. A secret that is gone
    from there may have moved to another file, when its own is gone, or be known by another rule; a line may
    have moved with its file to another folder.
    """
    entries = [_Held(entry, item.name) for item in baselines for entry in item.entries]
    families = {rule.id: rule.family for rule in report.rules}
    of_secrets = {
        number for number, item in enumerate(report.findings) if families.get(item.rule) is Family.SECRETS
    }
    # What counts goes first: of equal findings, one that a comment silences needs no entry.
    order = sorted(
        range(len(report.findings)), key=lambda number: report.findings[number].suppressed is not None
    )
    pairing = _Pairing(report.findings, order, keys)

    def at(item: Finding, number: int) -> Iterable[tuple[str, str, str]]:
        path = item.place.path
        yield from ((path, item.rule, key) for key in (*item.known_by, item.fingerprint))
        if number in of_secrets:
            lines = range(item.place.region.start_line, item.place.region.end_line + 1)[:_TALLEST]
            yield from ((path, "", key) for key in item.known_by)
            yield from ((path, "", f"line:{line}") for line in lines)

    pairing.pair(entries, lambda entry: (entry.path, entry.rule, entry.key), at)
    left = pairing.unmet(entries)
    secrets = [held for held in left if held.entry.of_secret]
    pairing.pair(
        secrets,
        lambda entry: (entry.path, entry.key),
        lambda item, number: ((item.place.path, key) for key in item.known_by if number in of_secrets),
    )
    gone = [held for held in left if not covered.exists(held.entry.path)]
    pairing.pair(
        pairing.unmet(gone),
        lambda entry: (_name(entry.path), entry.rule, entry.key),
        lambda item, number: ((_name(item.place.path), item.rule, key) for key in item.known_by),
        moved=True,
    )
    pairing.pair(
        [held for held in pairing.unmet(gone) if held.entry.of_secret],
        lambda entry: (entry.key,),
        lambda item, number: ((key,) for key in item.known_by if number in of_secrets),
        moved=True,
    )
    return pairing.result(entries)


def _name(path: str) -> str:
    return path.rpartition("/")[2]


_Key = tuple[str, ...]


class _Pairing:
    """Entries and findings brought together, in several rounds that ask for less and less."""

    def __init__(self, findings: tuple[Finding, ...], order: list[int], keys: Keys) -> None:
        self._findings = findings
        self._order = order
        self._keys = keys
        self._held: dict[int, _Held] = {}
        self._met: set[_Held] = set()

    def pair(
        self,
        entries: Iterable[_Held],
        of_entry: Callable[[Entry], _Key],
        of_finding: Callable[[Finding, int], Iterable[_Key]],
        moved: bool = False,
    ) -> None:
        """Give each finding that has none an entry with a key in common. When it `moved`, what an entry
        covers is in one other file."""
        free: dict[_Key, list[_Held]] = defaultdict(list)
        for held in entries:
            free[of_entry(held.entry)].append(held)
        if not free:
            return
        homes: dict[_Held, str] = {}
        waiting: list[tuple[int, _Key]] = []
        for number in self._order:
            if number in self._held:
                continue
            item = self._findings[number]
            for key in of_finding(item, number):
                if not (found := free.get(key)):
                    continue
                if found[0].entry.spent:
                    waiting.append((number, key))
                elif moved and homes.setdefault(found[0], item.place.path) != item.place.path:
                    continue
                else:
                    self._take(number, found[0])
                    self._met.update(found)
                break
        self._spend(waiting, free)

    def _spend(self, waiting: list[tuple[int, _Key]], free: dict[_Key, list[_Held]]) -> None:
        """One finding for each entry: those with the same detail first, the others in their order."""
        rest = []
        for number, key in waiting:
            detail = self._keys.detail(self._findings[number].message)
            same = next((held for held in free[key] if held.entry.detail == detail), None)
            if same is None:
                rest.append((number, key))
            else:
                free[key].remove(same)
                self._take(number, same)
        for number, key in rest:
            if free[key]:
                self._take(number, free[key].pop(0))

    def _take(self, number: int, held: _Held) -> None:
        self._held[number] = held
        self._met.add(held)

    def unmet(self, entries: Iterable[_Held]) -> list[_Held]:
        """Those of some entries that nothing was found for."""
        return [held for held in entries if held not in self._met]

    def result(self, entries: Iterable[_Held]) -> Matched:
        return Matched(
            {number: held.entry for number, held in self._held.items()},
            {number: held.name for number, held in self._held.items()},
            tuple((held.name, held.entry) for held in self.unmet(entries)),
        )
