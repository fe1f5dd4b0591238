"""A file cache that may be lost or damaged at any time: it is rebuilt, never trusted.

An entry is named by its key and starts with a SHA-256 of its content. It is written to a temporary file
and renamed, so that two processes never see half an entry. Files another user owns are not read. Of each
kind (what stands before the first dash of a name) the entries that were used last are kept.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from pathlib import Path

_DIGEST = 32
_KEPT = 32  # entries of a kind; one of patterns has about 2 MB
_DAY = 86_400.0


def directory() -> Path:
    """`$MLSCAN_CACHE_DIR`, or the user's cache directory of this platform."""
    if chosen := os.environ.get("MLSCAN_CACHE_DIR"):
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("mlscan", appauthor=False)


def read(name: str) -> bytes | None:
    """The content stored under a name, or None when there is none that can be believed."""
    try:
        path = directory() / name
        with path.open("rb") as file:
            if hasattr(os, "getuid") and os.fstat(file.fileno()).st_uid != os.getuid():
                return None
            stored = file.read()
            if time.time() - os.fstat(file.fileno()).st_mtime > _DAY:
                os.utime(path)
    except (OSError, RuntimeError):
        return None
    content = stored[_DIGEST:]
    return content if content and hashlib.sha256(content).digest() == stored[:_DIGEST] else None


def write(name: str, content: bytes) -> None:
    """Store content under a name; a cache that cannot be written is no error."""
    temporary = ""
    try:
        folder = directory()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".new-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(hashlib.sha256(content).digest() + content)
        os.replace(temporary, folder / name)
        _prune(folder, name.partition("-")[0])
    except (OSError, RuntimeError):
        if temporary:
            _discard(temporary)


def _prune(folder: Path, kind: str) -> None:
    """Remove what was not used for longest, and what a process that was killed left behind."""
    found = [
        (entry.stat().st_mtime, entry.path) for entry in os.scandir(folder) if entry.name.startswith(kind)
    ]
    for _, path in sorted(found, reverse=True)[_KEPT:]:
        _discard(path)
    for entry in os.scandir(folder):
        if entry.name.startswith(".new-") and time.time() - entry.stat().st_mtime > _DAY:
            _discard(entry.path)


def state_of(path: str | Path) -> str:
    """Size and time of a file: what changes when a rule file or a piece of this program changes."""
    facts = os.stat(path)
    return f"{facts.st_size} {facts.st_mtime_ns}"


def _discard(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
