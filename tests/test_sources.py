"""Which files a request amounts to: git is asked where there is one, else folders are walked."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mlscan.config import Config
from mlscan.errors import UserError
from mlscan.sources.request import Request
from mlscan.sources.tree import list_files, read, reader


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text("ignored/\n*.log\n")
    for name in (
        "tracked.py",
        "untracked.py",
        "run.log",
        "sub/deep.py",
        "ignored/no.py",
        "päth with space.py",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x = 1\n")
    git(tmp_path, "add", "tracked.py", "sub")
    git(tmp_path, "commit", "-qm", "one")
    return tmp_path


def paths(*given: Path, root: Path | None = None, **options: object) -> list[str]:
    request = Request(tuple(map(str, given)), str(root) if root else None)
    return [entry.path for entry in list_files(request, Config(**options)).entries]  # type: ignore[arg-type]


def test_git_is_asked(repository: Path) -> None:
    expected = [".gitignore", "päth with space.py", "sub/deep.py", "tracked.py", "untracked.py"]
    assert paths(repository) == expected


def test_a_folder_of_a_work_tree_keeps_its_root(repository: Path) -> None:
    assert paths(repository / "sub") == ["sub/deep.py"]
    assert paths(repository / "sub", root=repository / "sub") == ["deep.py"]


def test_named_files_and_excludes(repository: Path) -> None:
    assert paths(repository / "run.log") == ["run.log"]
    assert paths(repository, exclude=("sub/", "*.py", "!tracked.py")) == [".gitignore", "tracked.py"]
    assert paths(repository / "tracked.py", exclude=("tracked.py",)) == []


def test_the_same_file_twice_is_one(repository: Path) -> None:
    assert paths(repository / "tracked.py", repository / "tracked.py") == ["tracked.py"]


def test_a_deleted_tracked_file_is_no_error(repository: Path) -> None:
    (repository / "tracked.py").unlink()
    assert "tracked.py" not in paths(repository)


def test_without_git_folders_are_walked(tmp_path: Path) -> None:
    for name in ("a.py", "sub/b.py", ".git/c.py", "node_modules/d.js", "env/pyvenv.cfg", "env/lib/e.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")
    (tmp_path / ".git").rename(tmp_path / ".hg")
    assert paths(tmp_path) == ["a.py", "sub/b.py"]


def test_a_missing_path_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        paths(tmp_path / "nowhere")


def test_a_reader_stays_below_its_root(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out.yml").write_text("a: 1")
    (tmp_path / "in" / "a.yml").write_text("a: 1")
    look = reader(tmp_path / "in")
    assert look("a.yml") is not None
    for path in ("../out.yml", str(tmp_path / "out.yml"), "a.yml/b", "nothing", "x" * 5000, "nul\0"):
        assert look(path) is None


def test_binary_content_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc\x00def")
    assert read(tmp_path, "a") is None
