"""How much work an expression can make: what keeps a pattern of somebody else's from taking for ever.

Python's `re` tries every way in which repetitions can share a text. The number of ways at one place is
bounded from above: a repetition multiplies it only where what follows may start with what it repeats. Sets of
characters are of bytes, and letters stand for both cases, so that the bound holds without regard to case.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    if sys.version_info >= (3, 11):
        from re import _constants as op  # type: ignore[attr-defined]
        from re import _parser as parser  # type: ignore[attr-defined]
    else:
        import sre_constants as op
        import sre_parse as parser

MOST_WAYS = 2_000
SHORTEST, LONGEST = 8, 5_100  # bytes of a secret with its surroundings
_WRITTEN = 1_000  # characters of an expression
FIXED = 3  # letters that a text without keywords always holds
_CAP = 10**9
_EVERY = frozenset(range(256))

Items = Sequence[tuple[Any, Any]]


def objection(pattern: str, *, keywords: bool) -> str:
    """Why a pattern may not be used, and how to write it; empty where it may."""
    if len(pattern) > _WRITTEN:
        return f"written with more than {_WRITTEN} characters"
    try:
        written: Any = pattern.encode()  # its stubs know no bytes
        parsed: Any = parser.parse(written)
        items: Items = list(parsed)
        shortest, longest = parsed.getwidth()
        ways, _ = _ways(items, frozenset())
        fixed = _fixed(items)
    except (re.error, OverflowError, RecursionError) as error:
        return f"not a regular expression of this kind: {error}"
    if shortest < SHORTEST:
        return f"matches {shortest} characters; a secret has at least {SHORTEST}"
    if longest > LONGEST:
        return f"matches up to {longest} characters, more than {LONGEST}"
    if ways > MOST_WAYS:
        return (
            "too many ways to match one text: put a sign between two repetitions that its neighbours do not "
            "match, or give fixed lengths"
        )
    if not keywords and fixed < FIXED:
        return f"needs keywords, or {FIXED} fixed letters in a row, so that it is rare"
    return ""


def _ways(items: Items, after: frozenset[int]) -> tuple[int, frozenset[int]]:
    """(ways to match, bytes that may come first) of a sequence before something that starts with `after`."""
    ways = 1
    for kind, value in reversed(items):
        own, after = _one(kind, value, after)
        ways = min(_CAP, ways * own)
    return ways, after


def _one(kind: Any, value: Any, after: frozenset[int]) -> tuple[int, frozenset[int]]:
    letters = _letters(kind, value)
    if letters is not None:
        return 1, letters
    if kind is op.AT:
        return 1, _EVERY  # it may fail, and so makes what stands before it give back
    if kind is op.SUBPATTERN:
        return _ways(value[-1], after)
    if kind is op.BRANCH:
        found = [_ways(branch, after) for branch in value[1]]
        every = frozenset(letter for _, first in found for letter in first)
        apart = sum(len(first) for _, first in found) == len(every)
        count = max(ways for ways, _ in found) if apart else sum(ways for ways, _ in found)
        return count, every
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        low, high, body = value
        return _repeated(low, high, body, after)
    raise re.error("look-around, back-references and atomic groups are not supported")


def _repeated(low: int, high: int, body: Items, after: frozenset[int]) -> tuple[int, frozenset[int]]:
    if high == op.MAXREPEAT:
        raise re.error("write {0,200} or {1,200} for * or +, a repetition needs an end")
    _, first = _ways(body, frozenset())
    again = first if high > 1 else frozenset()
    inner, _ = _ways(body, after | again)
    choices = high - low + 1 if first & after or not after else 1
    if not after and len(body) == 1 and _letters(*body[0]) is not None:
        choices = 1  # the last repetition of all takes what there is and has nothing to give back to
    if parser.SubPattern(parser.State(), list(body)).getwidth()[0] == 0:
        raise re.error("what is repeated may be empty")
    total = choices
    for _ in range(high if inner > 1 else 0):
        total *= inner
        if total > _CAP:
            break
    return min(_CAP, total), first | after if low == 0 else first


def _letters(kind: Any, value: Any) -> frozenset[int] | None:
    """The bytes that a single character of an expression stands for; None for anything else."""
    if kind is op.LITERAL:
        return _cased({value})
    if kind in (op.NOT_LITERAL, op.ANY):
        return _EVERY
    if kind is not op.IN:
        return None
    found: set[int] = set()
    for inner, what in value:
        if inner is op.NEGATE:
            continue
        if inner is op.LITERAL:
            found.add(what)
        elif inner is op.RANGE:
            found.update(range(what[0], what[1] + 1))
        elif inner is op.CATEGORY:
            found |= _category(what)
    if value[0][0] is op.NEGATE:
        return _EVERY - frozenset(found)
    return _cased(found)


def _cased(letters: Iterable[int]) -> frozenset[int]:
    """The letters in both cases, as `(?i)` reads them in bytes."""
    return frozenset(ord(form) for letter in letters for form in _forms(letter))


def _forms(letter: int) -> str:
    written = chr(letter)
    return written.lower() + written.upper() if written.isascii() else written


@cache
def _category(name: Any) -> frozenset[int]:
    written = {
        op.CATEGORY_DIGIT: rb"\d",
        op.CATEGORY_NOT_DIGIT: rb"\D",
        op.CATEGORY_SPACE: rb"\s",
        op.CATEGORY_NOT_SPACE: rb"\S",
        op.CATEGORY_WORD: rb"\w",
        op.CATEGORY_NOT_WORD: rb"\W",
    }[name]
    return frozenset(value for value in range(256) if re.match(written, bytes([value])))


def _fixed(items: Items) -> int:
    """The length of the longest run of fixed letters that every match holds."""
    longest = run = 0
    for kind, value in items:
        if kind is op.LITERAL:
            run += 1
        else:
            run = 0
            if kind is op.SUBPATTERN:
                longest = max(longest, _fixed(value[-1]))
            elif kind is op.BRANCH:
                longest = max(longest, min(_fixed(branch) for branch in value[1]))
            elif kind in (op.MAX_REPEAT, op.MIN_REPEAT) and value[0]:
                longest = max(longest, _fixed(value[2]))
        longest = max(longest, run)
    return longest
