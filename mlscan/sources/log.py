"""The history of a repository as `git log --raw` tells it: which blobs there were, where, and since when.

Every file of every commit is either what a parent has at the same path, or listed as changed: `-c` lists for
a merge what differs from all parents. So the listed changes name each (blob, path) there ever was.
"""

from __future__ import annotations

import os
import re
from array import array
from binascii import unhexlify
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO

from mlscan.errors import UserError
from mlscan.sources.repository import Repository

_PIECE = 1 << 20
_MARK = b"\x01"
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?|yesterday|"
    r"\d+[ .](?:hour|day|week|month|year)s?[ .]ago"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What part of a history: one branch or other revision, or all references; since a revision or date."""

    branch: str = ""
    since: str = ""


@dataclass(slots=True)
class History:
    """Blobs by number, in the order of their first appearance; commits by number, parents first.

    `ids` are raw. `first` is the commit that brought a blob, `last` the last one that replaced or deleted it
    somewhere, -1 for none. `path` is the number of its first path and `further` holds those of others. Blobs
    in `before` were there already where the scope begins. `complete` is False where git gave up on the way.
    """

    commits: list[bytes] = field(default_factory=list)
    ids: list[bytes] = field(default_factory=list)
    number: dict[bytes, int] = field(default_factory=dict)
    first: array[int] = field(default_factory=lambda: array("q"))
    last: array[int] = field(default_factory=lambda: array("q"))
    path: array[int] = field(default_factory=lambda: array("q"))
    further: dict[int, list[int]] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    before: set[int] = field(default_factory=set)
    complete: bool = True

    def paths_of(self, blob: int) -> list[str]:
        """Every path a blob had, the first one first."""
        return [self.paths[number] for number in (self.path[blob], *self.further.get(blob, ()))]


def read_log(repository: Repository, scope: Scope, excluded: Callable[[str], bool] | None) -> History:
    """The history in scope without excluded paths; raises UserError for a revision git does not know."""
    arguments = [*_revisions(repository, scope)]
    process = repository.started(
        "log", *arguments, "--date-order", "--reverse", "--raw", "-c", "--root", "-r", "--no-renames",
        "--no-abbrev", "-z", "--no-show-signature", "--no-ext-diff", "--ignore-submodules=none",
        f"--format=format:%x{_MARK.hex()}%H", "--",
    )  # fmt: skip
    assert process.stdout is not None
    reader = _Reader(repository.width, excluded)
    with process:
        for record in _records(process.stdout):
            reader.take(record)
    history = reader.history
    history.complete = process.returncode == 0
    if scope == Scope():
        for path, object_id in _named(repository):
            reader.file(path, object_id)
    return history


def _revisions(repository: Repository, scope: Scope) -> Iterator[str]:
    if scope.branch:
        yield _commit(repository, scope.branch)
    else:
        yield "--all"
        if repository.head:
            yield repository.head  # a detached HEAD is no reference
    if scope.since:
        if _DATE.fullmatch(scope.since):
            yield f"--since={scope.since}"
        else:
            yield f"^{_commit(repository, scope.since)}"


def _commit(repository: Repository, name: str) -> str:
    if not name.startswith("-"):
        for start in ("", "refs/remotes/origin/"):
            try:
                found = repository.git(
                    "rev-parse", "--verify", "--quiet", "--end-of-options", f"{start}{name}^{{commit}}"
                )
                return found.decode().strip().splitlines()[-1]
            except UserError:
                continue
    raise UserError(
        f"git knows no revision '{name}' here, and it is no date such as 2024-05-31 or '2 weeks ago'"
    )


def _named(repository: Repository) -> Iterator[tuple[bytes, bytes]]:
    """(path, raw id) of files that a reference names without a commit, such as the tag of a key or tree."""
    listed = repository.git(
        "for-each-ref", "--format=%(objecttype) %(objectname) %(*objecttype) %(*objectname) %(refname)"
    )
    for line in listed.splitlines():
        words = line.split(b" ")
        kind, object_id = words[2:4] if words[0] == b"tag" else words[:2]
        if kind == b"blob":
            yield words[-1], unhexlify(object_id)
        elif kind == b"tree":
            for path, blob in repository.entries(object_id.decode()):
                yield os.fsencode(path), blob


def _records(stream: IO[bytes]) -> Iterator[bytes]:
    """What stands between zero bytes."""
    rest = b""
    while piece := stream.read(_PIECE):
        *whole, rest = (rest + piece).split(b"\0")
        yield from whole
    if rest:
        yield rest


class _Reader:
    """Takes records one by one: a commit, or facts about a change and then its path."""

    def __init__(self, width: int, excluded: Callable[[str], bool] | None) -> None:
        self.history = History()
        self._zero = b"0" * 2 * width
        self._length = 2 * width
        self._excluded = excluded
        self._facts = b""
        self._numbers: dict[bytes, int] = {}

    def take(self, record: bytes) -> None:
        if self._facts:
            facts, self._facts = self._facts, b""
            self._change(facts, record)
            return
        if record[:1] == _MARK:
            commit, _, record = record.partition(b"\n")
            self.history.commits.append(unhexlify(commit[1 : 1 + self._length]))
        record = record.lstrip(b"\n")
        if record[:1] == b":":
            self._facts = record

    def file(self, path: bytes, object_id: bytes) -> None:
        """A file that no commit holds, as far as is known."""
        if object_id not in self.history.number:
            self._arrives(object_id, path, -1)

    def _change(self, facts: bytes, path: bytes) -> None:
        """`:old-mode new-mode old new letter`; of a merge with a colon, mode and id for each parent."""
        parents = len(facts) - len(facts.lstrip(b":"))
        words = facts[parents:].split(b" ")
        history = self.history
        commit = len(history.commits) - 1
        for mode, old in zip(words[:parents], words[parents + 1 : 2 * parents + 1], strict=True):
            if mode[:3] == b"100":
                self._leaves(unhexlify(old), path, commit)
        if words[parents][:3] == b"100":
            self._arrives(unhexlify(words[2 * parents + 1]), path, commit)

    def _arrives(self, object_id: bytes, path: bytes, commit: int) -> None:
        place = self._place(path)
        if place < 0:
            return
        history = self.history
        blob = history.number.get(object_id)
        if blob is None:
            self._add(object_id, place, commit)
        elif history.path[blob] != place and place not in (more := history.further.setdefault(blob, [])):
            more.append(place)

    def _leaves(self, object_id: bytes, path: bytes, commit: int) -> None:
        place = self._place(path)
        if place < 0:
            return
        history = self.history
        blob = history.number.get(object_id)
        if blob is None:
            # It came with a commit outside the scope.
            blob = self._add(object_id, place, commit)
            history.before.add(blob)
        history.last[blob] = commit

    def _add(self, object_id: bytes, place: int, commit: int) -> int:
        history = self.history
        blob = len(history.ids)
        history.number[object_id] = blob
        history.ids.append(object_id)
        history.first.append(commit)
        history.last.append(-1)
        history.path.append(place)
        return blob

    def _place(self, path: bytes) -> int:
        """The number of a path; -1 for an excluded one."""
        number = self._numbers.get(path)
        if number is None:
            name = os.fsdecode(path)
            if self._excluded is not None and self._excluded(name):
                number = -1
            else:
                number = len(self.history.paths)
                self.history.paths.append(name)
            self._numbers[path] = number
        return number
