"""What every lowering is given: the recogniser of actions and a way to read other files of the repository."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlscan.catalog.schema import Catalog
from mlscan.documents.document import Document
from mlscan.promotion.commands import Recogniser
from mlscan.promotion.files import Read
from mlscan.promotion.graph import Approver, Pipeline, Protection, Trigger
from mlscan.promotion.lower.parsed import Parsed
from mlscan.promotion.python_calls import PythonCalls
from mlscan.promotion.scripts import ScriptFollower

if TYPE_CHECKING:
    from mlscan.promotion.lower.argo_cd_rollouts import Rolled
    from mlscan.promotion.lower.argo_cd_windows import Window
    from mlscan.promotion.lower.cloud_deploy import DeployTarget


@dataclass
class Context:
    """`parsed` opens a file as YAML, each once; `referenced` collects the files that others call,
    `protections` and `approvers` what files say about gates of other files; `targets` and `promoted` are
    those of Cloud Deploy, `windows` and `synced` folders those of Argo CD, `rollouts` those of Argo
    Rollouts; `starts` are triggers in files of their own, by platform and pipeline. What needs all files
    waits in `later`."""

    catalog: Catalog
    read: Read
    recogniser: Recogniser = field(init=False)
    python: PythonCalls = field(init=False)
    referenced: set[str] = field(default_factory=set)
    protections: list[Protection] = field(default_factory=list)
    approvers: list[Approver] = field(default_factory=list)
    targets: dict[str, list[DeployTarget]] = field(default_factory=dict)
    promoted: set[tuple[str, str, str]] = field(default_factory=set)
    windows: list[Window] = field(default_factory=list)
    synced: list[str] = field(default_factory=list)
    rollouts: list[Rolled] = field(default_factory=list)
    starts: dict[tuple[str, str], list[Trigger]] = field(default_factory=dict)
    later: list[Callable[[], list[Pipeline]]] = field(default_factory=list)
    _files: dict[str, Parsed | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        follower = ScriptFollower(self.catalog, self.read)
        self.recogniser = Recogniser(self.catalog, follower)
        self.python = follower.python

    def adopt(self, document: Document) -> Parsed:
        """A file that is at hand already."""
        path = document.source.path
        parsed = self._files.get(path)
        if parsed is None:
            parsed = self._files[path] = Parsed(document)
        return parsed

    def parsed(self, path: str) -> Parsed | None:
        """A file of the repository by its path from the root, or None."""
        path = posixpath.normpath(path)
        if path.startswith(("..", "/")):
            return None
        if path not in self._files:
            document = self.read(path)
            self._files[path] = Parsed(document) if document is not None else None
        return self._files[path]

    @property
    def opened(self) -> Iterator[Parsed]:
        """Every file that was opened so far."""
        return (parsed for parsed in self._files.values() if parsed is not None)

    def nearest(self, path: str, folder: str) -> Parsed | None:
        """A file by a path from the root of a repository that may be a folder of this one: the folders
        above `folder` are tried, innermost first, the real root last."""
        path = path.lstrip("/").removeprefix("./")
        while True:
            found = self.parsed(posixpath.join(folder, path))
            if found is not None or not folder:
                return found
            folder = posixpath.dirname(folder)


def repository_of(path: str) -> str:
    """The folder that is the repository's root for a workflow: what stands before `.github/`."""
    before, found, _ = f"/{path}".rpartition("/.github/")
    return before.lstrip("/") if found else ""
