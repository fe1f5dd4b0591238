"""Notebooks that take plantings: read once, changed in memory, written pretty or on one line."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from injector.place import Snippet

_LARGEST = 2_000_000


class Notebook:
    """One notebook of the scratch tree. With `one_line` it is rewritten without line breaks."""

    def __init__(self, path: Path, content: dict[str, Any], *, one_line: bool) -> None:
        self.path = path
        self.one_line = one_line
        self._content = content

    def plant(self, host: str, snippet: Snippet, draw: random.Random) -> None:
        """Add a code cell, an output of a code cell, or something to the notebook's metadata."""
        if host == "metadata":
            _merge(self._content.setdefault("metadata", {}), json.loads(snippet.text))
            return
        cells = self._content["cells"]
        if host == "cell":
            cells.insert(draw.randrange(len(cells) + 1), code_cell(snippet.text))
            return
        code = [cell for cell in cells if cell.get("cell_type") == "code"]
        if not code:
            code = [code_cell("run()")]
            cells.append(code[0])
        draw.choice(code).setdefault("outputs", []).append(json.loads(snippet.text))

    def write(self) -> None:
        """The file as Jupyter writes it (one space of indent), or as scripts do (one line)."""
        if self.one_line:
            text = json.dumps(self._content, ensure_ascii=False)
        else:
            text = json.dumps(self._content, ensure_ascii=False, indent=1) + "\n"
        self.path.write_text(text, encoding="utf-8")


def code_cell(source: str) -> dict[str, Any]:
    """A code cell of nbformat 4 without outputs."""
    lines = source.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": lines}


def empty_notebook() -> dict[str, Any]:
    """A Python notebook of nbformat 4 with one cell."""
    info = {"language_info": {"name": "python"}}
    return {"cells": [code_cell("import pandas as pd")], "metadata": info, "nbformat": 4, "nbformat_minor": 4}


def read_notebook(path: Path) -> dict[str, Any] | None:
    """The content of a Python notebook of nbformat 4 of moderate size, or None."""
    if path.stat().st_size > _LARGEST:
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        return None
    language = content.get("metadata", {}).get("language_info", {}).get("name", "python")
    return content if language == "python" else None


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    """Add nested keys; one that is taken gets a number, so that no earlier planting is lost."""
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            free = (name for number in range(1, 1000) if (name := f"{key}_{number}") not in into)
            into[next(free) if key in into and "_" in key else key] = value
