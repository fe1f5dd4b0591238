"""What a baseline holds: one entry for each finding that was put aside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding that was put aside.

    `key` is one of a finding's `known_by`, its fingerprint, or `line:7`. An empty `rule` means every rule
    about secrets. `spent` entries cover one finding each, the others every finding in the file with their
    key; `detail` then tells apart what has the same key, and `nth` counts what has the same rule and key.
    `line` is where the entry stands in its file, 1-based, 0 when that says nothing to a reader.
    """

    path: str
    rule: str
    key: str
    detail: str = ""
    nth: int = 1
    reason: str = ""
    spent: bool = False
    line: int = 0

    @property
    def of_secret(self) -> bool:
        """Whether the key is one of a secret itself, which is known wherever it stands."""
        return self.key.startswith(("value:", "other:"))

    @property
    def sort_key(self) -> tuple[str, str, str, int, str]:
        return (self.path, self.rule, self.key, self.nth, self.detail)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The entries of one file; `name` is its path as people know it. `tended` baselines are mlscan's own,
    whose stale entries are worth a word."""

    name: str
    entries: tuple[Entry, ...]
    tended: bool = False


@dataclass(frozen=True, slots=True)
class Covered:
    """What a scan looked at: an entry about anything else may not be called stale.

    `whole` tells whether this was all of the repository, `paths` are the files that were read and understood,
    `rule` tells whether findings of a rule were asked for, `exists` whether a path is a file of the
    repository.
    """

    whole: bool
    paths: frozenset[str]
    rule: Callable[[str], bool]
    exists: Callable[[str], bool]

    def missed(self, entry: Entry) -> bool:
        """Whether the finding of an entry would have been met if it were still there."""
        if not self.whole or not self.rule(entry.rule):
            return False
        return entry.path in self.paths or not self.exists(entry.path)
