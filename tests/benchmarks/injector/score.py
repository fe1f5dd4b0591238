"""Which planted credentials a tool found, and how much it reports where nothing was planted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from peers import Found, sha1

from injector.place import Planting

_SHARE = 0.6
_BLANK = re.compile(r"\s+|\\n|\\")


class Findings:
    """The findings of one tool by file, to be asked about plantings. Paths are relative to one folder."""

    def __init__(self, found: Iterable[Found]) -> None:
        self._by_path: dict[str, list[Found]] = {}
        for item in found:
            self._by_path.setdefault(item.path, []).append(item)

    def hit(self, planting: Planting) -> bool:
        """Whether a finding covers a planted line; on a one-line file, whether it is of this very secret."""
        near = self._by_path.get(planting.path, ())
        if planting.one_line:
            return any(_same_secret(item, planting) for item in near)
        return any(item.line <= planting.end_line and planting.start_line <= item.end_line for item in near)


def _same_secret(item: Found, planting: Planting) -> bool:
    if item.column:
        end = item.end_column if item.line == item.end_line else item.column + 1
        return item.column < planting.end_column and planting.start_column < end
    if item.sha1:
        return item.sha1 in {sha1(text) for value in planting.values for text in (value, f"{value}\\")}
    reported = _BLANK.sub("", item.text)
    for value in planting.values:
        whole = _BLANK.sub("", value)
        if whole in reported or (reported in whole and len(reported) >= _SHARE * len(whole)):
            return True
    return False


def distinct(found: Iterable[Found]) -> set[tuple[str, int, str]]:
    """Findings without repeats: one for each (path, line), on the first line also by what was found there.

    Several rules may report one secret; a notebook on one line may hold several.
    """
    return {
        (item.path, item.line, (item.text or item.sha1 or str(item.column)) if item.line == 1 else "")
        for item in found
    }


def units(root: Path) -> int:
    """Notebook cells plus other files that look like text: what false findings are counted by."""
    total = 0
    for path in root.rglob("*"):
        if not path.is_file() or path.is_symlink():
            continue
        if path.suffix == ".ipynb":
            total += _cells(path)
        else:
            with path.open("rb") as stream:
                total += b"\0" not in stream.read(8192)
    return total


def _cells(path: Path) -> int:
    try:
        return len(json.loads(path.read_text(encoding="utf-8", errors="replace"))["cells"])
    except (ValueError, KeyError, TypeError):
        return 1
