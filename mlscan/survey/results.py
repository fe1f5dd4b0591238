"""The file of results: JSON Lines, one for each repository, written as they come.

While a survey runs its file grows at the end, and the last line about a repository counts. A survey that was
stopped leaves such a file, maybe with half a line at its end, and the next one goes on from there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from msgspec import MsgspecError
from msgspec.json import decode

from mlscan.errors import UserError
from mlscan.survey.task import Head


class Results:
    """The lines of a file, a context manager. Only their heads are kept in memory."""

    def __init__(self, path: Path) -> None:
        """Opens the file, which need not exist, and cuts off half a line. Raises UserError for one that
        cannot be written or holds something else."""
        self._path = path
        self._lines: dict[str, tuple[int, int]] = {}
        self.heads: dict[str, Head] = {}
        self._end = 0
        try:
            self._file: BinaryIO = open(path, "a+b")  # noqa: SIM115  closed by `__exit__`
            self._read()
        except OSError as error:
            raise UserError(f"--output: cannot write {path}: {error.strerror}") from error

    def _read(self) -> None:
        self._file.seek(0)
        for number, line in enumerate(self._file, 1):
            if not line.endswith(b"\n"):
                if not line.startswith(b"{"):
                    raise self._foreign(number)
                self._file.truncate(self._end)
                break
            try:
                self._note(line)
            except MsgspecError:
                raise self._foreign(number) from None

    def _foreign(self, number: int) -> UserError:
        self._file.close()
        return UserError(f"--output: line {number} of {self._path} is no result of mlscan; name another file")

    def _note(self, line: bytes) -> Head:
        head = decode(line, type=Head)
        self.heads[head.name] = head
        self._lines[head.name] = (self._end, len(line))
        self._end += len(line)
        return head

    def add(self, line: bytes) -> Head:
        """Append a line; it is on disk when this returns. An answer that nothing has changed adds nothing."""
        head = decode(line, type=Head)
        if head.state == "unchanged":
            return self.heads[head.name]
        self._file.write(line)
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._note(line)

    def settle(self, names: Iterable[str]) -> None:
        """Leave one line for each of these repositories, in this order, and no other."""
        new = self._path.with_name(f".{self._path.name}.new")
        try:
            with new.open("wb") as file:
                for name in names:
                    start, length = self._lines[name]
                    self._file.seek(start)
                    file.write(self._file.read(length))
            self._file.close()
            os.replace(new, self._path)
        except OSError as error:
            raise UserError(f"--output: cannot write {self._path}: {error.strerror}") from error

    def __enter__(self) -> Results:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the file as it is."""
        self._file.close()
