"""A pipeline file as a YAML tree, template holes filled, and the small questions lowerings ask of it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property

from mlscan.documents.document import Document
from mlscan.documents.yaml import Mapping, Node, Scalar, Sequence, YamlError, compose
from mlscan.documents.yaml_mending import mended
from mlscan.model import Place
from mlscan.promotion.filling import fill, holds_holes


class Parsed:
    """`root` is the first document's root, or None where the file is no YAML even with its holes filled.
    `lost` are offsets of lines that were left out to read the others; `error` then says what is wrong there.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.error: YamlError | None = None
        self.lost: tuple[int, ...] = ()

    @property
    def root(self) -> Node | None:
        return self.roots[0] if self.roots else None

    @cached_property
    def roots(self) -> list[Node]:
        """The roots of all documents of the file; none and an `error` where it is no YAML."""
        data = self.document.data
        try:
            return compose(data)
        except YamlError as error:
            self.error = error
            filled = fill(data) if holds_holes(data) else data
            try:
                roots = compose(filled) if filled is not data else []
            except YamlError:
                roots = []
            if not roots and self.document.kind == "yaml":
                roots, self.lost = mended(filled)
            if roots and not self.lost:
                self.error = None
            return roots

    @property
    def path(self) -> str:
        return self.document.source.path

    @property
    def folder(self) -> str:
        return posixpath.dirname(self.path)

    def place(self, node: Node, note: str = "") -> Place:
        """The first line of a node."""
        end = node.end
        stop = self.document.data.find(b"\n", node.start, end)
        return self.document.place(node.start, stop if stop > node.start else max(end, node.start), note)

    def start(self) -> Place:
        return self.document.place(0, 0)


def items(node: Node | None) -> list[Node]:
    """The items of a sequence, or of what stands for one: a single scalar or nothing."""
    if isinstance(node, Sequence):
        return node.items
    return [node] if isinstance(node, Scalar) and node.value else []


def texts(node: Node | None) -> tuple[str, ...]:
    """The texts of a sequence of scalars or of one scalar."""
    return tuple(item.value for item in items(node) if isinstance(item, Scalar))


def pairs(node: Node | None) -> Iterator[tuple[str, Scalar, Node]]:
    """The pairs of a mapping, nothing for anything else."""
    if isinstance(node, Mapping):
        yield from node.items()


def entries(parsed: Parsed, node: Node | None) -> Iterator[tuple[str, str, Place]]:
    """(key, text, place of the value) of every scalar in a mapping."""
    for key, value in scalars(node):
        yield key, value.value, parsed.place(value)


def scalars(node: Node | None) -> Iterator[tuple[str, Scalar]]:
    """(key, value) of every scalar in a mapping."""
    for key, _, value in pairs(node):
        if isinstance(value, Scalar):
            yield key, value
