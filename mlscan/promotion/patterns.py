"""Regular expressions and globs of branch filters, tried on names without any risk of never ending."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_LONGEST = 300
_RISKY = re.compile(r"[*+}]\)\s*[*+{]|\)[*+{]|\\[1-9]|\(\?<?[=!]")
_UNBOUNDED = re.compile(r"(?<!\\)[*+]|\{\d*,\d*\}")
_GROUP = re.compile(r"(?<!\\)\((?:\?:)?([^()]*)\)\??")
_CLASS = re.compile(r"\[(\^?)([^\]]*)\](?:[*+?]|\{[^}]*\})?")
_ESCAPE = re.compile(r"\\([dwsSWD])(?:[*+?]|\{[^}]*\})?")
_ANY = re.compile(r"(?<!\\)\.(?:[*+?]|\{[^}]*\})?")


@lru_cache(maxsize=2048)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Raises ValueError for what is no expression, or one that could take for ever."""
    if len(pattern) > _LONGEST or _RISKY.search(pattern) or len(_UNBOUNDED.findall(pattern)) > 4:
        raise ValueError(pattern)
    try:
        return re.compile(pattern.replace(r"\A", "^").replace(r"\z", "$"))
    except (re.error, OverflowError, RecursionError):
        raise ValueError(pattern) from None


def matches(text: object, pattern: str) -> bool:
    """Whether the expression is found in a text; nothing is found in what is no text. Raises ValueError."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        return False
    return _compiled(pattern).search(text) is not None


def of_glob(glob: str) -> str:
    """The expression of a glob with `*`, `**`, `?` and `{a,b}`, for the whole name."""
    found = ""
    depth = 0
    for part in re.findall(r"\*+|.", glob):
        if part[0] == "*":
            found += ".*" if len(part) > 1 else "[^/]*"
        elif part == "?":
            found += "."
        elif part == "{":
            found, depth = found + "(", depth + 1
        elif part == "}" and depth:
            found, depth = found + ")", depth - 1
        elif part == "," and depth:
            found += "|"
        else:
            found += re.escape(part)
    return f"^{found}$"


def examples(pattern: str) -> tuple[str, ...]:
    """A few names that an expression matches; none where that is not plain."""
    found: list[str] = []
    for plain in _expanded(pattern.removeprefix("(?i)"), 0):
        text = _CLASS.sub(lambda match: _member(match[1], match[2]), plain)
        text = _ESCAPE.sub(lambda match: "1" if match[1] == "d" else "x", text)
        text = _ANY.sub("x", text)
        text = re.sub(r"\\A|\\z|[\^$?*+]", "", text)
        text = re.sub(r"\\(.)", r"\1", text)
        try:
            if text and matches(text, pattern):
                found.append(text)
        except ValueError:
            return ()
    return tuple(dict.fromkeys(found))


def _expanded(pattern: str, depth: int) -> Iterator[str]:
    """The alternatives of a pattern, groups taken apart; at most a few of each."""
    match = _GROUP.search(pattern)
    if match is None or depth > 3:
        yield from pattern.split("|")[:6]
        return
    for one in match[1].split("|")[:6]:
        yield from _expanded(pattern[: match.start()] + one + pattern[match.end() :], depth + 1)


def _member(negated: str, members: str) -> str:
    if negated:
        return "x"
    return "1" if "0-9" in members or "\\d" in members else "x" if "a-z" in members else members[:1]
