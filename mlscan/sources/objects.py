"""Whole objects of a repository, one by one, from one `git cat-file` that runs as long as it is needed."""

from __future__ import annotations

import subprocess
from typing import IO, Literal

from mlscan.sources.repository import Repository

Lost = Literal["missing", "broken", "large"]
_PIECE = 1 << 20


class Objects:
    """Answers for one process; a fork starts one of its own."""

    def __init__(self, repository: Repository, limit: int) -> None:
        """Objects over `limit` bytes are not read."""
        self._repository = repository
        self._limit = limit
        self._process: subprocess.Popen[bytes] | None = None

    def content(self, object_id: bytes) -> bytes | Lost:
        """The bytes of an object by its raw id, or why there are none."""
        if self._process is None:
            self._process = self._repository.started("cat-file", "--batch", asked=True)
        ask, answer = self._process.stdin, self._process.stdout
        assert ask is not None
        assert answer is not None
        try:
            ask.write(object_id.hex().encode() + b"\n")
            ask.flush()
            return self._answer(answer)
        except OSError:
            return self._ended()

    def close(self) -> None:
        """End the git that answers."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _answer(self, stream: IO[bytes]) -> bytes | Lost:
        """A line `id type size`, the bytes, a line break; or `id missing`. Git ends at a broken object."""
        head = stream.readline().split()
        if len(head) == 2:
            return "missing"
        if len(head) != 3:
            return self._ended()
        size = int(head[2])
        if size > self._limit:
            left = size + 1
            while left and (piece := stream.read(min(left, _PIECE))):
                left -= len(piece)
            return self._ended() if left else "large"
        data = stream.read(size)
        return data if len(data) == size and stream.read(1) else self._ended()

    def _ended(self) -> Lost:
        self.close()
        return "broken"
