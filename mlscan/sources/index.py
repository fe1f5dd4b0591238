"""What `git commit` would record: the files of the index, and those of them that are staged."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from mlscan.errors import UserError
from mlscan.sources.blobs import Blobs
from mlscan.sources.revision import git

_FILE = b"100"
_MERGED = b"0"


class Index(Blobs):
    """The index of the repository around `root`; paths are relative to `root`, and only what is below it.

    Links, submodules and files in conflict are left out; a file that is only intended to be added
    (`git add --intent-to-add`) is empty here and not staged.
    """

    def __init__(self, root: Path, limit: int) -> None:
        """Raises UserError outside a git work tree."""
        try:
            listed = git(root, "ls-files", "--stage", "-z")
        except UserError as error:
            raise UserError(f"--staged needs a git repository ({error})") from None
        blobs: dict[str, bytes] = {}
        for line in listed.split(b"\0"):
            facts, tab, path = line.partition(b"\t")
            if tab and facts.startswith(_FILE):
                _, blob, stage = facts.split()
                if stage == _MERGED:
                    blobs[os.fsdecode(path)] = blob
        super().__init__(root, blobs, "index", limit)

    def __enter__(self) -> Index:
        return self

    @cached_property
    def staged(self) -> tuple[str, ...]:
        """Files that are added, copied, modified or renamed since the last commit, or since none; sorted."""
        listed = git(
            self.root, "diff", "--cached", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--relative",
            "--diff-filter=AMT", "--",
        )  # fmt: skip
        paths = (os.fsdecode(path) for path in listed.split(b"\0"))
        return tuple(sorted(path for path in paths if path in self._blobs))

    def staged_below(self, given: Iterable[str]) -> tuple[str, ...]:
        """The staged files among these paths of the command line, all for none."""
        root = self.root.resolve()
        whole = (Path(path).absolute() for path in given)
        below = [Path(os.path.relpath(path.parent.resolve() / path.name, root)).as_posix() for path in whole]
        return tuple(
            path
            for path in self.staged
            if not below or any(one in (".", path) or path.startswith(f"{one}/") for one in below)
        )
