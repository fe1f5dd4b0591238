"""Files of a work tree or folder: which there are, and their bytes.

In a git work tree git is asked (tracked files and untracked ones it does not ignore); elsewhere the folder
is walked. Symbolic links are not followed out of a walk, so a loop of links ends at its first link.
"""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mlscan.config import Config
from mlscan.errors import UserError
from mlscan.model import Note
from mlscan.sources.request import Request
from mlscan.sources.source import Source

_HEAD = 8192
MOST = 50_000_000  # bytes
_SKIPPED_FOLDERS = {
    ".git",
    ".hg",
    ".svn",
    "__pycache__",
    "node_modules",
    ".tox",
    ".nox",
    ".mypy_cache",
    ".ruff_cache",
}
_PACKED = (
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"PK\x03\x04",
    b"\x28\xb5\x2f\xfd",
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file to read: `path` is POSIX and relative to the root, `size` in bytes."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Listing:
    """What a request amounts to. `entries` are sorted by path, without duplicates."""

    root: Path
    entries: tuple[Entry, ...]
    notes: tuple[Note, ...]


def list_files(request: Request, config: Config) -> Listing:
    """The files of a request; raises UserError for a path that does not exist.

    What is excluded is left out also where it is named: pre-commit names every file that changed.
    """
    root = root_of(request)
    excluded = config.exclusion()
    sizes: dict[str, int] = {}
    notes: list[Note] = []
    for given in request.paths:
        found = list(_files(Path(given), root, notes))
        kept = [path for path in found if not excluded(path)] if excluded is not None else found
        if found and not kept:
            notes.append(
                Note(_relative(Path(given).absolute(), root), "skipped", "excluded by the configuration")
            )
        for path in kept:
            if path not in sizes and (size := _size(root, path, notes)) is not None:
                sizes[path] = size
    return Listing(root, tuple(Entry(path, sizes[path]) for path in sorted(sizes)), tuple(sorted(set(notes))))


def root_of(request: Request) -> Path:
    """`--root`, or the git work tree around the first path, or the path's own folder."""
    if request.root is not None:
        return Path(request.root).resolve()
    first = Path(request.paths[0] if request.paths else ".").absolute()
    folder = first if first.is_dir() else first.parent
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top:
        return Path(os.fsdecode(top.rstrip(b"\r\n")))
    here = Path.cwd()
    return here if folder.is_relative_to(here) and len(request.paths) != 1 else folder.resolve()


@dataclass(frozen=True, slots=True)
class Large:
    """A text that is larger than what is read as a whole."""

    path: str
    size: int


def read(root: Path, path: str, limit: int = MOST) -> Source | Large | Note | None:
    """The source of a file, a note when it cannot be read, None when it is binary by content. One of more
    than `limit` bytes is not read.

    Whatever became of the file since it was listed: what is no file any more does not block, and what grows
    is read as far as it went.
    """
    try:
        with open(os.path.join(root, path), "rb", buffering=0, opener=_unblocked) as file:
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode):
                return Note(path, "skipped", "not a regular file")
            head = file.read(_HEAD)
            if is_binary(head):
                return None
            if facts.st_size > limit:
                return Large(path, facts.st_size)
            rest = file.read(facts.st_size - _HEAD) if facts.st_size > _HEAD else b""
            return Source(path, head + rest, changed=facts.st_mtime_ns)
    except OSError as error:
        return Note(path, "unreadable", error.strerror or type(error).__name__)


def _unblocked(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def is_binary(head: bytes) -> bool:
    """Whether the first bytes of a file are not text in UTF-8, UTF-16 or a one-byte encoding."""
    if head.startswith(_PACKED):
        return True
    return b"\x00" in head and not head.startswith(_UTF16)


def reader(root: Path) -> Callable[[str], Source | None]:
    """Reads single files below a root for whoever follows a reference; None for anything unreadable."""

    def lookup(path: str) -> Source | None:
        parts = path.split("/")
        if path.startswith("/") or ".." in parts or "\x00" in path:
            return None
        found = read(root, path) if os.path.isfile(os.path.join(root, path)) else None
        return found if isinstance(found, Source) else None

    return lookup


def _files(given: Path, root: Path, notes: list[Note]) -> Iterator[str]:
    """Root-relative paths below a path given on the command line."""
    absolute = given.absolute()
    try:
        mode = absolute.stat().st_mode
    except OSError as error:
        if absolute.is_symlink():
            notes.append(Note(_relative(absolute, root), "unreadable", f"broken link ({error.strerror})"))
            return
        raise UserError(f"{given}: {(error.strerror or 'cannot be read').lower()}") from None
    if not stat.S_ISDIR(mode):
        # A link named by the user is followed.
        yield _relative(absolute.resolve() if absolute.is_symlink() else absolute, root)
        return
    if absolute.is_symlink():
        absolute = absolute.resolve()
    listed = _git(absolute, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listed is None:
        yield from _walk(absolute, root, notes)
        return
    prefix = _relative(absolute, root)
    start = "" if prefix == "." else f"{prefix}/"
    for name in os.fsdecode(listed).split("\0"):
        if name:
            yield start + name


def _walk(folder: Path, root: Path, notes: list[Note]) -> Iterator[str]:
    def failed(error: OSError) -> None:
        notes.append(
            Note(_relative(Path(error.filename), root), "unreadable", error.strerror or "cannot be read")
        )

    for place, folders, files in os.walk(folder, onerror=failed):
        # A virtual environment is other people's code: its marker file names it.
        folders[:] = sorted(
            name
            for name in folders
            if name not in _SKIPPED_FOLDERS and not os.path.exists(os.path.join(place, name, "pyvenv.cfg"))
        )
        here = _relative(Path(place), root)
        start = "" if here == "." else f"{here}/"
        for name in sorted(files):
            yield start + name


def _size(root: Path, path: str, notes: list[Note]) -> int | None:
    """The size of a file worth reading. A link is left out: what it points to stands where it is."""
    whole = os.path.join(root, path)
    try:
        facts = os.lstat(whole)
        if stat.S_ISLNK(facts.st_mode):
            os.stat(whole)  # a broken link or a loop of links raises
            return None
    except FileNotFoundError:
        if os.path.islink(whole):
            notes.append(Note(path, "unreadable", "broken link"))
        return None  # tracked, but deleted in the work tree
    except OSError as error:
        notes.append(Note(path, "unreadable", error.strerror or "cannot be read"))
        return None
    if not stat.S_ISREG(facts.st_mode):
        if not stat.S_ISDIR(facts.st_mode):
            notes.append(Note(path, "skipped", "not a regular file"))
        return None
    return facts.st_size


def _relative(path: Path, root: Path) -> str:
    """POSIX path relative to the root; a file outside it keeps its absolute path."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        resolved = path.parent.resolve() / path.name
        return (resolved.relative_to(root) if resolved.is_relative_to(root) else resolved).as_posix()


def _git(folder: Path, *arguments: str) -> bytes | None:
    """The output of git in a folder, or None outside a work tree or without git."""
    try:
        done = subprocess.run(
            ["git", "-c", "core.quotepath=off", *arguments], cwd=folder, capture_output=True, check=False
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
