"""Text from scanned files made safe for a terminal, and how wide it is there."""

from __future__ import annotations

import unicodedata

# Control characters, formatting (bidirectional overrides among it), surrogates, and separators of lines.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def visible(text: str) -> str:
    """The text with a tab as one space and every invisible or controlling character as U+FFFD."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(letter) for letter in text)


def columns(text: str) -> int:
    """How many terminal columns the text takes: wide East Asian characters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_width(letter) for letter in text)


def one_line(text: str) -> str:
    """The text on one line with single spaces, safe for a terminal."""
    return visible(" ".join(text.split()))


def _shown(letter: str) -> str:
    if letter == "\t":
        return " "
    return "\ufffd" if unicodedata.category(letter) in _HIDDEN else letter


def _width(letter: str) -> int:
    if unicodedata.category(letter) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
