"""JSON with comments, trailing commas and several roots (JSON lines): object members, and what lists say.

Beside members: `{"name": X, "value": v}` objects, `{"X": {"value": v}}` and `{"X": {"default": v}}` (Azure
templates, schemas), options in lists (`["--password", "v"]`, `["X=v"]`), the `auths` of Docker's config.json
(https://docs.docker.com/reference/cli/docker/login/) and the `key` of kaggle.json.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.pairs.members import Members
from mlscan.documents.pairs.pair import DOUBLE, Pair, unescaped

_MEMBER = rb"(" + DOUBLE + rb")\s{0,40}:\s{0,40}(" + DOUBLE + rb")"
_TOKEN = re.compile(_MEMBER + rb"|" + DOUBLE + rb"|//[^\n]*|/\*|\\.|[{}\[\],:]", re.DOTALL)
_ENTRY = re.compile(r"(?:--?)?([A-Za-z_][\w.\-]{1,60})=(?=\S)")
_OPTION = re.compile(r"--?([A-Za-z][\w\-]{1,60})\Z")
_DEEPEST = 200


def pairs(text: bytes, offset: int = 0) -> Iterator[Pair]:
    """Every member with a string value, in the order they end."""
    stack: list[Members] = []
    waiting = ""  # a string that may turn out to be a key
    position = 0
    while match := _TOKEN.search(text, position):
        position = match.end()
        sign = match[0][:1]
        frame = stack[-1] if stack else None
        if sign == b'"':
            member = match.lastindex == 2
            start, end = match.span(2) if member else match.span()
            value = unescaped(text[start + 1 : end - 1])
            start, end = offset + start + 1, offset + end - 1
            if member:
                name = unescaped(match[1][1:-1])
                if frame is not None and frame.object:
                    yield frame.add(Pair(name, value, start, end, "json"))
            elif frame is None or (frame.object and not frame.key):
                waiting = value
            elif frame.object:
                yield frame.add(Pair(frame.key, value, start, end, "json"))
            else:
                yield from _item(frame, value, start, end)
        elif sign == b":":
            if frame is not None and frame.object:
                frame.key, waiting = waiting, ""
        elif sign in b"{[":
            if len(stack) < _DEEPEST:
                stack.append(Members(frame.key or frame.name if frame else "", sign == b"{"))
        elif sign in b"}]":
            if frame is not None:
                stack.pop()
                yield from _closed(frame, stack)
        elif sign == b",":
            if frame is not None:
                frame.key = ""
        elif match[0] == b"/*":
            closing = text.find(b"*/", position)
            position = len(text) if closing < 0 else closing + 2


def _item(frame: Members, value: str, start: int, end: int) -> Iterator[Pair]:
    """An element of a list: `X=v`, or what follows an option."""
    if entry := _ENTRY.match(value):
        if end - start == len(value.encode()):  # an escape would move the offsets
            yield Pair(entry[1], value[entry.end() :], start + entry.end(), end, "json")
    elif frame.option:
        yield Pair(frame.option, value, start, end, "json")
    option = _OPTION.match(value)
    frame.option = option[1] if option else ""


def _closed(frame: Members, stack: list[Members]) -> Iterator[Pair]:
    """What the members of an object say together."""
    members = frame.found
    yield from frame.together()
    if "auth" in members and any(outer.name == "auths" for outer in stack):
        auth = members["auth"]
        yield Pair("auths.auth_token", auth.value, auth.start, auth.end, "json")
    if set(members) == {"username", "key"} and re.fullmatch("[0-9a-f]{32}", members["key"].value):
        key = members["key"]
        yield Pair("kaggle_key", key.value, key.start, key.end, "json")
