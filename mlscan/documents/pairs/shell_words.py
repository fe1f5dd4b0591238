"""Shell text to commands: words with their bytes, here-documents, and nothing expanded.

`$(...)`, back-ticks, pipes, `;`, `&&` and line ends end a command; a continued line does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mlscan.documents.pairs.pair import plain

_WORD = (
    rb"(?:[^\s\\'\"`|&;()<>$]+|\\[^\n]|'[^']*'|\"[^\"\\]*(?:\\.[^\"\\]*)*\""
    rb"|\$\{\{[^{}\n]*\}\}|\$\{[^{}\n]*\}|\$)+"
)
_TOKEN = re.compile(
    rb"(?P<blank>\\\r?\n)|(?P<comment>(?<![^\s;|&(])#[^\n]*)|<<-?[ \t]*(?P<tag>\\?\w+|'\w+'|\"\w+\")"
    rb"|(?P<redirect>\d?(?:>>?|<)&?[ \t]*)|(?P<word>" + _WORD + rb")|(?P<end>[\n|&;()`])",
    re.DOTALL,
)
_PARTS = re.compile(rb"'([^']*)'|\"([^\"\\]*(?:\\.[^\"\\]*)*)\"|\\(.)|([^'\"\\]+)|(.)", re.DOTALL)
_ESCAPED = re.compile(rb"\\([\"\\$`])")


@dataclass(frozen=True, slots=True)
class Word:
    """`text` is the word without quotes; `start` and `end` are those of its content, quotes left out
    where they go around the whole of it; `raw` is what stands between."""

    text: str
    start: int
    end: int
    raw: bytes

    def after(self, length: int) -> Word:
        """The rest of the word behind a prefix that was written without quotes and escapes."""
        return word(self.raw[length:], self.start + length)


@dataclass(slots=True)
class Command:
    """A simple command; `bodies` are spans of here-documents, `piped` says that it reads the one before."""

    words: list[Word] = field(default_factory=list)
    bodies: list[tuple[int, int]] = field(default_factory=list)
    piped: bool = False


def word(raw: bytes, start: int) -> Word:
    """A word from its bytes as written."""
    end = start + len(raw)
    text = b"".join(_part(part) for part in _PARTS.finditer(raw))
    whole = _PARTS.fullmatch(raw) if raw[:1] in (b"'", b'"') else None
    if whole and (whole[1] is not None or whole[2] is not None):
        return Word(plain(text), start + 1, end - 1, raw[1:-1])
    return Word(plain(text), start, end, raw)


def _part(part: re.Match[bytes]) -> bytes:
    if part[2] is not None:
        return _ESCAPED.sub(rb"\1", part[2])
    return next((found for found in part.groups() if found is not None), b"")


def commands(text: bytes) -> Iterator[Command]:
    """Every simple command with its words, in order; those of a substitution count as commands.

    A word that runs into a parenthesis is no word: what it says is worked out, by a substitution
    (`password=$(...)`) or by the program of another language (`password=vault.read(...)`).
    """
    current = Command()
    waiting: list[tuple[Command, bytes]] = []
    position, redirected, ended = 0, False, -1
    while match := _TOKEN.search(text, position):
        position = match.end()
        kind = match.lastgroup
        if kind == "word":
            if not redirected:
                current.words.append(word(match[0], match.start()))
                ended = match.end()
        elif kind == "tag":
            waiting.append((current, match["tag"].strip(b"\\'\"")))
        elif kind == "end":
            if match[0] == b"(" and match.start() == ended:
                current.words.pop()
            before = current
            current = Command(piped=match[0] == b"|")
            if match[0] == b"\n" and waiting:
                for owner, tag in waiting:
                    position = _body(text, position, owner, tag)
                waiting = []
            yield before
        redirected = kind == "redirect"
    for owner, tag in waiting:
        position = _body(text, position, owner, tag)
    yield current


def _body(text: bytes, start: int, owner: Command, tag: bytes) -> int:
    """Adds the here-document that starts here to its command; gives the offset behind it."""
    position = start
    while position < len(text):
        stop = text.find(b"\n", position)
        stop = len(text) if stop < 0 else stop
        if text[position:stop].strip() == tag:
            owner.bodies.append((start, position))
            return min(len(text), stop + 1)
        position = stop + 1
    owner.bodies.append((start, len(text)))
    return len(text)
