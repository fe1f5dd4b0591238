"""What names mean where they stand: inputs, parameters, variables, matrix values, and the caller's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mlscan.promotion.expressions import (
    UNKNOWN,
    Context,
    Expr,
    ExpressionError,
    Value,
    evaluate,
    parse,
)

_HOLE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_MACRO = re.compile(r"\$\(([A-Za-z_][\w.\-]*)\)|\$\[\s*variables\.([\w.]+)\s*\]")
_SHELL = re.compile(r"\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+)|env:(\w+))")
_ASKED = re.compile(r"^\$\{\{\s*(?:github\.event\.)?inputs\.[\w-]+(?:\s*\|\|\s*'[^']*')?\s*\}\}$")
_DEPTH = 6


@dataclass(frozen=True, eq=False)
class Scope:
    """`names` maps `inputs.x`, `parameters.x`, `variables.x`, `matrix.x` and `env.X`, lower-cased, to the
    text given for it, which may itself hold `${{ }}`. Texts of `outer` names (what a caller handed in) are
    read in the `parent` scope."""

    names: Mapping[str, str] = field(default_factory=dict)
    parent: Scope | None = None
    outer: frozenset[str] = frozenset()

    def inside(self, names: Mapping[str, str]) -> Scope:
        """This scope with more names, which win."""
        return Scope({**self.names, **names}, self.parent, self.outer) if names else self

    def value(self, path: str, facts: Context, depth: int = 0) -> Value:
        """The value of a bound name, or UNKNOWN."""
        text = self.names.get(path.lower())
        if text is None or depth > _DEPTH:
            return UNKNOWN
        scope = self.parent if path.lower() in self.outer and self.parent else self
        return scope.read(text, facts, depth + 1)

    def read(self, text: str, facts: Context, depth: int = 0) -> Value:
        """The value of a text that may be one `${{ }}`, hold several, or none."""
        holes = list(_HOLE.finditer(text))
        if not holes:
            return {"true": True, "false": False}.get(text.lower(), self.expand(text, facts, depth))
        context = Bound(self, facts, depth)
        if len(holes) == 1 and holes[0][0] == text.strip():
            return context.read(holes[0][1])
        expanded = self.expand(text, facts, depth)
        return UNKNOWN if "${{" in expanded else expanded

    def expand(self, text: str, facts: Context, depth: int = 0) -> str:
        """The text with every known `${{ }}`, `$(macro)` and shell variable replaced; the others stay."""
        if "$" not in text or depth > _DEPTH:
            return text
        context = Bound(self, facts, depth)

        def hole(match: re.Match[str]) -> str:
            value = context.read(match[1])
            if value is UNKNOWN or isinstance(value, list | dict):
                return match[0]
            return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)

        def bound(prefix: str, match: re.Match[str]) -> str:
            name = next(group for index, group in enumerate(match.groups(), 1) if group and index != default)
            value = self.value(f"{prefix}.{name}", facts, depth + 1)
            if value is UNKNOWN:
                told = self._asked(f"{prefix}.{name}")
                return told or (match[default] or match[0] if default else match[0])
            return str(value).lower() if isinstance(value, bool) else str(value or "")

        text = _HOLE.sub(hole, text)
        default = 0
        text = _MACRO.sub(lambda match: bound("variables", match), text)
        default = 2
        return _SHELL.sub(lambda match: bound("env", match), text)

    def alternatives(self, text: str, depth: int = 0) -> tuple[str, ...]:
        """The texts of which one `${{ }}` gives one, whatever is true: `${{ x && 'staging' || 'dev' }}`.
        Nothing where another one is possible."""
        match = _HOLE.fullmatch(text.strip())
        if match is None:
            return () if "${{" in text else (text,)
        try:
            return self._given(parse(match[1]), depth)
        except (ExpressionError, RecursionError):
            return ()

    def _given(self, expr: Expr, depth: int) -> tuple[str, ...]:
        if expr.op == "lit" and isinstance(expr.head, str):
            return (expr.head,)
        if expr.op == "&&":
            return self._given(expr.args[1], depth)
        if expr.op == "||":
            left, right = (self._given(side, depth) for side in expr.args)
            return (*left, *right) if left and right else ()
        path = str(expr.head).lower() if expr.op == "name" else ""
        if path not in self.names or depth > _DEPTH:
            return ()
        scope = self.parent if path in self.outer and self.parent else self
        return scope.alternatives(self.names[path], depth + 1)

    def _asked(self, path: str) -> str:
        """The text of a variable that is made of what somebody is asked for at the start, or nothing."""
        text = "" if path in self.outer else self.names.get(path.lower(), "")
        return text if _ASKED.match(text) else ""


@dataclass(frozen=True)
class Bound:
    """A scope under the facts of one run, as the Context of an expression."""

    scope: Scope
    facts: Context
    depth: int = 0

    def read(self, expression: str) -> Value:
        """The value of an expression without `${{ }}`; UNKNOWN also where it is none."""
        try:
            return self.tree(parse(expression))
        except (ExpressionError, RecursionError):
            return UNKNOWN

    def tree(self, expr: Expr) -> Value:
        return evaluate(expr, self)

    def name(self, path: str) -> Value:
        path = path.replace("github.event.inputs.", "inputs.")
        value = self.scope.value(path, self.facts, self.depth)
        if value is UNKNOWN and path.lower() not in self.scope.names:
            return self.facts.name(path)
        return value

    def call(self, function: str, args: list[Value]) -> Value:
        return self.facts.call(function, args)

    def person(self, path: str, literals: tuple[str, ...]) -> Value:
        return self.facts.person(path, literals)


class NoFacts:
    """Nothing is known about the run: for what is decided when a pipeline is lowered."""

    def name(self, path: str) -> Value:
        return UNKNOWN

    def call(self, function: str, args: list[Value]) -> Value:
        return UNKNOWN

    def person(self, path: str, literals: tuple[str, ...]) -> Value:
        return UNKNOWN


NO_FACTS = NoFacts()
