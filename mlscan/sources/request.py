"""What the user asked to scan."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """Paths as given on the command line, relative to the current folder.

    `root` is the folder that reported paths are relative to; None finds the repository around the paths.
    With `stdin` the bytes are scanned as the file `stdin_filename`, and `paths` is empty. With `staged` it is
    about what git's index holds and the last commit does not, below `paths` or anywhere where they are empty.
    """

    paths: tuple[str, ...]
    root: str | None
    stdin: bytes | None = None
    stdin_filename: str = ""
    staged: bool = False
