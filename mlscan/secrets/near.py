"""A cheap look around the places where a trigger fired: is there a secret's name with a plausible value?

Wide on purpose: what it lets through is read by its own syntax and judged there. Reading a file costs a
hundred times such a look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
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
    seen = 0
    for end in ends:
        if end < seen:
            continue
        low = max(0, end - 2 * _BEFORE)
        start = max(low, text.rfind(b"\n", low, max(low, end - _BEFORE)) + 1)
        stop = _some_lines_on(text, end)
        seen = max(end, stop - _BEHIND // 2)
        if _window(text[start:stop], judge, names):
            return True
    return False


def _some_lines_on(text: bytes, offset: int) -> int:
    """The end of the third line after the one an offset lies in: a value may stand that far from its name."""
    limit = min(len(text), offset + _BEHIND)
    end = offset
    for _ in range(_LINES):
        end = text.find(b"\n", end, limit) + 1
        if end == 0:
            return limit
    return end


def _window(text: bytes, judge: Judge, names: Names) -> bool:
    for match in _NAME.finditer(text):
        whole = match[0].decode()
        kind = names.kind(whole) or names.kind(whole.rpartition(".")[2])
        if kind and _valued(text, match.end(), kind, judge):
            return True
    return False


def _valued(text: bytes, start: int, kind: NameKind, judge: Judge) -> bool:
    """Whether one of the next words could be the value of a name that ends here."""
    if _BLOCK.match(text, start):
        return True
    role: NameKind = "password" if kind == "secret" else kind  # in some files people choose it
    for match in islice(_WORD.finditer(text, start), _WORDS):
        word = match[0].decode("utf-8", "replace").strip("=:-|&$\\")
        judgement = judge.named(word, role, sink=True)
        if judgement.confidence is not None or judgement.weak or judgement.started:
            return True
    return False
