"""Repositories that are elsewhere: their newest commit, and nothing else of them, in a folder.

Git asks nobody anything: no terminal, no window. Credentials reach it through its environment, so that
neither a list of processes nor the clone's own configuration holds them.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from mlscan.errors import UserError
from mlscan.sources.address import SCHEMES, Address

_LONGEST = 200


def clone(address: Address, folder: Path) -> None:
    """A clone of one commit, without tags, submodules, hooks and large files. Raises UserError with what git
    says."""
    _git(
        address, "clone", "--quiet", "--depth=1", "--single-branch", "--no-tags", "--no-recurse-submodules",
        "--template=", "--", address.url, str(folder),
    )  # fmt: skip


def tip(address: Address) -> str:
    """The commit that a clone would get, empty where there is none. Raises UserError with what git says."""
    return _git(address, "ls-remote", "--", address.url, "HEAD").partition("\t")[0].strip()


def _git(address: Address, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments],
            env=_environment(address),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise UserError(f"git: {error.strerror}") from error
    if done.returncode:
        said = address.hidden(done.stderr.decode("utf-8", "replace")).strip()
        # What went wrong is in the last line that git marks so; the lines of a server come before it.
        lines = [line for line in said.splitlines() if line.startswith("fatal:")] or said.splitlines()
        raise UserError(f"git {arguments[0]}: {lines[-1][:_LONGEST] if lines else 'failed'}")
    return done.stdout.decode("utf-8", "replace")


def _environment(address: Address) -> dict[str, str]:
    environment = {
        **os.environ,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "GCM_INTERACTIVE": "never",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_ALLOW_PROTOCOL": ":".join(SCHEMES),
        "GIT_SSH_COMMAND": os.environ.get("GIT_SSH_COMMAND", "ssh -oBatchMode=yes"),
        "LC_ALL": "C",
    }
    if address.header:
        number = os.environ.get("GIT_CONFIG_COUNT", "0")
        environment |= {
            "GIT_CONFIG_COUNT": str(int(number) + 1),
            f"GIT_CONFIG_KEY_{number}": f"http.{address.url}.extraHeader",
            f"GIT_CONFIG_VALUE_{number}": address.header,
        }
    return environment
