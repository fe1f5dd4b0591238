"""What travels between the processes of a survey: a repository to look at, and what was found there."""

from __future__ import annotations

import json
from typing import Any, Literal

from msgspec import Struct, to_builtins

from mlscan.config import Settings

State = Literal["done", "refused", "timeout", "failed", "unchanged"]


class Task(Struct, frozen=True, kw_only=True):
    """One repository: `location` is an absolute path or, with `remote`, a git URL with its credentials.

    `name` says which it is wherever anything is shown. `settings` stand over the configuration of `config`
    (a file, empty for the repository's own) or, with `bare`, over none. `made` identifies the program, its
    rules and the configuration; `known` is a commit about which they have spoken already, empty for none.
    `timeout` is in seconds.
    """

    name: str
    location: str
    remote: bool = False
    settings: Settings = Settings()
    config: str = ""
    bare: bool = False
    made: str = ""
    known: str = ""
    timeout: float = 600.0

    def __repr__(self) -> str:
        """Without the location: a cluster logs the arguments of what fails."""
        return f"Task({self.name!r})"


class Head(Struct, frozen=True, kw_only=True):
    """What a line says first, for whoever needs no findings.

    `refused` is a repository that cannot be read as it was asked for, `failed` one that a defect or the death
    of every worker kept from being read; `message` says why. `commit` is empty outside git; `changed` tells
    that the work tree holds something else. `unchanged` is an answer and never stands in a file.
    `by_severity` and `by_rule` are as in the JSON report.
    """

    name: str
    state: State
    message: str = ""
    commit: str = ""
    changed: bool = False
    made: str = ""
    files: int = 0
    bytes: int = 0
    by_severity: dict[str, int] = {}
    by_rule: dict[str, int] = {}


class Record(Head, frozen=True, kw_only=True):
    """A line of the results; findings and notes are those of the JSON report. All but `seconds` is the same
    whenever the same files are looked at."""

    findings: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    seconds: float = 0.0

    def line(self) -> bytes:
        """The record as one line of JSON; a byte of a path that is not UTF-8 is a question mark, since few
        readers of JSON Lines take what an escape of it would mean."""
        text = json.dumps(to_builtins(self), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace") + b"\n"
