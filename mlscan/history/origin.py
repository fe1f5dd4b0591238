"""Commits as a report names them: their date as their author saw it, and the author where that is wanted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mlscan.sources.repository import Repository


@dataclass(frozen=True, slots=True)
class Commit:
    """`date` is ISO 8601 with the author's offset, empty where git cannot read it."""

    id: str = ""
    date: str = ""
    author: str = ""

    @property
    def short(self) -> str:
        """`1a2b3c4d5e (2024-05-31)`."""
        return f"{self.id[:10]} ({self.date[:10] or 'without a date'})"


def commits(repository: Repository, ids: Iterable[bytes], authors: bool) -> dict[bytes, Commit]:
    """What git knows about commits, by raw id."""
    wanted = sorted({object_id.hex() for object_id in ids})
    if not wanted:
        return {}
    told = repository.git(
        "log", "--no-walk=unsorted", "--stdin", "-z", "--no-show-signature", "--date=iso-strict",
        "--format=tformat:%H%x01%ad%x01%an", given="\n".join(wanted).encode() + b"\n",
    )  # fmt: skip
    found = {}
    for record in told.split(b"\0"):
        if not record.strip():
            continue
        name, date, author = record.decode("utf-8", "replace").strip("\n").split("\x01", 2)
        found[bytes.fromhex(name)] = Commit(
            name, date if date[:4].isdigit() else "", author if authors else ""
        )
    return found
