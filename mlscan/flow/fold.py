"""Expressions to text: literals, concatenation, f-strings, joins, base64 and names, without running code.

A part that cannot be known becomes `HOLE`; whoever judges the text decides what that means.
"""

from __future__ import annotations

import ast
import base64
import binascii
from dataclasses import dataclass

from mlscan.documents.python import Module
from mlscan.flow.program import Binding, Program, Site, dotted

HOLE = "\x00"
_DEPTH = 8
_LIMIT = 20_000
_TELLING = 8
_UNCHANGED = {"strip", "encode", "decode", "lstrip", "rstrip"}
_WRAPPERS = {"str", "SecretStr", "bytes", "Secret", "SecretBytes"}


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """What an expression amounts to. `node` is the literal the text comes from, `steps` the names passed.

    `node` is the whole expression where several literals take part. `folded` tells that the source does
    not show the text as one literal.
    """

    value: str
    node: ast.expr
    module: Module
    steps: tuple[str, ...] = ()
    folded: bool = False

    @property
    def known(self) -> bool:
        return HOLE not in self.value


class Folder:
    """Folds expressions of one program."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def text(self, node: ast.expr, site: Site, depth: int = 0) -> Text | None:
        """The text of an expression as seen from a site, or None when nothing of it is known."""
        if depth > _DEPTH:
            return None
        module = site.module
        if isinstance(node, ast.Constant):
            return _constant(node, module)
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            return self._named(node, site, depth)
        if isinstance(node, ast.BinOp):
            return self._operator(node, site, depth)
        if isinstance(node, ast.JoinedStr):
            return self._parts([_inner(value) for value in node.values], node, site, depth)
        if isinstance(node, ast.Call):
            return self._call(node, site, depth)
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            return self.text(node.values[-1], site, depth + 1)
        if isinstance(node, ast.IfExp):
            return self.text(node.body, site, depth + 1) or self.text(node.orelse, site, depth + 1)
        return None

    def _named(self, node: ast.expr, site: Site, depth: int) -> Text | None:
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            return self._sliced(node, node.slice, site, depth)
        key = dotted(node)
        binding = self._program.value(key, site) if key else None
        if binding is None and isinstance(node, ast.Subscript):
            binding = self._entry(node, site)
        if binding is None or binding.value is node:
            return None
        there = Site(binding.value, binding.module, site.scope, site.class_name)
        found = self.text(binding.value, there, depth + 1)
        return found and Text(found.value, found.node, found.module, (*found.steps, key), found.folded)

    def _sliced(self, node: ast.Subscript, part: ast.Slice, site: Site, depth: int) -> Text | None:
        """`"..."[::-1]`, the only slice that hides something on purpose."""
        backwards = isinstance(part.step, ast.UnaryOp) and part.lower is part.upper is None
        found = self.text(node.value, site, depth + 1) if backwards else None
        return found and Text(found.value[::-1], found.node, found.module, found.steps, folded=True)

    def _entry(self, node: ast.Subscript, site: Site) -> Binding | None:
        """The value under a constant key of a dict literal."""
        base = self._program.value(dotted(node.value), site) if dotted(node.value) else None
        if base is None or not isinstance(base.value, ast.Dict) or not isinstance(node.slice, ast.Constant):
            return None
        for key, value in zip(base.value.keys, base.value.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == node.slice.value:
                return Binding(value, base.module, base.order)
        return None

    def _operator(self, node: ast.BinOp, site: Site, depth: int) -> Text | None:
        if isinstance(node.op, ast.Add):
            return self._parts([node.left, node.right], node, site, depth)
        if isinstance(node.op, ast.Mod):
            left = self.text(node.left, site, depth + 1)
            if left and "%" in left.value:
                values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
                return self._filled(left.value.replace("%d", "%s").split("%s"), values, node, site, depth)
        return None

    def _call(self, node: ast.Call, site: Site, depth: int) -> Text | None:
        function = node.func
        if isinstance(function, ast.Name) and function.id in _WRAPPERS and node.args:
            return self.text(node.args[0], site, depth + 1)
        if not isinstance(function, ast.Attribute):
            return None
        if function.attr in _UNCHANGED:
            return self.text(function.value, site, depth + 1)
        if function.attr in ("b64decode", "urlsafe_b64decode", "fromhex") and node.args:
            return self._decoded(function.attr, node, site, depth)
        if function.attr == "join" and node.args and isinstance(node.args[0], ast.List | ast.Tuple):
            glue = self.text(function.value, site, depth + 1)
            parts: list[ast.expr | str] = []
            for item in node.args[0].elts:
                parts += [glue.value if glue else HOLE, item] if parts else [item]
            return self._parts(parts, node, site, depth)
        if function.attr == "format":
            left = self.text(function.value, site, depth + 1)
            if left and left.value.count("{}") == len(node.args) > 0:
                return self._filled(left.value.split("{}"), node.args, node, site, depth)
        return None

    def _decoded(self, how: str, node: ast.Call, site: Site, depth: int) -> Text | None:
        inner = self.text(node.args[0], site, depth + 1)
        if inner is None:
            return None
        try:
            raw = (
                bytes.fromhex(inner.value)
                if how == "fromhex"
                else base64.b64decode(inner.value + "==", b"-_" if how.startswith("url") else None)
            )
            return Text(raw.decode("utf-8"), inner.node, inner.module, inner.steps, folded=True)
        except (ValueError, binascii.Error):
            return None

    def _filled(
        self, pieces: list[str], values: list[ast.expr], node: ast.expr, site: Site, depth: int
    ) -> Text | None:
        parts: list[ast.expr | str] = [pieces[0]]
        for index, piece in enumerate(pieces[1:]):
            parts += [values[index] if index < len(values) else HOLE, piece]
        return self._parts(parts, node, site, depth)

    def _parts(
        self, parts: list[ast.expr | str] | list[ast.expr], node: ast.expr, site: Site, depth: int
    ) -> Text | None:
        """Parts joined; one literal part carries the place, several make the whole expression the place."""
        value = ""
        literals: list[Text] = []
        for part in parts:
            found = None if isinstance(part, str) else self.text(part, site, depth + 1)
            value += part if isinstance(part, str) else (found.value if found else HOLE)
            if found and found.value.strip(HOLE):
                literals.append(found)
            if len(value) > _LIMIT:
                return None
        if not value.strip(HOLE):
            return None
        long = [literal for literal in literals if len(literal.value) >= _TELLING]
        if len(long) == 1 and long[0].steps:
            # `f"Bearer {token}"`: the text is where the one real part of it was written.
            return Text(value, long[0].node, long[0].module, long[0].steps, long[0].folded)
        steps = tuple(step for literal in literals for step in literal.steps)
        return Text(value, node, site.module, steps, folded=True)


def _constant(node: ast.Constant, module: Module) -> Text | None:
    if isinstance(node.value, str):
        return Text(node.value, node, module)
    if isinstance(node.value, bytes):
        return Text(node.value.decode("latin-1"), node, module)
    return None


def _inner(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.FormattedValue) else node
