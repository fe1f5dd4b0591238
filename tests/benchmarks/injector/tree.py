"""The scratch copy of a repository: chooses host files, inserts snippets, and says where they ended up."""

from __future__ import annotations

import ast
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from injector.notebooks import Notebook, empty_notebook, read_notebook
from injector.place import Snippet

_SKIPPED = {".git", "node_modules", "__pycache__", ".venv", "site-packages"}
_AVOIDED = ("test", "example", "fixture", "vendor", "mock", ".github")
_NOTEBOOKS = 12
_NEW_NAMES = {
    "python": "settings.py",
    "yaml": "deployment.yaml",
    "shell": "deploy.sh",
    "docker": "Dockerfile",
    "dotenv": ".env",
    "json": "settings.json",
    "toml": "config.toml",
    "ini": "config.ini",
    "terraform": "main.tf",
    "pem": "deploy_key.pem",
}
_SUFFIXES = {
    "python": ".py",
    "yaml": (".yaml", ".yml"),
    "shell": ".sh",
    "toml": ".toml",
    "ini": (".ini", ".cfg"),
    "terraform": ".tf",
}


def copy_tree(repository: Path, to: Path) -> None:
    """A copy without version control, caches and links."""
    shutil.copytree(repository, to, ignore=lambda _, names: _SKIPPED & set(names), symlinks=True)
    for path in to.rglob("*"):
        if path.is_symlink():
            path.unlink()


class Tree:
    """A scratch copy that can be planted in. Insertions happen at once, notebooks are written by `close`."""

    def __init__(self, root: Path, draw: random.Random) -> None:
        self.root = root
        self._draw = draw
        self._count = 0
        self._files = sorted(path for path in root.rglob("*") if path.is_file())
        folders = {path.parent for path in self._files if not self._avoided(path)} or {root}
        self._folders = sorted(folders)
        self._notebooks = self._open_notebooks()

    def insert(self, host: str, snippet: Snippet) -> tuple[Path, bool]:
        """Plant a snippet; (the file, whether it is a notebook on one line)."""
        self._count += 1
        if host in ("cell", "output", "metadata"):
            notebook = self._notebooks[self._count % len(self._notebooks)]
            notebook.plant(host, snippet, self._draw)
            return notebook.path, notebook.one_line
        text = snippet.text.replace("planted", f"planted{self._count}")
        candidates = self._hosts(host)
        if candidates and self._draw.random() < 0.6:
            path = self._draw.choice(candidates)
            content = path.read_bytes().decode("utf-8")
            changed = _INSERTIONS.get(host, _appended)(content, text, self._draw)
            if changed is not None:
                path.write_bytes(changed.encode())
                return path, False
        path = self._draw.choice(self._folders) / f"service{self._count}" / _NEW_NAMES[host]
        path.parent.mkdir()
        path.write_text(text.lstrip("\n"), encoding="utf-8")
        return path, False

    def close(self) -> None:
        for notebook in self._notebooks:
            notebook.write()

    def _open_notebooks(self) -> list[Notebook]:
        paths = [path for path in self._files if path.suffix == ".ipynb" and not self._avoided(path)]
        self._draw.shuffle(paths)
        found = [(path, content) for path in paths[: 3 * _NOTEBOOKS] if (content := read_notebook(path))]
        while len(found) < 4:
            path = self._draw.choice(self._folders) / f"planted{len(found)}.ipynb"
            found.append((path, empty_notebook()))
        return [
            Notebook(path, content, one_line=index % 3 == 2)
            for index, (path, content) in enumerate(found[:_NOTEBOOKS])
        ]

    def _hosts(self, host: str) -> list[Path]:
        if host == "docker":
            named = [path for path in self._files if path.name == "Dockerfile"]
        elif host in _SUFFIXES:
            named = [path for path in self._files if path.name.endswith(_SUFFIXES[host])]
        else:
            return []
        return [path for path in named if not self._avoided(path) and _usable(path)]

    def _avoided(self, path: Path) -> bool:
        relative = path.relative_to(self.root).as_posix().lower()
        return any(word in relative for word in _AVOIDED)


def _usable(path: Path) -> bool:
    """Whether a host is text of moderate size without templates."""
    if path.stat().st_size > 200_000:
        return False
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return "{{" not in text and "\r" not in text


def _into_python(content: str, text: str, draw: random.Random) -> str | None:
    """Between two top-level statements, after any docstring and `from __future__`."""
    try:
        body = ast.parse(content).body
    except (SyntaxError, ValueError):
        return None
    ends = [node.end_lineno or 0 for node in body]
    first = sum(1 for node in body if isinstance(node, ast.Import | ast.ImportFrom))
    if not body or not first:
        return None
    lines = content.splitlines(keepends=True)
    at = draw.choice(ends[min(first, len(ends) - 1) :])
    changed = "".join(
        [*lines[:at], *([] if lines[at - 1].endswith("\n") else ["\n"]), f"\n\n{text}\n\n\n", *lines[at:]]
    )
    try:
        ast.parse(changed)
    except SyntaxError:
        return None
    return changed


def _into_docker(content: str, text: str, draw: random.Random) -> str | None:
    lines = content.splitlines(keepends=True)
    starts = [index for index, line in enumerate(lines) if line.startswith("FROM ") and line.endswith("\n")]
    if not starts:
        return None
    at = draw.choice(starts) + 1
    return "".join([*lines[:at], text, *lines[at:]])


def _into_shell(content: str, text: str, draw: random.Random) -> str | None:
    """Below the shebang and the comment at the top."""
    lines = content.splitlines(keepends=True)
    at = next((index for index, line in enumerate(lines) if not line.startswith("#")), None)
    return None if at is None else "".join([*lines[:at], text, *lines[at:]])


def _into_yaml(content: str, text: str, draw: random.Random) -> str | None:
    """As one more document."""
    return f"{content.rstrip()}\n---\n{text}" if content.strip() else None


def _appended(content: str, text: str, draw: random.Random) -> str | None:
    return f"{content.rstrip()}\n{text}"


_INSERTIONS: dict[str, Callable[[str, str, random.Random], str | None]] = {
    "python": _into_python,
    "docker": _into_docker,
    "shell": _into_shell,
    "yaml": _into_yaml,
}
