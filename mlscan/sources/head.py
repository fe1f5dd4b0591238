"""The commit that a work tree stands on."""

from __future__ import annotations

from pathlib import Path

from mlscan.errors import UserError
from mlscan.sources.revision import git


def head(root: Path) -> tuple[str, str] | None:
    """The full id of HEAD and the date of its commit (ISO 8601); None outside git or before a commit."""
    try:
        said = git(root, "log", "-1", "--no-show-signature", "--format=%H %cI", "HEAD")
    except UserError:
        return None
    commit, _, date = said.decode("ascii", "replace").strip().partition(" ")
    return (commit, date) if date else None


def changed(root: Path, but: tuple[str, ...] = ()) -> bool:
    """Whether files below a folder differ from HEAD or are unknown to git; `but` are paths that do not
    count."""
    excluded = [f":(exclude,literal){path}" for path in but]
    try:
        return bool(git(root, "status", "--porcelain", "--", ".", *excluded).strip())
    except UserError:
        return False
