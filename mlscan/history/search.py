"""The blobs of a history searched shard by shard, in this process or in a pool of them."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from mlscan.history.credentials import NOTHING, Credentials, Seen
from mlscan.history.way import Way, way_of
from mlscan.processors import forkable
from mlscan.sources.contents import contents
from mlscan.sources.delta import Span
from mlscan.sources.log import History
from mlscan.sources.objects import Lost, Objects
from mlscan.sources.repository import Repository
from mlscan.sources.source import Source
from mlscan.sources.storage import Storage
from mlscan.sources.tree import is_binary

# Starting a pool costs as much as searching this much of a pack.
_POOL_PAYS = 2_000_000
_HEAD = 8192


@dataclass(frozen=True, slots=True)
class Searched:
    """What a shard amounts to: raw ids of the blobs that were looked at, (digest, raw id) of each secret in
    one, and blobs that could not be looked at."""

    done: tuple[bytes, ...]
    held: tuple[tuple[bytes, bytes], ...]
    lost: tuple[tuple[bytes, Lost], ...]
    bytes: int


class Search:
    """Everything a process needs."""

    def __init__(
        self,
        repository: Repository,
        history: History,
        storage: Storage,
        credentials: Credentials,
        limit: int,
    ) -> None:
        """Blobs over `limit` bytes are lost."""
        self._repository = repository
        self._history = history
        self._storage = storage
        self._credentials = credentials
        self._limit = limit

    def shard(self, number: int) -> Searched:
        """One shard of the storage."""
        collects = gc.isenabled()
        gc.disable()
        objects = Objects(self._repository, self._limit)
        self._credentials.forget()
        try:
            return self._shard(number, objects)
        finally:
            objects.close()
            if collects:
                gc.enable()

    def _shard(self, number: int, objects: Objects) -> Searched:
        blobs = self._storage.shards[number]
        done: list[bytes] = []
        held: list[tuple[bytes, bytes]] = []
        lost: list[tuple[bytes, Lost]] = []
        seen: list[dict[Way, Seen]] = []
        size = 0
        for blob, (data, spans) in zip(
            blobs, contents(self._storage, number, objects, self._limit), strict=True
        ):
            if isinstance(data, str):
                lost.append((blob.object_id, data))
                seen.append({})
                continue
            size += len(data)
            base = seen[blob.base] if blob.base >= 0 else {}
            seen.append({} if is_binary(data[:_HEAD]) else self._seen(blob.object_id, data, spans, base))
            done.append(blob.object_id)
            digests = {digest for state in seen[-1].values() for digest, _ in state.held}
            held += [(digest, blob.object_id) for digest in sorted(digests)]
        return Searched(tuple(done), tuple(held), tuple(lost), size)

    def _seen(
        self, object_id: bytes, data: bytes, spans: list[Span] | None, base: dict[Way, Seen]
    ) -> dict[Way, Seen]:
        """What a blob holds, looked at in each way that one of its paths calls for."""
        found: dict[Way, Seen] = {}
        for path in self._history.paths_of(self._history.number[object_id]):
            way = way_of(path, data)
            if way not in found:
                source = Source(path, data, "history")
                before = base.get(way)
                new = spans if before is not None else None
                found[way] = self._credentials.seen(source, way, new, before or NOTHING)
        return found


def searched(search: Search, cost: tuple[int, ...], jobs: int) -> Iterator[Searched]:
    """Every shard, in the order in which they are done; `jobs` 0 lets mlscan choose."""
    processes = jobs or (forkable() if sum(cost) > _POOL_PAYS else 1)
    if processes == 1 or len(cost) == 1:
        yield from map(search.shard, range(len(cost)))
        return
    yield from _pooled(search, sorted(range(len(cost)), key=lambda number: -cost[number]), processes)


def _pooled(search: Search, shards: Iterable[int], processes: int) -> Iterator[Searched]:
    from concurrent.futures import as_completed

    from mlscan.pool import forked, undisturbed

    with forked(search, processes) as pool:
        with undisturbed():
            futures = [pool.submit(_work, number) for number in shards]
        for future in as_completed(futures):
            yield future.result()


def _work(number: int) -> Searched:
    from mlscan.pool import inherited

    return cast(Search, inherited()).shard(number)
