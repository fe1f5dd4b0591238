"""The files of the repository that a script names, and those behind commands that it installs."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from mlscan.documents.document import Document
from mlscan.promotion.checkouts import below_root
from mlscan.promotion.entry_points import FILES, files_of, module_of

Read = Callable[[str], Document | None]


class Files:
    """Remembers what it was asked: scripts name the same few files thousands of times. `read` gives a file by
    its path from the root, or None."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._named: dict[tuple[str, str], Document | None] = {}
        self._installed: dict[tuple[str, str], str] = {}

    def named(self, path: str, folder: str) -> Document | None:
        """The file that a script calls by this path in a folder, or in the repository's root."""
        key = path, folder
        if key not in self._named:
            self._named[key] = self._look_up(path, folder)
        return self._named[key]

    def installed(self, command: str, folder: str) -> str:
        """The file behind a command that a package of the repository installs, as a path; else empty."""
        key = command, folder
        if key not in self._installed:
            self._installed[key] = self._entered(command, folder)
        return self._installed[key]

    def _look_up(self, path: str, folder: str) -> Document | None:
        below = below_root(path)
        if below is not None:
            path, folder = below, ""
        path = path.removeprefix("./")
        if not path or path.startswith(("/", "-", "$")) or "://" in path or "*" in path:
            return None
        places = [posixpath.normpath(posixpath.join(part, path)) for part in (folder, "")]
        for candidate in dict.fromkeys(places):
            if not candidate.startswith("..") and (document := self._read(candidate)) is not None:
                return document
        return None

    def _entered(self, command: str, folder: str) -> str:
        if not command.replace("-", "").replace("_", "").isalnum():
            return ""
        for name in FILES:
            document = self.named(name, folder)
            module = module_of(document, command) if document is not None else ""
            if module:
                return next((path for path in files_of(module) if self.named(path, folder) is not None), "")
        return ""
