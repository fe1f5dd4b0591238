"""From the blobs that hold a secret to one finding: where it came from, where it is, when it went."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from mlscan.history.credentials import Credentials
from mlscan.history.origin import Commit
from mlscan.history.way import way_of
from mlscan.model import Finding, Past, Place
from mlscan.sources.log import History
from mlscan.sources.objects import Objects
from mlscan.sources.source import Source

_PLACES = 10  # of a secret that are named one by one
_FIX = (
    "Revoke the credential now: whoever has a clone or a fork of this repository has it. Only then is it "
    "worth taking it out of the history, with git filter-repo."
)


@dataclass(frozen=True, slots=True)
class Told:
    """A secret: the finding at its oldest known place with the commits by number (-1 for none), and those of
    the commit that is checked out."""

    origin: Finding
    first: int
    last: int
    versions: int
    here: tuple[Finding, ...]


class Stories:
    """Tells what became of each secret. Blobs are read again, one for most secrets."""

    def __init__(
        self, history: History, head: dict[bytes, list[str]], credentials: Credentials, objects: Objects
    ) -> None:
        """`head` has the paths of each blob of the commit that is checked out."""
        self._history = history
        self._head = head
        self._credentials = credentials
        self._objects = objects
        self._known: dict[tuple[int, str], dict[bytes, Finding]] = {}

    def told(self, digest: bytes, holders: Iterable[int]) -> Told | None:
        """The story of a secret that some blobs hold; None where none of them shows it to be one."""
        history = self._history
        blobs = sorted(set(holders), key=lambda blob: (history.first[blob], blob))
        found = self._first(digest, blobs)
        if found is None:
            return None
        origin, blob = found
        here = [
            (path, holder)
            for holder in blobs
            for path in self._head.get(history.ids[holder], ())
        ]  # fmt: skip
        places = [
            there
            for path, holder in sorted(here)[:_PLACES]
            if (there := self._looked_at(holder, path).get(digest)) is not None
        ]
        lasting = any(history.last[holder] < 0 for holder in blobs)
        last = -1 if lasting or here else max(history.last[holder] for holder in blobs)
        if not places:
            newest, _ = self._first(digest, blobs[::-1]) or found
            origin = replace(origin, suppressed=newest.suppressed)
        return Told(origin, history.first[blob], last, len(blobs), tuple(places))

    def _first(self, digest: bytes, blobs: list[int]) -> tuple[Finding, int] | None:
        for blob in blobs:
            for path in self._history.paths_of(blob):
                if (finding := self._looked_at(blob, path).get(digest)) is not None:
                    return finding, blob
        return None

    def _looked_at(self, blob: int, path: str) -> dict[bytes, Finding]:
        key = (blob, path)
        if key not in self._known:
            data = self._objects.content(self._history.ids[blob])
            found = {}
            if isinstance(data, bytes):
                found = self._credentials.found(Source(path, data, "history"), way_of(path, data))
            self._known[key] = found
        return self._known[key]


def finding(told: Told, commit: Callable[[int], Commit]) -> Finding:
    """The finding of a story. It stands where the secret still is, or else where it first was."""
    first, last = commit(told.first), commit(told.last)
    active = [item for item in told.here if item.suppressed is None]
    shown = (active or [*told.here, told.origin])[0]
    since = f"from {first.short}" if first.id else "in no commit"
    if told.here:
        since = f"since {first.short}, still there"
    elif last.id:
        since += f" to {last.short}"
    else:
        since += ", on another branch or tag"
    places = [replace(item.place, note="and here") for item in (active or told.here)[1:]]
    old = told.origin.place
    if told.here and (old.path, old.region) != (shown.place.path, shown.place.region):
        places.append(Place(old.path, old.region, old.cell, f"where it came with {first.id[:10]}"))
    past = Past(
        first.id,
        first.date,
        first.author,
        told.versions,
        shown.place if told.here else None,
        last.id,
        last.date,
    )
    by = f" by {first.author}" if first.author else ""
    return replace(
        shown,
        message=f"{shown.message.removesuffix('.')}; {since}{by}.",
        related=(*shown.related, *places),
        evidence=(*shown.evidence, f"{told.versions} versions of files hold it"),
        fix=_FIX,
        past=past,
    )
