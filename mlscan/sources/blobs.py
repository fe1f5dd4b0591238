"""Files as git keeps them: their content by id, from one `git cat-file --batch`. Nothing is checked out."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO

from mlscan.errors import UserError
from mlscan.model import Note
from mlscan.sources.source import Source
from mlscan.sources.tree import is_binary

_CHUNK = 1 << 20


class Blobs:
    """Paths with the ids of their content. A context manager: one process of git answers while it is open."""

    def __init__(self, root: Path, blobs: Mapping[str, bytes], origin: str, limit: int) -> None:
        """`origin` is that of the sources; the content of files over `limit` bytes is left out."""
        self.root = root
        self._blobs = blobs
        self._origin = origin
        self._limit = limit
        self._reader: subprocess.Popen[bytes] | None = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._reader is not None:
            self._reader.communicate()
            self._reader = None

    @property
    def paths(self) -> list[str]:
        """Every file, sorted; no links, no submodules."""
        return sorted(self._blobs)

    def fetch(self, path: str) -> Source | Note | None:
        """A file by its path, a note when it cannot be read or is too large, None where there is none or it
        is binary."""
        blob = self._blobs.get(path)
        if blob is None:
            return None
        size, data = self._content(blob)
        if size is None:
            return Note(path, "unreadable", "git has no such object")
        if data is None:
            return Note(path, "skipped", f"larger than {self._limit} bytes ({size})")
        return None if is_binary(data[:8192]) else Source(path, data, self._origin)

    def read(self, path: str) -> Source | None:
        """A file by its path, None for anything that cannot be read as text."""
        found = self.fetch(path)
        return found if isinstance(found, Source) else None

    def sources(self) -> Iterator[Source]:
        """Every file that is text."""
        return (source for path in self.paths if (source := self.read(path)) is not None)

    def _content(self, blob: bytes) -> tuple[int | None, bytes | None]:
        """Size in bytes and content; no size for an object that is missing, no content over the limit."""
        if self._reader is None:
            try:
                self._reader = subprocess.Popen(
                    ["git", "cat-file", "--batch"],
                    cwd=self.root,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            except OSError as error:
                raise UserError(f"git: {error.strerror}") from error
        ask, answer = self._reader.stdin, self._reader.stdout
        assert ask is not None
        assert answer is not None
        ask.write(blob + b"\n")
        ask.flush()
        return _answer(answer, self._limit)


def _answer(stream: IO[bytes], limit: int) -> tuple[int | None, bytes | None]:
    """One object: a line `id type size`, its bytes, a line break."""
    head = stream.readline().split()
    if len(head) != 3 or not head[2].isdigit():
        return None, None
    size = int(head[2])
    if size <= limit:
        data = stream.read(size)
        stream.read(1)
        return size, data
    left = size + 1
    while left and (part := stream.read(min(left, _CHUNK))):
        left -= len(part)
    return size, None
