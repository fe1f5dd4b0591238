"""Which baselines hold in a run: the one that was named, or what stands at the root of the repository."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlscan.baseline import names
from mlscan.config import config_root
from mlscan.errors import UserError
from mlscan.sources.request import Request
from mlscan.sources.tree import root_of

if TYPE_CHECKING:
    from mlscan.baseline.entry import Baseline
    from mlscan.baseline.read import Given


def baselines(root: Path, named: str, *, found: bool = True) -> Given | None:
    """The baselines of a run, None without any.

    `named` is a path, or empty for the file at the root. gitleaks' list of ignored findings holds as well,
    as it does for gitleaks. Without `found`, what merely stands at the root does not count.
    """
    paths = [Path(named)] if named else []
    if found:
        at_root = [names.GITLEAKS] if named else [names.OWN, names.GITLEAKS]
        paths += [path for name in at_root if (path := root / name).is_file()]
    if not paths:
        return None
    from mlscan.baseline.read import Given

    return Given((shown(path, root), content(path)) for path in dict.fromkeys(paths))


def place_of(request: Request) -> Path:
    """The folder whose baseline holds for a request: the one that reported paths are relative to."""
    root = config_root(request.paths, request.root)
    return root if (root / ".git").exists() else root_of(request)


def to_update(root: Path, file: Path, source: str | None) -> tuple[Baseline, Given]:
    """The baseline in `file`, empty when there is none, and all that has a say in what it will hold: itself
    and `source`, or else what gitleaks is to ignore.

    Marks of a conflict in it are taken away. Raises UserError when it is not one of mlscan's own.
    """
    from mlscan.baseline.entry import Baseline
    from mlscan.baseline.file import conflicted, united
    from mlscan.baseline.read import Given, is_own, text

    name = shown(file, root)
    files: list[tuple[str, bytes]] = []
    if file.is_file() and (data := content(file)):
        if not is_own(data):
            raise UserError(
                f"{name} is no baseline of mlscan: name another with -o, and this one with --from"
            )
        files.append((name, united(text(data)).encode() if conflicted(text(data)) else data))
    if source is not None:
        files.append((shown(Path(source), root), content(Path(source))))
    elif (root / names.GITLEAKS).is_file():
        files.append((names.GITLEAKS, content(root / names.GITLEAKS)))
    given = Given(files, written=True)
    old = next((item for item in given.baselines if item.name == name), Baseline(name, (), tended=True))
    return old, given


def shown(path: Path, root: Path) -> str:
    """A path as people of the repository know it."""
    whole, top = path.resolve(), root.resolve()
    return whole.relative_to(top).as_posix() if whole.is_relative_to(top) else str(path)


def content(path: Path) -> bytes:
    """The bytes of a file that was named; raises UserError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"baseline: cannot read {path}: {(error.strerror or 'error').lower()}") from None
