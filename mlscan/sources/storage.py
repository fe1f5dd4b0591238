"""How the blobs of a history lie in packs, cut into shards that are read one after another.

A blob that is stored as a delta stands behind its base, in the same shard: what it repeats has been seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from mlscan.sources.packs import Pack, PackError, packs
from mlscan.sources.repository import Repository


class Stored(NamedTuple):
    """A blob by its raw id: the entry of a pack, and the place of its base in the shard, -1 for none there.

    `pack` is -1 for what git itself has to be asked for. `heirs` is how many blobs of the shard are deltas
    against it.
    """

    object_id: bytes
    pack: int = -1
    offset: int = 0
    base: int = -1
    heirs: int = 0


@dataclass(frozen=True, slots=True)
class Storage:
    """The packs of a repository and its shards; `cost` is what each shard holds of them, in bytes. What is
    `missing` is not even asked for: git would want to fetch it."""

    packs: tuple[Pack, ...]
    shards: tuple[tuple[Stored, ...], ...]
    cost: tuple[int, ...]
    missing: tuple[bytes, ...] = ()


_SHARD = 4_000_000  # bytes of a pack
_LOOSE = 20_000  # what a blob outside packs is taken to cost


def stored(repository: Repository, wanted: Iterable[bytes]) -> Storage:
    """Where the wanted blobs are. The shards are the same for the same packs and blobs."""
    left = set(wanted)
    found: list[Pack] = []
    shards: list[list[Stored]] = [[]]
    cost = [0]

    def add(blobs: list[Stored], size: int) -> None:
        if cost[-1] >= _SHARD:
            shards.append([])
            cost.append(0)
        start = len(shards[-1])
        shards[-1] += [item._replace(base=item.base + start) if item.base >= 0 else item for item in blobs]
        cost[-1] += size

    folders = repository.object_folders()
    known = True
    for folder in folders:
        for pack in packs(folder, repository.width):
            if isinstance(pack, PackError):
                known = False
                continue
            held = dict(pack.objects(left))
            left.difference_update(held.values())
            for blobs, size in _trees(pack, len(found), held):
                add(blobs, size)
            found.append(pack)
    missing = []
    for object_id in sorted(left):
        name = object_id.hex()
        if known and not any((folder / name[:2] / name[2:]).exists() for folder in folders):
            missing.append(object_id)
        else:
            add([Stored(object_id)], _LOOSE)
    return Storage(tuple(found), tuple(map(tuple, shards)), tuple(cost), tuple(missing))


def _trees(pack: Pack, number: int, held: dict[int, bytes]) -> Iterator[tuple[list[Stored], int]]:
    """(a blob and everything that is a delta against it, the bytes they take), in the order of the pack."""
    heirs: dict[int, list[int]] = {}
    roots = []
    for offset in sorted(held):
        base = pack.base(offset)
        if base in held:
            heirs.setdefault(base, []).append(offset)
        else:
            roots.append(offset)
    for root in roots:
        tree: list[Stored] = []
        size = 0
        left = [(root, -1)]
        while left:
            offset, base = left.pop()
            following = heirs.get(offset, ())
            left += [(heir, len(tree)) for heir in reversed(following)]
            tree.append(Stored(held[offset], number, offset, base, len(following)))
            size += pack.extent(offset) - offset
        yield tree, size
