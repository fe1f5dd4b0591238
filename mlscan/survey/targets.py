"""The list of repositories: a path or a git URL on each line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlscan.errors import UserError
from mlscan.sources.address import is_url, read_address


@dataclass(frozen=True, slots=True)
class Target:
    """A repository: `name` is safe to show, `location` an absolute path or a URL with its credentials."""

    name: str
    location: str
    remote: bool


def read_targets(text: str, origin: str) -> tuple[Target, ...]:
    """The repositories of a list in its order, each once. Blank lines and lines that start with `#` say
    nothing; paths are relative to the current folder. Raises UserError with the line of a mistake."""
    found: dict[str, Target] = {}
    for number, line in enumerate(text.splitlines(), 1):
        written = line.strip()
        if not written or written.startswith("#"):
            continue
        try:
            target = _target(written)
        except (UserError, ValueError) as error:
            raise UserError(f"{origin}:{number}: {error}") from None
        found.setdefault(target.name, target)
    if not found:
        raise UserError(f"{origin}: no repositories; write a path or a git URL on each line")
    return tuple(found.values())


def _target(written: str) -> Target:
    if is_url(written):
        return Target(read_address(written).shown, written, True)
    if "\0" in written:
        raise UserError("not a path")
    path = Path(written)
    return Target(path.as_posix(), str(path.absolute()), False)
