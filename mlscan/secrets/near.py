"""A cheap look around the places where a trigger fired: is there a secret's name with a plausible value?

Wide on purpose: what it lets through is read by its own syntax and judged there. Reading a file costs a
hundred times such a look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from mlscan.secrets.judge import Judge
from mlscan.secrets.names import NameKind, Names

_NAME = re.compile(rb"[A-Za-z_][\w.\-]{1,80}")
_WORD = re.compile(rb"""[^\s"'`,;<>(){}\[\]]{3,400}""")
_BLOCK = re.compile(rb"""["']?[ \t]{0,3}[:=][ \t]{0,3}[|>]""")
_BEFORE, _BEHIND = 200, 400
_WORDS = 8
_LINES = 4  # `variable "key" {`, its type, its description, its default


def plausible(text: bytes, ends: Iterable[int], judge: Judge, names: Names) -> bool:
    """Whether reading the text can find a credential; `ends` are the offsets, in order, at which it fired."""
    return any(True for _ in clues(text, ends, judge, names))


def clues(text: bytes, ends: Iterable[int], judge: Judge, names: Names) -> Iterator[bytes]:
    """The names with what may be their values that speak for reading the text."""
    seen = 0
    for end in ends:
        if end < seen:
            continue
        low = max(0, end - 2 * _BEFORE)
        start = max(low, text.rfind(b"\n", low, max(low, end - _BEFORE)) + 1)
        stop = _some_lines_on(text, end)
        seen = max(end, stop - _BEHIND // 2)
        yield from _window(text[start:stop], judge, names)


def _some_lines_on(text: bytes, offset: int) -> int:
    """The end of the third line after the one an offset lies in: a value may stand that far from its name."""
    limit = min(len(text), offset + _BEHIND)
    end = offset
    for _ in range(_LINES):
        end = text.find(b"\n", end, limit) + 1
        if end == 0:
            return limit
    return end


def _window(text: bytes, judge: Judge, names: Names) -> Iterator[bytes]:
    for match in _NAME.finditer(text):
        kind = _kind(match[0], names)
        end = _valued(text, match.end(), kind, judge) if kind else 0
        if end:
            yield text[match.start() : end]


@lru_cache(maxsize=1 << 15)
def _kind(name: bytes, names: Names) -> NameKind:
    whole = name.decode()
    return names.kind(whole) or names.kind(whole.rpartition(".")[2])


def _valued(text: bytes, start: int, kind: NameKind, judge: Judge) -> int:
    """The end of one of the next words that could be the value of a name that ends here; 0 without one."""
    if _BLOCK.match(text, start):
        return start + _BEHIND
    role: NameKind = "password" if kind == "secret" else kind  # in some files people choose it
    for match in islice(_WORD.finditer(text, start), _WORDS):
        if _valuable(match[0], role, judge):
            return match.end()
    return 0


@lru_cache(maxsize=1 << 15)
def _valuable(word: bytes, role: NameKind, judge: Judge) -> bool:
    """Whether a word could be a value; the same words stand in many files and versions of them."""
    judgement = judge.named(word.decode("utf-8", "replace").strip("=:-|&$\\"), role, sink=True)
    return judgement.confidence is not None or judgement.weak or judgement.started
