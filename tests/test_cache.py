"""What the cache on disk keeps, and what it lets go."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from mlscan.catalog import cache


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MLSCAN_CACHE_DIR", str(tmp_path))
    return tmp_path


def aged(path: Path, days: float) -> None:
    then = time.time() - days * 86_400
    os.utime(path, (then, then))


def test_the_entries_used_last_are_kept(folder: Path) -> None:
    for number in range(cache._KEPT):
        cache.write(f"patterns-{number}", b"x")
        aged(folder / f"patterns-{number}", 100 - number)
    cache.write("catalog-0", b"y")
    aged(folder / "catalog-0", 1000)
    assert cache.read("patterns-0") == b"x"  # used: no longer the oldest
    cache.write("patterns-new", b"z")
    names = {path.name for path in folder.iterdir()}
    assert "patterns-1" not in names
    assert {"patterns-0", "patterns-2", "patterns-new", "catalog-0"} <= names
    assert len(names) == cache._KEPT + 1


def test_what_a_killed_process_left_goes(folder: Path) -> None:
    for name, days in ((".new-old", 2.0), (".new-now", 0.0)):
        (folder / name).write_bytes(b"half")
        aged(folder / name, days)
    cache.write("catalog-0", b"y")
    assert sorted(path.name for path in folder.iterdir()) == [".new-now", "catalog-0"]


def test_a_damaged_entry_is_none(folder: Path) -> None:
    cache.write("catalog-0", b"content")
    assert cache.read("catalog-0") == b"content"
    (folder / "catalog-0").write_bytes((folder / "catalog-0").read_bytes()[:-1] + b"X")
    assert cache.read("catalog-0") is None
    assert cache.read("catalog-1") is None
