"""What it means to plant: a place turns a credential into text, a planting says where that text ended up."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from injector.credentials import Credential

TEXT_KINDS = ("vendor token", "opaque key", "password", "connection string", "AWS pair")
TOKEN_KINDS = ("vendor token", "opaque key")


@dataclass(frozen=True, slots=True)
class Snippet:
    """Text to insert. `needles` are the exact strings in it that mark the secret; together they span it.

    `value` is the secret as it is written there, to compare with the text a scanner reports.
    """

    text: str
    needles: tuple[str, ...]
    value: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of place. `host` says which sort of file, or part of a notebook, takes the snippet."""

    name: str
    host: str
    kinds: tuple[str, ...]
    make: Callable[[Credential, random.Random], Snippet]


@dataclass(frozen=True, slots=True)
class Planting:
    """A credential that stands in a file of the scratch tree. Lines are 1-based and inclusive.

    Columns are 1-based code points, `end_column` exclusive; of use only when `one_line`.
    """

    place: str
    kind: str
    path: str
    start_line: int
    end_line: int
    start_column: int
    end_column: int
    one_line: bool
    values: tuple[str, ...]
    quote: str = ""


def plain(credential: Credential, text: str, quote: str = "") -> Snippet:
    """A snippet in which the credential stands as it is."""
    lines = credential.value.split("\n")
    needles = (lines[0], lines[-1]) if len(lines) > 1 else (credential.value,)
    return Snippet(text, needles, credential.value, quote)


def quote_name(quote: str) -> str:
    """`double`, `single` or `none`."""
    return {'"': "double", "'": "single"}.get(quote, "none")


def quoted(credential: Credential, draw: random.Random) -> tuple[str, str]:
    """(a Python string literal, its quote); text of several lines gets triple quotes."""
    quote = draw.choice("\"'")
    marks = quote * 3 if "\n" in credential.text else quote
    return f"{marks}{credential.text}{marks}", quote_name(quote)
