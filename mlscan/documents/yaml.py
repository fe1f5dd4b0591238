"""YAML as a tree with positions, composed by libyaml and never constructed: no tag runs, `on:` stays text.

Offsets are byte offsets into the text that was parsed (UTF-8). An alias is the very node of its anchor,
so a YAML bomb costs nothing until a walker multiplies it: walk with `walk`, which has a budget.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_DEEPEST = 200
_MOST_MERGED = 20_000  # pairs: merges of merges grow ninefold with every line
_DOCUMENT = re.compile(rb"---(?=\s|\Z)")
_WIDE = re.compile(r"[^\x00-\x7f]")


class YamlError(Exception):
    """The text is not YAML. `line` is 1-based, 0 when unknown; `start` is where what fails began."""

    def __init__(self, message: str, line: int = 0, start: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.start = start


# A mapping with more keys is looked up in a table: a file of a thousand jobs is asked a thousand times.
_MANY = 24


@dataclass(slots=True, eq=False)
class Node:
    """`start` and `end` are byte offsets, end exclusive; `tag` is the tag as written, or empty."""

    start: int
    end: int
    tag: str


@dataclass(slots=True, eq=False)
class Scalar(Node):
    """A scalar as written: `value` is its text, always a str; `style` is `''`, `'`, `"`, `|` or `>`."""

    value: str
    style: str = ""


@dataclass(slots=True, eq=False)
class Sequence(Node):
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Mapping(Node):
    """`pairs` in file order; keys that are not scalars (Azure's `? ${{ if }}`) are kept in `pairs` too."""

    pairs: list[tuple[Node, Node]] = field(default_factory=list)
    _known: dict[str, Node] = field(default_factory=dict, repr=False)
    _size: int = field(default=0, repr=False)

    def get(self, *names: str) -> Node | None:
        """The value of the first of these keys that is present (the last one wins among duplicates)."""
        if len(self.pairs) > _MANY:
            if self._size != len(self.pairs):
                self._known = {key: value for key, _, value in self.items()}
                self._size = len(self.pairs)
            return next((self._known[name] for name in names if name in self._known), None)
        for name in names:
            for key, value in reversed(self.pairs):
                if isinstance(key, Scalar) and key.value == name:
                    return value
        return None

    def key(self, name: str) -> Scalar | None:
        """The key node itself, for its position."""
        for key, _ in self.pairs:
            if isinstance(key, Scalar) and key.value == name:
                return key
        return None

    def items(self) -> Iterator[tuple[str, Scalar, Node]]:
        """(key text, key node, value) of every pair with a scalar key; `<<` merges are already applied."""
        for key, value in self.pairs:
            if isinstance(key, Scalar):
                yield key.value, key, value

    def text(self, *names: str) -> str:
        """The text of a scalar value, or an empty string."""
        node = self.get(*names)
        return node.value if isinstance(node, Scalar) else ""


def documents(text: bytes) -> Iterator[tuple[int, bytes]]:
    """(byte offset, text) of each document of a stream, cut at its `---` lines."""
    starts = [0]
    at = text.find(b"\n---")  # five times as fast as an expression that looks at the start of every line
    while at >= 0:
        if _DOCUMENT.match(text, at + 1):
            starts.append(at + 1)
        at = text.find(b"\n---", at + 4)
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield start, text[start:end]


def compose(text: bytes, base: int = 0) -> list[Node]:
    """The root node of every document in the stream, offsets counted from `base`; raises YamlError.

    Built from libyaml's events without recursion: its own composer overflows the C stack on deep nesting.
    """
    import yaml as library

    loader: Any = None
    try:
        loader = getattr(library, "CSafeLoader", library.SafeLoader)(text)
        builder = _Builder(_Offsets(text, base))
        while loader.check_event():
            builder.take(loader.get_event())
        return builder.roots
    except library.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        begun = error.context_mark.line + 1 if error.context_mark else 0
        raise YamlError(str(error.problem or error), mark.line + 1 if mark else 0, begun) from None
    except (library.YAMLError, ValueError) as error:
        raise YamlError(str(error).splitlines()[0]) from None
    finally:
        if loader is not None:
            loader.dispose()


def walk(node: Node, budget: int = 200_000) -> Iterator[Node]:
    """Every node below and including this one, each shared (aliased) node once, at most `budget` nodes."""
    seen: set[int] = set()
    stack = [node]
    while stack and len(seen) < budget:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, Sequence):
            stack.extend(reversed(current.items))
        elif isinstance(current, Mapping):
            for key, value in reversed(current.pairs):
                stack.extend((value, key))


