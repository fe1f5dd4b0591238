"""Files of a git revision, read from the object database: nothing is checked out."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from mlscan.errors import UserError
from mlscan.sources.blobs import Blobs

_FILE = b"100"


class Revision(Blobs):
    """One commit of the repository at `root`; `commit` is its full id."""

    def __init__(self, root: Path, name: str, limit: int) -> None:
        """Raises UserError for a name that git does not know; files over `limit` bytes are left out."""
        self.commit = commit_of(root, name)
        blobs: dict[str, bytes] = {}
        listed = git(root, "ls-tree", "-r", "-z", "--long", "--full-tree", self.commit)
        for line in listed.split(b"\0"):
            facts, tab, path = line.partition(b"\t")
            if tab and facts.startswith(_FILE):
                _, _, blob, size = facts.split()
                if int(size) <= limit:
                    blobs[os.fsdecode(path)] = blob
        super().__init__(root, blobs, self.commit, limit)

    def __enter__(self) -> Revision:
        return self


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


def git(root: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)
    except OSError as error:
        raise UserError(f"git: {error.strerror}") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise UserError(f"git {arguments[0]}: {said or 'failed'}")
    return done.stdout
