"""The bytes of the blobs of a shard, and what of each is new against the one it is stored as a delta of."""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.sources.delta import DeltaError, Span, applied, result_size
from mlscan.sources.objects import Lost, Objects
from mlscan.sources.packs import PackError
from mlscan.sources.storage import Storage, Stored

# Above this git takes a delta apart faster, and little of the result is old.
_DENSE = 16_384
_KEPT = 48_000_000  # bytes of blobs that are kept for those behind them

# (bytes of a blob or why there are none, its new spans; None where all of it counts as new)
Content = tuple[bytes | Lost, list[Span] | None]


def contents(storage: Storage, shard: int, objects: Objects, limit: int) -> Iterator[Content]:
    """The contents of a shard, in its order; blobs over `limit` bytes are "large"."""
    blobs = storage.shards[shard]
    kept: dict[int, tuple[bytes, int]] = {}  # place in the shard: bytes, how many still need them
    size = 0
    for place, blob in enumerate(blobs):
        base = kept.get(blob.base, (None, 0))[0]
        content = _content(storage, blob, base, objects, limit)
        if base is not None:
            data, heirs = kept.pop(blob.base)
            if heirs > 1:
                kept[blob.base] = data, heirs - 1
            else:
                size -= len(data)
        if blob.heirs and isinstance(content[0], bytes):
            kept[place] = content[0], blob.heirs
            size += len(content[0])
            while size > _KEPT:
                size -= len(kept.pop(next(iter(kept)))[0])
        yield content


def _content(storage: Storage, blob: Stored, base: bytes | None, objects: Objects, limit: int) -> Content:
    if blob.pack < 0 or (blob.base >= 0 and base is None):
        return objects.content(blob.object_id), None
    try:
        is_delta, data = storage.packs[blob.pack].entry(blob.offset, limit)
        if not is_delta:
            return data, None
        if result_size(data) > limit:
            return "large", None
        if base is not None and len(data) <= _DENSE:
            return applied(base, data)
    except (PackError, DeltaError, IndexError):
        pass  # git knows, or says what is wrong with it
    return objects.content(blob.object_id), None
