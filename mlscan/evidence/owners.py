"""CODEOWNERS: who owns a file. The last pattern that fits wins, and one without owners takes them away.

https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
https://docs.gitlab.com/user/project/codeowners/reference/ (sections, default owners)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mlscan.documents.document import Document
from mlscan.model import Place

# GitHub takes the first of these, GitLab the root, docs/ and .gitlab/.
_PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
_SECTION = re.compile(r"^\^?\[[^\]\n]{1,200}\](?:\[\d{1,3}\])?\s{0,20}(.{0,400})$")
_LINES = 5000
_LONG = 500  # no path is longer


@dataclass(frozen=True, slots=True)
class Owned:
    """The line of a CODEOWNERS that decides about a file; no `owners` where it leaves the file to nobody."""

    owners: tuple[str, ...]
    pattern: str
    place: Place


def codeowners(read: Callable[[str], Document | None]) -> Document | None:
    """The file that counts, if there is one."""
    return next((found for path in _PLACES if (found := read(path)) is not None), None)


def owner_of(path: str, document: Document) -> Owned | None:
    """Who owns a path; None where no line is about it."""

    found: Owned | None = None
    default: tuple[str, ...] = ()
    start = 0
    for line in document.data.splitlines(keepends=True)[:_LINES]:
        text = line.decode("utf-8", "replace").split(" #")[0].strip()
        section = _SECTION.match(text)
        if section is not None:
            default = tuple(section[1].split())
        elif text and not text.startswith("#"):
            pattern, *owners = text.replace("\\ ", "\0").split()
            pattern = pattern.replace("\0", "\\ ")
            if _covers(pattern, path):
                place = document.place(start, start + len(line.rstrip()))
                found = Owned(tuple(owners) or default, pattern, place)
        start += len(line)
    return found


def _covers(pattern: str, path: str) -> bool:
    """A pattern of gitignore; unlike there, `docs/*` covers only what stands in the folder itself."""
    if len(pattern) > _LONG:
        return False
    from pathspec import GitIgnoreSpec

    try:
        covers = GitIgnoreSpec.from_lines([pattern]).match_file(path)
    except ValueError:
        return False
    flat = pattern.endswith("/*") and "/" in path[len(pattern.strip("/")) - 1 :]
    return covers and not flat
