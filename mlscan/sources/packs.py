"""Packs of a repository as git stores them (gitformat-pack(5)): where objects stand and how they differ.

Most of a history repeats itself, and a pack says where: an object is stored as a delta against a similar one.
`git cat-file` only hands out whole objects, so the entries are read here. What this reader does not know or
finds broken is left to git.
"""

from __future__ import annotations

import mmap
import struct
import sys
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Container, Iterator
from pathlib import Path

_BLOB, _OFFSET_DELTA, _ID_DELTA = 3, 6, 7
_MAGIC = b"\xfftOc\x00\x00\x00\x02"
_FANOUT = 8 + 4 * 256
_FAR = 1 << 31


class PackError(Exception):
    """A pack, or an entry of one, that cannot be read here."""


class Pack:
    """One pack with its index (version 2). Offsets are bytes from the start of the pack."""

    def __init__(self, index: Path, width: int) -> None:
        """`width` is the length of an object id in bytes. Raises PackError."""
        try:
            self._index = _mapped(index)
            self._data = _mapped(index.with_suffix(".pack"))
        except (OSError, ValueError) as error:
            raise PackError(str(error)) from error
        if self._index[:8] != _MAGIC or self._data[:4] != b"PACK":
            raise PackError(f"{index.name}: not of a known version")
        count = struct.unpack(">I", self._index[_FANOUT - 4 : _FANOUT])[0]
        self._width = width
        self._count = count
        end = _FANOUT + count * (width + 8)
        if len(self._index) < end + 2 * width:
            raise PackError(f"{index.name}: cut short")
        near = _numbers("I", self._index[end - 4 * count : end])
        far = _numbers("Q", self._index[end : len(self._index) - 2 * width])
        self._offsets = array("Q", (at if at < _FAR else far[at - _FAR] for at in near)) if far else near
        self._ordered = array("Q", sorted(self._offsets))
        self._end = len(self._data) - width

    def objects(self, wanted: Container[bytes]) -> Iterator[tuple[int, bytes]]:
        """(offset, raw id) of those objects of the pack that are wanted, in the order of their ids."""
        width = self._width
        ids = self._index[_FANOUT : _FANOUT + self._count * width]
        for number, offset in enumerate(self._offsets):
            object_id = ids[number * width : (number + 1) * width]
            if object_id in wanted:
                yield offset, object_id

    def extent(self, offset: int) -> int:
        """Where the entry at an offset ends."""
        after = bisect_right(self._ordered, offset)
        return int(self._ordered[after]) if after < len(self._ordered) else self._end

    def base(self, offset: int) -> int:
        """The offset of what an entry is a delta against, within this pack; 0 for none that is."""
        kind, _, at = self._head(offset)
        if kind == _ID_DELTA:
            return self._offset_of(self._data[at : at + self._width])
        if kind != _OFFSET_DELTA:
            return 0
        return self._distant(offset, at)[0]

    def entry(self, offset: int, limit: int) -> tuple[bool, bytes]:
        """(whether it is a delta, its bytes) of an entry; raises PackError, also above `limit` bytes."""
        kind, size, at = self._head(offset)
        if kind == _ID_DELTA:
            at += self._width
        elif kind == _OFFSET_DELTA:
            at = self._distant(offset, at)[1]
        elif kind != _BLOB:
            raise PackError("not a blob")
        if size > limit:
            raise PackError("too large")
        try:
            data = zlib.decompress(self._data[at : self.extent(offset)], bufsize=size + 1)
        except zlib.error as error:
            raise PackError("broken") from error
        if len(data) != size:
            raise PackError("broken")
        return kind != _BLOB, data

    def _head(self, offset: int) -> tuple[int, int, int]:
        """(type, size when unpacked, offset behind) of an entry's header: seven bits a byte, lowest first."""
        data = self._data
        byte = data[offset]
        kind, size, shift = byte >> 4 & 7, byte & 15, 4
        offset += 1
        while byte & 128:
            byte = data[offset]
            size |= (byte & 127) << shift
            shift += 7
            offset += 1
        return kind, size, offset

    def _distant(self, offset: int, at: int) -> tuple[int, int]:
        """(offset of the base, offset behind) of a delta whose distance to its base stands at `at`."""
        byte: int = self._data[at]
        distance = byte & 127
        while byte & 128:
            at += 1
            byte = self._data[at]
            distance = (distance + 1) << 7 | byte & 127
        return offset - distance, at + 1

    def _offset_of(self, object_id: bytes) -> int:
        """Where an object is, by its id; 0 when it is not in this pack."""
        low, high = 0, self._count
        while low < high:
            middle = (low + high) // 2
            start = _FANOUT + middle * self._width
            here = self._index[start : start + self._width]
            if here == object_id:
                return int(self._offsets[middle])
            low, high = (middle + 1, high) if here < object_id else (low, middle)
        return 0


def packs(folder: Path, width: int) -> Iterator[Pack | PackError]:
    """The packs of a folder of objects; an error in the place of one that cannot be read here."""
    for index in sorted((folder / "pack").glob("*.idx")):
        try:
            yield Pack(index, width)
        except PackError as error:
            yield error


def _mapped(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _numbers(code: str, data: bytes) -> array[int]:
    """Unsigned numbers in network order; `code` is that of `array`."""
    found = array(code, data)
    if sys.byteorder == "little":
        found.byteswap()
    return found
