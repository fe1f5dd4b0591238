"""Which baselines hold in a run: the one that was named, or what stands at the root of the repository."""

from __future__ import annotations

from pathlib import Path

from mlscan.baseline.entry import Baseline
from mlscan.baseline.file import NAME, conflicted, united
from mlscan.baseline.gitleaks import IGNORE
from mlscan.baseline.read import Given, content, is_own, text
from mlscan.config import config_root
from mlscan.errors import UserError
from mlscan.sources.request import Request
from mlscan.sources.tree import root_of


def baselines(root: Path, named: str, *, found: bool = True) -> Given | None:
    """The baselines of a run, None without any.

    `named` is a path, or empty for the file at the root. gitleaks' list of ignored findings holds as well,
    as it does for gitleaks. Without `found`, what merely stands at the root does not count.
    """
    paths = [Path(named)] if named else []
    if found:
        paths += [path for name in ([] if named else [NAME]) + [IGNORE] if (path := root / name).is_file()]
    if not paths:
        return None
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
    elif (root / IGNORE).is_file():
        files.append((IGNORE, content(root / IGNORE)))
    given = Given(files, written=True)
    old = next((item for item in given.baselines if item.name == name), Baseline(name, (), tended=True))
    return old, given


def shown(path: Path, root: Path) -> str:
    """A path as people of the repository know it."""
    whole, top = path.resolve(), root.resolve()
    return whole.relative_to(top).as_posix() if whole.is_relative_to(top) else str(path)
