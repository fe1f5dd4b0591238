"""Lines that a work tree has changed since a commit, as git counts them."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlscan.model import Region
from mlscan.sources.revision import commit_of, git, merge_base

_HUNK = re.compile(rb"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True, slots=True)
class Changes:
    """`lines` maps a path to the ranges of its new lines, 1-based; `new` are files git does not track."""

    base: str
    lines: Mapping[str, tuple[range, ...]]
    new: frozenset[str]

    def touches(self, path: str, region: Region) -> bool:
        """Whether a region of a file has a changed line."""
        if path in self.new:
            return True
        last = region.end_line
        return any(
            lines.start <= last and region.start_line < lines.stop for lines in self.lines.get(path, ())
        )

    def has(self, path: str) -> bool:
        """Whether anything in a file is new."""
        return path in self.new or path in self.lines


def changes_since(root: Path, name: str) -> Changes:
    """What the work tree at `root` adds to the commit where it parted from `name`; paths relative to `root`.

    Raises UserError where there is no git repository or no such revision.
    """
    base = merge_base(root, commit_of(root, name), commit_of(root, "HEAD"))
    patch = git(
        root, "diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-renames", "--relative",
        "--src-prefix=a/", "--dst-prefix=b/", base, "--",
    )  # fmt: skip
    untracked = git(root, "ls-files", "--others", "--exclude-standard", "-z")
    return Changes(
        base, _added(patch), frozenset(os.fsdecode(path) for path in untracked.split(b"\0") if path)
    )


def _added(patch: bytes) -> dict[str, tuple[range, ...]]:
    found: dict[str, tuple[range, ...]] = {}
    path = ""
    header = False
    for line in patch.split(b"\n"):
        if line.startswith(b"diff --git "):
            path, header = "", True
        elif header and line.startswith(b"+++ "):
            path, header = _path(line[4:]), False
        elif path and (hunk := _HUNK.match(line)):
            start, count = int(hunk[1]), int(hunk[2] or b"1")
            if count:
                found[path] = (*found.get(path, ()), range(start, start + count))
    return found


def _path(written: bytes) -> str:
    """`b/train.py`, with a tab behind a name with blanks, in quotes with escapes behind a strange one."""
    written = written.rstrip(b"\t")
    if written.startswith(b'"'):
        written = codecs.escape_decode(written[1:-1])[0]
    return os.fsdecode(written.removeprefix(b"b/")) if written.startswith(b"b/") else ""
