"""A git repository as history needs it: bare or not, shallow or partial; asked through git, without network.

Nothing is ever fetched: of a partial clone what is not there stays away (`GIT_NO_LAZY_FETCH` since git 2.44,
no allowed protocol before), and objects that `git replace` puts in the place of others are looked at beside
these.
"""

from __future__ import annotations

import os
import subprocess
from functools import cached_property
from pathlib import Path

from mlscan.errors import UserError

_OFFLINE = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_REPLACE_OBJECTS": "1"}
_OPTIONS = ("-c", "core.quotepath=off", "-c", "i18n.logOutputEncoding=UTF-8", "-c", "gc.auto=0")


class Repository:
    """The repository around a folder, or the bare one that the folder is."""

    def __init__(self, folder: Path) -> None:
        """Raises UserError where there is none, or no git."""
        self.folder = folder
        self._environment = {**os.environ, **_OFFLINE}
        found = self.git(
            "rev-parse", "--path-format=absolute", "--git-common-dir", "--git-dir", "--is-bare-repository"
        )
        common, own, bare = os.fsdecode(found).splitlines()
        self.common = Path(common)
        self.own = Path(own)
        self.bare = bare == "true"

    @cached_property
    def width(self) -> int:
        """Bytes of an object id: 20 with SHA-1, 32 with SHA-256."""
        return 32 if self.git("rev-parse", "--show-object-format").strip() == b"sha256" else 20

    @property
    def shallow(self) -> bool:
        """Whether the oldest commits of the clone have parents elsewhere."""
        return (self.common / "shallow").exists()

    @cached_property
    def head(self) -> str:
        """The id of the commit checked out; empty in a repository without commits or with a lost branch."""
        try:
            return self.git("rev-parse", "--verify", "--quiet", "HEAD^{commit}").decode().strip()
        except UserError:
            return ""

    def git(self, *arguments: str, given: bytes | None = None) -> bytes:
        """What git prints; raises UserError with what it says where it fails."""
        try:
            done = subprocess.run(
                ["git", *_OPTIONS, *arguments], cwd=self.folder, env=self._environment, input=given,
                stdin=subprocess.DEVNULL if given is None else None, capture_output=True, check=False,
            )  # fmt: skip
        except OSError as error:
            raise UserError(f"git: {error.strerror}") from error
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip()
            raise UserError(f"git {arguments[0]}: {said or 'failed'}")
        return done.stdout

    def started(self, *arguments: str, asked: bool = False) -> subprocess.Popen[bytes]:
        """A git that goes on running; `asked` opens its standard input."""
        return subprocess.Popen(
            ["git", *_OPTIONS, *arguments],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.PIPE if asked else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=1 << 16,
        )

    def entries(self, tree: str) -> list[tuple[str, bytes]]:
        """(path, raw id) of every file of a tree or commit: no links, no submodules."""
        listed = self.git("ls-tree", "-r", "-z", "--full-tree", tree)
        found = []
        for line in listed.split(b"\0"):
            facts, tab, path = line.partition(b"\t")
            if tab and facts.startswith(b"100"):
                found.append((os.fsdecode(path), bytes.fromhex(facts.split()[2].decode())))
        return found

    def object_folders(self) -> list[Path]:
        """Where objects are: the own folder and those it borrows from, see gitrepository-layout(5)."""
        found: list[Path] = []
        left = [Path(os.environ.get("GIT_OBJECT_DIRECTORY") or self.common / "objects")]
        while left:
            folder = left.pop()
            if folder in found:
                continue
            found.append(folder)
            try:
                lines = os.fsdecode((folder / "info" / "alternates").read_bytes()).splitlines()
            except OSError:
                continue
            left += [folder / line for line in lines if line and not line.startswith("#")]
        return found
