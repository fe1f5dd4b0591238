"""One Python text as libcst sees it: its literals, what they stand in, and which names mean what there.

libcst is asked and the text is edited at byte offsets: what is not replaced cannot change, nor can the magics
of a cell, which are blanked for the parser only.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper, ParentNodeProvider, ScopeProvider
from libcst.metadata.scope_provider import Scope

from mlscan.fix.edits import RefusedError

_LARGEST = 1_000_000
StringNode = cst.SimpleString | cst.FormattedStringText | cst.ConcatenatedString


class Code:
    """Raises RefusedError for a text that is not Python 3 or too large. Offsets are bytes of the text;
    `start` is where it begins in its document."""

    def __init__(self, text: bytes, start: int = 0) -> None:
        if len(text) > _LARGEST:
            raise RefusedError(f"the code is larger than {_LARGEST} bytes")
        self.text = text
        self.start = start
        try:
            ast.parse(text)
            # libcst drops blanks behind the last statement; a magic with several lines leaves some there.
            code = text.rstrip().decode()
            self.module = cst.parse_module(code)
            if self.module.code != code:
                raise RefusedError("the code cannot be read without loss")
            wrapper = MetadataWrapper(self.module, unsafe_skip_copy=True)
            self._spans = wrapper.resolve(ByteSpanPositionProvider)
            self._parents = wrapper.resolve(ParentNodeProvider)
        except (cst.ParserSyntaxError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise RefusedError(f"the code cannot be parsed ({type(error).__name__})") from None
        self._wrapper = wrapper

    @cached_property
    def _scopes(self) -> dict[cst.CSTNode, Scope]:
        try:
            return dict(self._wrapper.resolve(ScopeProvider))  # type: ignore[arg-type]
        except RecursionError:
            raise RefusedError("the code is nested too deeply") from None

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Byte offsets of a node in the text, without the blanks, comments and parentheses around it."""
        found = self._spans[node]
        return found.start, found.start + found.length

    def source(self, node: cst.CSTNode) -> str:
        start, end = self.span(node)
        return self.text[start:end].decode()

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        return self._parents.get(node)

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes around a node, innermost first."""
        above = self.parent(node)
        while above is not None:
            yield above
            above = self.parent(above)

    def scope(self, node: cst.CSTNode) -> Scope:
        """The scope that a node stands in."""
        for item in (node, *self.ancestors(node)):
            if (found := self._scopes.get(item)) is not None:
                return found
        raise RefusedError("its scope cannot be told")

    @cached_property
    def _strings(self) -> list[tuple[int, int, StringNode]]:
        return [(*self.span(node), node) for node in self._spans if isinstance(node, StringNode)]

    def literal(self, start: int, end: int) -> StringNode:
        """The innermost literal that holds a span; raises RefusedError where there is none."""
        found = [item for item in self._strings if item[0] <= start and end <= item[1]]
        if not found:
            raise RefusedError(self._no_literal(start))
        return min(found, key=lambda item: item[1] - item[0])[2]

    def _no_literal(self, start: int) -> str:
        line = self.text[self.text.rfind(b"\n", 0, start) + 1 : start]
        if b"#" in line:
            return "it stands in a comment: delete it there"
        return "it is put together from several parts"
