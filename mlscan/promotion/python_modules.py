"""Functions of other modules of the repository, which a script that a pipeline runs imports and calls."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from mlscan.documents.document import Document
from mlscan.promotion.python_script import tree_of

Open = Callable[[str, str], "Document | None"]


@dataclass(frozen=True, slots=True)
class Function:
    """A function, and the 1-based lines of its file it stands on."""

    document: Document
    first: int
    last: int


class Modules:
    """The modules of a repository. `names` are the last parts of the calls that are looked for: a module
    without any of them is not parsed."""

    def __init__(self, open_file: Open, names: Iterable[str]) -> None:
        self._open = open_file
        self._telling = re.compile(
            rb"\b(?:subprocess|os\.system|" + "|".join(map(re.escape, sorted(set(names)))).encode() + rb")\b"
        )
        self._found: dict[tuple[str, str], Document | None] = {}
        self._missing: set[str] = set()

    def function(self, name: str, folder: str) -> Function | None:
        """The function of a dotted name such as `ml.registry.promote`, imported by a file of a folder."""
        module, _, last = name.rpartition(".")
        document = self._module(module, folder) if module else None
        if document is None:
            return None
        lines = _functions(document.data).get(last)
        return Function(document, *lines) if lines is not None else None

    def _module(self, module: str, folder: str) -> Document | None:
        """The file of a module: beside the script, or below one of the folders above it."""
        key = (module, folder)
        if key not in self._found:
            path = f"{module.replace('.', '/')}.py"
            found = None
            while found is None:
                here = posixpath.join(folder, path) if folder else path
                found = self._open(here, "") if here not in self._missing else None
                if found is None:
                    self._missing.add(here)
                if not folder:
                    break
                folder = posixpath.dirname(folder)
            self._found[key] = found if found is not None and self._telling.search(found.data) else None
        return self._found[key]


@lru_cache(maxsize=256)
def _functions(data: bytes) -> dict[str, tuple[int, int]]:
    """The functions of a module by name, with their first and last line."""
    tree = tree_of(data)
    return {
        node.name: (node.lineno, node.end_lineno or node.lineno)
        for node in (tree.body if tree is not None else ())
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
