"""Terraform and other HCL as blocks with positions. Nothing is evaluated, and what is no HCL is skipped.

Blocks of one line with commas between their attributes, as people write them, are read as they are meant.
https://developer.hashicorp.com/terraform/language/syntax/configuration
Offsets are byte offsets into the text that was read, end exclusive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_DEEPEST = 50
_SKIPPED = re.compile(rb"(?:[ \t\r\n,;]+|#[^\n]*|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)")
_NAME = re.compile(rb"[A-Za-z_][\w-]*")
_QUOTED = re.compile(rb'"((?:[^"\\\n]|\\.)*)"')
_HEREDOC = re.compile(rb"<<-?[ \t]*([A-Za-z_]\w*)[ \t]*\r?\n")
_TEXT = re.compile(r'"((?:[^"\\\n]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class Attribute:
    """`name = value`; `value` is the expression as written, `start` and `end` span the whole."""

    name: str
    value: str
    start: int
    end: int

    @property
    def text(self) -> str:
        """The value without its quotes where it is one text, else as written."""
        match = _TEXT.fullmatch(self.value)
        return match[1] if match else self.value

    @property
    def texts(self) -> tuple[str, ...]:
        """Every quoted text in the value, in order."""
        return tuple(match[1] for match in _TEXT.finditer(self.value))


@dataclass(slots=True)
class Block:
    """`type "label" ... { body }`; `start` and `end` span its head only, up to the brace."""

    type: str
    labels: tuple[str, ...]
    start: int
    end: int
    attributes: dict[str, Attribute] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def text(self, name: str) -> str:
        """The text of an attribute, or an empty string."""
        found = self.attributes.get(name)
        return found.text if found is not None else ""

    def inner(self, *types: str) -> Iterator[Block]:
        """The blocks of these types directly inside; `dynamic "type"` counts as its content."""
        for block in self.blocks:
            if block.type in types:
                yield block
            elif block.type == "dynamic" and block.labels and block.labels[0] in types:
                yield from block.inner("content")


def read(data: bytes) -> Block:
    """The whole file as one block without a type."""
    root = Block("", (), 0, 0)
    _Reader(data).body(root, 0)
    return root


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def body(self, owner: Block, depth: int) -> None:
        """Read up to the closing brace of a body, or to the end."""
        data = self._data
        while True:
            self._skip()
            if self._at >= len(data):
                return
            if data[self._at] == 0x7D:  # }
                self._at += 1
                if depth:
                    return
                continue
            start = self._at
            name = _NAME.match(data, start)
            if name is None:
                self._odd()
                continue
            self._at = name.end()
            self._item(owner, name[0].decode(), start, depth)

    def _item(self, owner: Block, name: str, start: int, depth: int) -> None:
        data = self._data
        labels: list[str] = []
        while self._at < len(data):
            self._blank()
            here = data[self._at : self._at + 1]
            if here == b"=" and data[self._at + 1 : self._at + 2] != b"=" and not labels:
                self._at += 1
                self._blank()
                first = self._at
                last = self._expression()
                value = data[first:last].decode("utf-8", "replace").strip()
                owner.attributes[name] = Attribute(name, value, start, max(last, start + 1))
                return
            if here == b"{":
                block = Block(name, tuple(labels), start, self._at)
                self._at += 1
                owner.blocks.append(block)
                if depth < _DEEPEST:
                    self.body(block, depth + 1)
                return
            if match := _QUOTED.match(data, self._at) or _NAME.match(data, self._at):
                labels.append(match[0].decode("utf-8", "replace").strip('"'))
                self._at = match.end()
                continue
            return

    def _expression(self) -> int:
        """The end of an expression: a line break or comma outside all brackets, or the brace that closes."""
        data, open_brackets = self._data, 0
        while self._at < len(data):
            here = data[self._at]
            if here == 0x22:
                self._text()
            elif here in b"([{":
                open_brackets += 1
                self._at += 1
            elif here in b")]}":
                if not open_brackets:
                    return self._at
                open_brackets -= 1
                self._at += 1
            elif here in b"\n," and not open_brackets:
                return self._at
            elif here in b"#/" and (match := _SKIPPED.match(data, self._at)):
                end = self._at
                self._at = match.end()
                if not open_brackets:
                    return end
            elif here == 0x3C and (heredoc := _HEREDOC.match(data, self._at)):
                closing = re.compile(rb"(?m)^[ \t]*" + heredoc[1] + rb"\b").search(data, heredoc.end())
                self._at = closing.end() if closing else len(data)
            else:
                self._at += 1
        return self._at

    def _text(self) -> None:
        """Past a quoted text, whose `${ }` may hold quotes of its own."""
        data = self._data
        self._at += 1
        holes = 0
        while self._at < len(data):
            here = data[self._at]
            if here == 0x5C:
                self._at = min(len(data), self._at + 2)
                continue
            if data.startswith((b"${", b"%{"), self._at):
                holes += 1
                self._at += 2
                continue
            self._at += 1
            if here == 0x7D and holes:
                holes -= 1
            elif (here == 0x22 and not holes) or here == 0x0A:
                return

    def _skip(self) -> None:
        while match := _SKIPPED.match(self._data, self._at):
            self._at = match.end()

    def _blank(self) -> None:
        while self._data[self._at : self._at + 1] in (b" ", b"\t", b"\r"):
            self._at += 1

    def _odd(self) -> None:
        """Past something that is no HCL: the rest of the line, but not past a brace that closes."""
        end = self._data.find(b"\n", self._at)
        brace = self._data.find(b"}", self._at, end if end >= 0 else len(self._data))
        self._at = brace if brace > self._at else end if end >= 0 else len(self._data)
