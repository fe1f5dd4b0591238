"""The tracked files of a repository beside those that a run is about, in its work tree or its index."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from mlscan.sources.source import Source

# A pipeline or a script is never larger; data and notebooks with pictures are.
_LIMIT = 1_000_000
# Files whose lines run scripts.
_RUNNERS = ("*.yml", "*.yaml", "*jenkinsfile*", "*.groovy", "*makefile*", "*.mk", "*.sh", "*.bash")
# Whole words, each as it is written, from standard input; the exit code tells.
_SEARCH = ("grep", "-q", "-w", "-F", "-I", "--no-color", "--no-recurse-submodules", "-f", "-")


@dataclass(frozen=True, slots=True)
class Around:
    """`read` opens a file of the state that is looked at, which is the index where `cached` says so."""

    root: Path
    read: Callable[[str], Source | None]
    cached: bool = False

    def sources(self, but: Collection[str]) -> Iterator[Source]:
        """Every tracked file of a moderate size `but` those; none outside a git repository."""
        listed = self._git("ls-files", "-z") or b""
        for path in os.fsdecode(listed).split("\0"):
            if path and path not in but and self._moderate(path):
                source = self.read(path)
                if source is not None and len(source.data) <= _LIMIT:
                    yield source

    def runs(self, names: Collection[str]) -> bool:
        """Whether a pipeline, Makefile or shell script names one of these."""
        where = ("--cached",) if self.cached else ()
        files = (f":(icase){glob}" for glob in _RUNNERS)
        patterns = "\n".join(names).encode("utf-8", "surrogateescape")
        return self._git(*_SEARCH, *where, "--", *files, said=patterns) is not None

    def _moderate(self, path: str) -> bool:
        if self.cached:
            return True  # an index tells no size
        try:
            facts = os.lstat(os.path.join(self.root, path))
        except OSError:
            return False
        return stat.S_ISREG(facts.st_mode) and facts.st_size <= _LIMIT

    def _git(self, *arguments: str, said: bytes = b"") -> bytes | None:
        """What git prints; None where it fails, finds nothing or is not there."""
        try:
            done = subprocess.run(
                ["git", *arguments], cwd=self.root, input=said, capture_output=True, check=False
            )
        except OSError:
            return None
        return done.stdout if done.returncode == 0 else None
