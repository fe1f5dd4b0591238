"""A scratch repository, mended: what the tests of `mlscan fix` share. Secrets are made from templates."""

from __future__ import annotations

from pathlib import Path

from mlscan.catalog.load import load_catalog
from mlscan.catalog.templates import expand
from mlscan.config import Config
from mlscan.fix.repository import Fixer, Result
from mlscan.fix.stores import store_of
from mlscan.sources.request import Request

TOKEN = expand("hf_<alpha:34>")
OTHER = expand("hf_<alpha:35>")
KEY = expand("sk-proj-<alnum:48>")
PASSWORD = expand("<alpha:6>-<alnum:8>7")


def mend(
    root: Path,
    files: dict[str, str | bytes],
    *,
    select: str = "secrets",
    to: str = "env",
    unsafe: bool = False,
) -> Result:
    """Write the files below `root`, mend them, and write what has changed."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    request = Request((str(root),), str(root))
    fixer = Fixer(request, load_catalog(), Config(select=(select,), jobs=1), store_of(to), unsafe=unsafe)
    result = fixer.run()
    for change in result.changed:
        fixer.write(change)
    return result


def names(result: Result) -> list[str]:
    """The names that secrets got, in the order of the files."""
    return [item.name for change in result.changes for item in change.mended]


def reasons(result: Result) -> list[str]:
    """Why findings were left."""
    return [item.reason for item in result.left]
