"""Shell text to commands: words with their bytes, here-documents, and nothing expanded.

`$(...)`, back-ticks, pipes, `;`, `&&` and line ends end a command; a continued line does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mlscan.documents.lines import around
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
_NEAR = 1000  # bytes between the end of a trigger and the words of its command
_QUOTING = re.compile(rb"[\\'\"]")
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
    if not _QUOTING.search(raw):
        return Word(plain(raw), start, end, raw)
    text = b"".join(_part(part) for part in _PARTS.finditer(raw))
    whole = _PARTS.fullmatch(raw) if raw[:1] in (b"'", b'"') else None
    if whole and (whole[1] is not None or whole[2] is not None):
        return Word(plain(text), start + 1, end - 1, raw[1:-1])
    return Word(plain(text), start, end, raw)


def _part(part: re.Match[bytes]) -> bytes:
    if part[2] is not None:
        return _ESCAPED.sub(rb"\1", part[2])
    return next((found for found in part.groups() if found is not None), b"")


def commands(text: bytes, ends: Sequence[int] | None = None) -> Iterator[Command]:
    """Every simple command with its words, in order; those of a substitution count as commands. With `ends`,
    words far from all of these offsets are left out.

    A word that runs into a parenthesis is no word: what it says is worked out, by a substitution
    (`password=$(...)`) or by the program of another language (`password=vault.read(...)`).
    """
    current = Command()
    waiting: list[tuple[Command, bytes]] = []
    position, redirected, ended = 0, False, -1
    windows = iter([(0, len(text))] if ends is None else around(text, ends, 0, len(text), _NEAR, _NEAR))
    low, high = next(windows, (len(text), len(text)))
    while match := _TOKEN.search(text, position):
        position = match.end()
        kind = match.lastgroup
        if kind == "word":
            while high <= match.start() < len(text):
                low, high = next(windows, (len(text), len(text) + 1))
            if not redirected and low <= match.start():
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
    closing = re.compile(rb"(?m)^[ \t\r\f\v]*" + re.escape(tag) + rb"[ \t\r\f\v]*$").search(text, start)
    if closing is None:
        owner.bodies.append((start, len(text)))
        return len(text)
    owner.bodies.append((start, closing.start()))
    return min(len(text), closing.end() + 1)
