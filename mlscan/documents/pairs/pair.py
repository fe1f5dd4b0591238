"""A name and the literal it is given, wherever a file of some syntax says so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """`value` is the decoded text; `start` and `end` are byte offsets of it as written, quotes left out.

    `name` is as written, except where the syntax itself gives the value its role (`curl -u`: `password`).
    """

    name: str
    value: str
    start: int
    end: int
    syntax: str


def plain(raw: bytes) -> str:
    """Bytes of a text as a str, whatever they are."""
    return raw.decode("utf-8", "replace")
