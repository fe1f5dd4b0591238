"""A name and the literal it is given, wherever a file of some syntax says so."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Strings of one line with backslash escapes; `\\.` outside a string keeps broken input linear.
DOUBLE = rb'"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
SINGLE = rb"'[^'\\\n]*(?:\\.[^'\\\n]*)*'"
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0"}


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


def unescaped(raw: bytes) -> str:
    """The inside of a string with the backslash escapes most languages share."""
    text = plain(raw)
    if "\\" not in text:
        return text

    def letter(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _LETTERS.get(match[3], match[3])

    # A lone surrogate from \\ud83d is no character: what follows could not encode it.
    return _ESCAPE.sub(letter, text).encode("utf-8", "replace").decode("utf-8", "replace")


def unquoted(raw: bytes, start: int) -> tuple[bytes, int, bool]:
    """(content, offset of the content, whether it was quoted) of a value that starts at `start`."""
    if len(raw) >= 2 and raw[:1] in (b'"', b"'") and raw[-1:] == raw[:1]:
        return raw[1:-1], start + 1, True
    return raw, start, False
