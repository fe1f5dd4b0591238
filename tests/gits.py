"""Git repositories for tests, and what a check of one prints."""

from __future__ import annotations

import subprocess
from pathlib import Path

# Opaque and made up; in two parts, so that no line of a test holds a key.
VALUE = "xK9vQz4mTw8r" + "Jd2b"
SECRET = f'password = "{VALUE}"\n'
WORKFLOW = """\
on: {push: {branches: [main]}}
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: bash scripts/release.sh
"""
RELEASE = "az ml online-deployment create --name blue --endpoint churn-prod --all-traffic\n"


def git(folder: Path, *arguments: str) -> str:
    """What a git command prints; one that fails raises."""
    identity = ("-c", "user.email=a@example.org", "-c", "user.name=a", "-c", "protocol.file.allow=always")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)
    return done.stdout.decode().strip()


def new_repository(folder: Path) -> Path:
    """An empty repository without commits."""
    folder.mkdir(exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    return folder


def put(path: Path, text: str) -> Path:
    """One file, with the folders that lead to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def commit(folder: Path, message: str = "x") -> str:
    """Everything in the work tree as a commit; its id."""
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", message)
    return git(folder, "rev-parse", "HEAD")
