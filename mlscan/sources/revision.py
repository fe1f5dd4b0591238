"""Files of a git revision, read from the object database: nothing is checked out."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO

from mlscan.errors import UserError
from mlscan.sources.source import Source
from mlscan.sources.tree import is_binary

_FILE = b"100"


class Revision:
    """One commit of the repository at `root`; `commit` is its full id.

    A context manager: one `git cat-file --batch` answers for as long as it is open.
    """

    def __init__(self, root: Path, name: str, limit: int) -> None:
        """Raises UserError for a name that git does not know; files over `limit` bytes are left out."""
        self.root = root
        self.commit = commit_of(root, name)
        self._blobs: dict[str, bytes] = {}
        listed = git(root, "ls-tree", "-r", "-z", "--long", "--full-tree", self.commit)
        for line in listed.split(b"\0"):
            facts, tab, path = line.partition(b"\t")
            if tab and facts.startswith(_FILE):
                _, _, blob, size = facts.split()
                if int(size) <= limit:
                    self._blobs[os.fsdecode(path)] = blob
        self._reader: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Revision:
        return self

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

    def read(self, path: str) -> Source | None:
        """A file by its path, None where it does not exist or is binary."""
        blob = self._blobs.get(path)
        if blob is None:
            return None
        data = self._content(blob)
        return None if is_binary(data[:8192]) else Source(path, data, self.commit)

    def sources(self) -> Iterator[Source]:
        """Every file that is text."""
        return (source for path in self.paths if (source := self.read(path)) is not None)

    def _content(self, blob: bytes) -> bytes:
        if self._reader is None:
            self._reader = subprocess.Popen(
                ["git", "cat-file", "--batch"],
                cwd=self.root,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        ask, answer = self._reader.stdin, self._reader.stdout
        assert ask is not None
        assert answer is not None
        ask.write(blob + b"\n")
        ask.flush()
        return _answer(answer)


def commit_of(root: Path, name: str) -> str:
    """The full id of the commit a name means; raises UserError where git knows none."""
    if name.startswith("-"):
        raise UserError(f"not a revision: {name}")
    try:
        return git(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()
    except UserError:
        raise UserError(f"git knows no revision '{name}' in {root}") from None


def merge_base(root: Path, one: str, other: str) -> str:
    """The commit where two histories parted; the first of the two where they have none in common."""
    try:
        return git(root, "merge-base", one, other).decode().strip()
    except UserError:
        return one


def _answer(stream: IO[bytes]) -> bytes:
    """One object: a line `id type size`, its bytes, a line break; one that is missing is empty."""
    head = stream.readline().split()
    if len(head) != 3 or not head[2].isdigit():
        return b""
    data = stream.read(int(head[2]))
    stream.read(1)
    return data


def git(root: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)
    except OSError as error:
        raise UserError(f"git: {error.strerror}") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise UserError(f"git {arguments[0]}: {said or 'failed'}")
    return done.stdout
