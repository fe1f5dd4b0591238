"""What has been searched already, kept in the cache folder: an interrupted search goes on, the next one looks
at new blobs only.

It holds ids of blobs and digests of secrets under a key of its own, nothing of any file. It is kept for one
repository, one configuration and one state of this program and its rules.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

import mlscan
from mlscan.catalog import cache
from mlscan.catalog.schema import Catalog
from mlscan.config import Config

_MARK = 16
_PARTS = ("secrets", "documents", "flow", "history", "sources", "catalog")


class Stored(msgspec.Struct, frozen=True):
    """`done` are marks of blobs, one behind the other; `held` has the ids of the blobs that hold a secret."""

    key: bytes
    done: bytes
    held: dict[bytes, list[bytes]]


class State:
    """The state of a search. `key` is that of its digests."""

    def __init__(self, entry: str, fresh: bool) -> None:
        """`entry` names it in the cache; a `fresh` one begins empty."""
        self._entry = entry
        found = None if fresh else _read(entry)
        self.key = found.key if found else os.urandom(32)
        done = found.done if found else b""
        self._done = {done[at : at + _MARK] for at in range(0, len(done), _MARK)}
        self.held = dict(found.held) if found else {}

    def has(self, object_id: bytes, paths: Iterable[str]) -> bool:
        """Whether a blob has been searched under these names."""
        return bool(self._done) and _mark(object_id, paths) in self._done

    def add(self, done: Iterable[tuple[bytes, list[str]]], held: Iterable[tuple[bytes, bytes]]) -> None:
        """Blobs with their names, and (digest, id) of the secrets in them."""
        self._done.update(_mark(object_id, paths) for object_id, paths in done)
        for digest, object_id in held:
            self.held.setdefault(digest, []).append(object_id)

    def save(self) -> None:
        """Write it down, as a whole or not at all."""
        stored = Stored(self.key, b"".join(sorted(self._done)), self.held)
        cache.write(self._entry, msgspec.msgpack.encode(stored))


def entry_for(repository: Path, catalog: Catalog, config: Config) -> str:
    """The name of the state of a repository, given by its folder of objects."""
    rules = catalog.state or hashlib.sha256(msgspec.msgpack.encode(catalog)).hexdigest()
    wanted = (config.select, config.ignore, config.min_severity, config.min_confidence, config.max_file_size)
    facts = "\n".join((str(repository.resolve()), mlscan.__version__, rules, repr(wanted), *_code()))
    return f"history-{hashlib.sha256(facts.encode('utf-8', 'surrogateescape')).hexdigest()[:24]}.msgpack"


def _code() -> Iterator[str]:
    """The state of the modules that decide what a secret is."""
    folder = Path(mlscan.__file__).parent
    for part in _PARTS:
        for path in sorted((folder / part).rglob("*.py")):
            yield f"{path.name} {cache.state_of(path)}"


def _read(entry: str) -> Stored | None:
    content = cache.read(entry)
    try:
        return msgspec.msgpack.decode(content, type=Stored) if content else None
    except msgspec.MsgspecError:
        return None


def _mark(object_id: bytes, paths: Iterable[str]) -> bytes:
    names = "\0".join(paths).encode("utf-8", "surrogateescape")
    return hashlib.blake2b(object_id + names, digest_size=_MARK).digest()
