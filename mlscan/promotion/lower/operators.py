"""`$CI_COMMIT_TAG =~ /^v/ && $X == "y"`: the conditions of GitLab and Buildkite in the neutral language."""

from __future__ import annotations

import re
from collections.abc import Callable

from mlscan.promotion.lower.plain import UNKNOWN, matching, quoted

_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"[^\"]*\"|'[^']*')|(?P<regex>/(?:[^/\\\n]|\\.)+/[a-z]*)"
    r"|(?P<sign>=~|!~|==|!=|&&|\|\||[()!])|(?P<name>\$?\{?[A-Za-z_][\w.]*(?:\(\s*[\"'][^\"']*[\"']\s*\))?\}?))"
)


def translated(text: str, name: Callable[[str, bool], str]) -> str:
    """The condition in the neutral language; UNKNOWN where it cannot be read. `name` turns a variable into
    an operand, or into a test of its own where it stands alone."""
    tokens: list[tuple[str, str]] = []
    at = 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            return UNKNOWN
        tokens.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    found: list[str] = []
    while tokens:
        kind, word = tokens.pop(0)
        sign = tokens[0][1] if tokens and tokens[0][0] == "sign" else ""
        if kind == "sign":
            found.append(word)
        elif sign in ("==", "!=", "=~", "!~") and len(tokens) > 1:
            right = tokens[1]
            tokens = tokens[2:]
            found.append(_compared(_operand(kind, word, name), sign, right, name))
        elif kind == "name" and word not in ("true", "false", "null"):
            found.append(name(word, True))
        else:
            found.append(_operand(kind, word, name))
    return " ".join(found) or UNKNOWN


def _compared(left: str, sign: str, right: tuple[str, str], name: Callable[[str, bool], str]) -> str:
    kind, word = right
    if sign in ("==", "!="):
        return f"{left} {sign} {_operand(kind, word, name)}"
    if kind != "regex":
        return UNKNOWN
    body, _, flags = word[1:].rpartition("/")
    test = matching(left, ("(?i)" if "i" in flags else "") + body.replace("\\/", "/"))
    return test if sign == "=~" else f"!{test}"


def _operand(kind: str, word: str, name: Callable[[str, bool], str]) -> str:
    if kind == "text":
        return quoted(word[1:-1])
    if kind == "name" and word not in ("true", "false", "null"):
        return name(word, False)
    return word if kind != "regex" else UNKNOWN