class _Offsets:
    """libyaml marks count code points; nodes here count bytes."""

    def __init__(self, text: bytes, base: int) -> None:
        self._base = base
        # Where characters of several bytes stand, and how many bytes more than characters lie before each.
        self._wide: list[int] = []
        self._extra: list[int] = [0]
        decoded = "" if text.isascii() else text.decode("utf-8", "replace")
        for match in _WIDE.finditer(decoded):
            self._wide.append(match.start())
            self._extra.append(self._extra[-1] + len(match[0].encode("utf-8", "replace")) - 1)
        self._bom = text.startswith(b"\xef\xbb\xbf")

    def __call__(self, mark: Any) -> int:
        index = int(mark.index) + self._bom
        return self._base + index + self._extra[bisect_left(self._wide, index)]


class _Builder:
    """Events to nodes. An alias is the node of its anchor; an alias of nothing is an error."""

    def __init__(self, marks: _Offsets) -> None:
        self.roots: list[Node] = []
        self._marks = marks
        self._anchors: dict[str, Node] = {}
        # Open collections, each with the key that waits for its value.
        self._open: list[tuple[Sequence | Mapping, list[Node]]] = []

    def take(self, event: Any) -> None:
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            self._anchors = {}
        elif kind == "AliasEvent":
            if event.anchor not in self._anchors:
                raise YamlError(f"unknown alias '{event.anchor}'", event.start_mark.line + 1)
            self._add(self._anchors[event.anchor])
        elif kind == "ScalarEvent":
            start, end = self._marks(event.start_mark), self._marks(event.end_mark)
            node = Scalar(start, end, event.tag or "", event.value, event.style or "")
            self._anchored(event, node)
            self._add(node)
        elif kind in ("SequenceStartEvent", "MappingStartEvent"):
            made = Sequence if kind == "SequenceStartEvent" else Mapping
            collection = made(self._marks(event.start_mark), 0, event.tag or "")
            self._anchored(event, collection)
            self._open.append((collection, []))
            if len(self._open) > _DEEPEST:
                raise YamlError("nested too deeply", event.start_mark.line + 1)
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            collection, _ = self._open.pop()
            collection.end = self._marks(event.end_mark)
            if isinstance(collection, Mapping):
                _merge(collection)
            self._add(collection)

    def _anchored(self, event: Any, node: Node) -> None:
        if event.anchor:
            self._anchors[event.anchor] = node

    def _add(self, node: Node) -> None:
        if not self._open:
            self.roots.append(node)
            return
        owner, waiting = self._open[-1]
        if isinstance(owner, Sequence):
            owner.items.append(node)
        elif waiting:
            owner.pairs.append((waiting.pop(), node))
        else:
            waiting.append(node)


def _merge(mapping: Mapping) -> None:
    """Apply `<<`: what the mapping says itself wins over what it merges."""
    own: list[tuple[Node, Node]] = []
    merged: list[tuple[Node, Node]] = []
    for key, value in mapping.pairs:
        if isinstance(key, Scalar) and key.value == "<<":
            for source in value.items if isinstance(value, Sequence) else [value]:
                if len(merged) < _MOST_MERGED:
                    merged += source.pairs if isinstance(source, Mapping) and source is not mapping else []
        else:
            own.append((key, value))
    if merged:
        present = {key.value for key, _ in own if isinstance(key, Scalar)}
        mapping.pairs = own + [p for p in merged if not (isinstance(p[0], Scalar) and p[0].value in present)]
