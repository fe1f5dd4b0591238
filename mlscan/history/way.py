"""How a file of some name is looked at; blobs with several names are looked at once for each way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from mlscan.documents.document import Kind, kind_of
from mlscan.documents.pairs import wanted
from mlscan.documents.pairs.choose import holds_no_settings, module_for
from mlscan.documents.text_notebook import is_text_notebook
from mlscan.secrets.occasion import made_to_show

_PYTHON = frozenset({"name", "default", "login", "sink", "opaque", "quoted", "command"})
_YAML = frozenset({"yaml-name", "setting", "command", "quoted", "bare"})
_NOTEBOOK = frozenset(
    {"name", "default", "login", "sink", "opaque", "magic", "yaml-name", "setting", "command"}
)
_BY_LINES = frozenset(("shell", "dotenv", "ini", "properties", "dockerfile"))
_HEAD = 100
_LARGE = 5_000_000  # what `mlscan.documents.pairs` does not read


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """There is one object for each way, compared by what it is, and not by what it says.

    `triggers` are those to look for. `shown` tells that the file is there to show or test something, `lines`
    that each line of it can be read without the others.
    """

    kind: Kind
    triggers: frozenset[str]
    shown: bool
    lines: bool = False


def way_of(path: str, data: bytes) -> Way:
    """The way for a file of this name and content."""
    # Few names need the first line to say what they are.
    telling = data[:2] == b"#!" or path.endswith(".config")
    way = _named(path, data[:_HEAD] if telling else b"", len(data) > _LARGE)
    if way.kind == "python" and is_text_notebook(data):
        return _way("notebook", _NOTEBOOK, way.shown, False)
    return way


@cache
def _way(kind: Kind, triggers: frozenset[str], shown: bool, lines: bool) -> Way:
    return Way(kind, triggers, shown, lines)


@lru_cache(maxsize=1 << 17)
def _named(path: str, head: bytes, large: bool) -> Way:
    kind = kind_of(path, head)
    if kind == "python":
        triggers = _PYTHON
    elif kind == "notebook":
        triggers = _NOTEBOOK
    elif kind == "yaml":
        triggers = frozenset() if holds_no_settings(path) else _YAML
    else:
        triggers = wanted(path, head, _LARGE + large)
    lines = kind == "text" and module_for(path, head) in _BY_LINES
    return _way(kind, triggers, made_to_show(path), lines)


def triggers_of(paths: Iterable[str]) -> set[frozenset[str]]:
    """Every set of triggers that files of these names call for."""
    return {_named(path, b"", False).triggers for path in paths} | {_NOTEBOOK}
