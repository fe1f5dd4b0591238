"""A file too large to hold, as overlapping pieces of UTF-8 text whose places in the file are known."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mlscan.model import Region

_SIZE = 1 << 23
# What a token may need to be seen: the words before it, and all of a long one.
_BEFORE = 4096
_BEHIND = 32_768
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHARACTER = 4  # bytes of a code point at most


@dataclass(frozen=True, slots=True)
class Window:
    """`data` starts at `line` and `column` of the file, both 1-based. What starts at a byte offset from `low`
    up to `high` is this window's; the rest is there to understand it, and is another's."""

    data: bytes
    line: int
    column: int
    low: int
    high: int

    def region(self, inside: Region) -> Region:
        """The region in the file of a region in the window."""
        start = self._moved(inside.start_line, inside.start_column)
        return Region(*start, *self._moved(inside.end_line, inside.end_column))

    def _moved(self, line: int, column: int) -> tuple[int, int]:
        return line + self.line - 1, column + self.column - 1 if line == 1 else column


def windows(root: Path, path: str) -> Iterator[Window]:
    """Every window of a file, in order. Raises OSError."""
    with open(os.path.join(root, path), "rb", buffering=0) as file:
        data, line, column, low = b"", 1, 1, 0
        chunks = _chunks(file)
        chunk = next(chunks, b"")
        while chunk:
            following = next(chunks, b"")
            data += chunk
            high = _start(data, len(data) - _BEHIND) if following else len(data)
            end = _start(data, len(data) - _CHARACTER) if following else len(data)
            yield Window(data[:end], line, column, low, max(low, high))
            kept = _start(data, max(low, high) - _BEFORE)
            kept -= data[kept - 1 : kept + 1] == b"\r\n"
            line, column = _advanced(data[:kept], line, column)
            data, low, chunk = data[kept:], max(low, high) - kept, following


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a file as they come; UTF-16 as UTF-8, and without the mark of the byte order."""
    head = file.read(_SIZE)
    if not head.startswith(_UTF16):
        head = head.removeprefix(codecs.BOM_UTF8)
        while head:
            yield head
            head = file.read(_SIZE)
        return
    decode = codecs.getincrementaldecoder("utf-16")("replace").decode
    while head:
        yield decode(head).encode("utf-8", "replace")
        head = file.read(_SIZE)


def _start(data: bytes, offset: int) -> int:
    """The start of the code point at an offset."""
    offset = max(0, offset)
    for before in range(offset, max(-1, offset - _CHARACTER), -1):
        if before < len(data) and data[before] & 0xC0 != 0x80:
            return before
    return offset


def _advanced(passed: bytes, line: int, column: int) -> tuple[int, int]:
    """Line and column behind some text."""
    breaks = passed.count(b"\n") + passed.count(b"\r") - passed.count(b"\r\n")
    last = max(passed.rfind(b"\n"), passed.rfind(b"\r")) + 1
    points = len(passed[last:].decode("utf-8", "replace"))
    return line + breaks, points + (1 if breaks else column)
