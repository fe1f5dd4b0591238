"""The expression language of `${{ }}` on GitHub and Azure: parsed once, evaluated with unknowns.

One grammar serves both: GitHub has operators, Azure has functions (`and(eq(a, b), ...)`). Names and
functions are looked up by a `Context`; what it does not know is `UNKNOWN`, which spreads.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol

from mlscan.promotion.patterns import matches


class _Unknown:
    """The value of an expression that only a run can tell."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
Value = Any  # str, bool, float, None, list, dict or UNKNOWN


class ExpressionError(Exception):
    """The text is no expression of either language."""


@dataclass(frozen=True, slots=True)
class Expr:
    """`op` is `lit`, `name`, `call`, `index` or an operator; `head` the literal, dotted name or function."""

    op: str
    head: Any = None
    args: tuple[Expr, ...] = ()


class Context(Protocol):
    """Where an expression is evaluated."""

    def name(self, path: str) -> Value:
        """The value of `github.ref` or `variables.Build.Reason`, lower case only in its first part."""

    def call(self, function: str, args: list[Value]) -> Value:
        """The value of a status function such as `success`; UNKNOWN where it is none of this context."""

    def person(self, path: str, literals: tuple[str, ...]) -> Value:
        """Whether the one who started the run, named by `path`, is among `literals`."""


_TOKEN = re.compile(
    r"\s*(?:('(?:[^']|'')*'|\"[^\"]*\")|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w-]*)|(&&|\|\||==|!=|<=|>=|[!<>().,\[\]*]))"
)
_PEOPLE = re.compile(
    r"^(github\.(actor|triggering_actor|event\.(sender|comment\.user|issue\.user|pull_request\.user)\.login)"
    r"|github\.event\.(comment|issue|pull_request|review)\.author_association"
    r"|variables\.build\.requestedfor(id|email)?)$",
    re.IGNORECASE,
)
_LEVELS: tuple[tuple[str, ...], ...] = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="))


@lru_cache(maxsize=8192)
def parse(text: str) -> Expr:
    """The tree of an expression without its `${{ }}`; raises ExpressionError."""
    tokens: list[tuple[str, str]] = []
    position = 0
    text = text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ExpressionError(text[position : position + 20])
        kind = ("text", "number", "word", "sign")[(match.lastindex or 1) - 1]
        tokens.append((kind, match[match.lastindex or 1]))
        position = match.end()
    parser = _Parser(tokens)
    tree = parser.level(0)
    if parser.at < len(tokens):
        raise ExpressionError(text)
    return tree


class _Parser:
    """Precedence climbing over the tokens."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self.at = 0

    def _peek(self) -> str:
        return self._tokens[self.at][1] if self.at < len(self._tokens) else ""

    def _take(self, wanted: str = "") -> tuple[str, str]:
        if self.at >= len(self._tokens) or (wanted and self._tokens[self.at][1] != wanted):
            raise ExpressionError(wanted or "end of expression")
        self.at += 1
        return self._tokens[self.at - 1]

    def level(self, depth: int) -> Expr:
        if depth == len(_LEVELS):
            return self._unary()
        left = self.level(depth + 1)
        while self._peek() in _LEVELS[depth] and self._tokens[self.at][0] == "sign":
            sign = self._take()[1]
            left = Expr(sign, None, (left, self.level(depth + 1)))
        return left

    def _unary(self) -> Expr:
        if self._peek() == "!":
            self._take()
            return Expr("!", None, (self._unary(),))
        return self._postfix()

    def _postfix(self) -> Expr:
        kind, text = self._take()
        if kind == "text":
            node = Expr("lit", text[1:-1].replace("''", "'"))
        elif kind == "number":
            node = Expr("lit", float(text))
        elif kind == "word" and text.lower() in ("true", "false", "null"):
            node = Expr("lit", {"true": True, "false": False, "null": None}[text.lower()])
        elif text == "(":
            node = self.level(0)
            self._take(")")
        elif kind == "word" and self._peek() == "(":
            node = Expr("call", text.lower(), self._arguments())
        elif kind == "word":
            node = Expr("name", text)
        else:
            raise ExpressionError(text)
        while self._peek() in (".", "[") and self._tokens[self.at][0] == "sign":
            if self._take()[1] == ".":
                node = _member(node, Expr("lit", self._take()[1]))
            else:
                node = _member(node, self.level(0))
                self._take("]")
        return node

    def _arguments(self) -> tuple[Expr, ...]:
        self._take("(")
        found: list[Expr] = []
        while self._peek() != ")":
            found.append(self.level(0))
            if self._peek() == ",":
                self._take()
        self._take(")")
        return tuple(found)


def _member(node: Expr, key: Expr) -> Expr:
    """`a.b` and `a['b']` are one dotted name as far as the keys are constant."""
    if node.op == "name" and key.op == "lit" and isinstance(key.head, str):
        return Expr("name", f"{node.head}.{key.head}")
    return Expr("index", None, (node, key))


def truth(value: Value) -> bool | None:
    """True, False, or None where unknown; empty text, zero and null are false."""
    return None if value is UNKNOWN else bool(value)


def evaluate(expr: Expr, context: Context) -> Value:
    """The value of an expression; UNKNOWN where a run decides."""
    if expr.op == "lit":
        return expr.head
    if expr.op == "name":
        return context.name(expr.head)
    if expr.op == "call":
        return _call(expr, context)
    if expr.op == "index":
        return _index(evaluate(expr.args[0], context), evaluate(expr.args[1], context))
    if expr.op == "!":
        value = truth(evaluate(expr.args[0], context))
        return UNKNOWN if value is None else not value
    left = evaluate(expr.args[0], context)
    if expr.op in ("&&", "||"):
        return _logic(expr, left, context)
    if expr.op in ("==", "!="):
        return _equal(expr, left, context, expr.op == "==")
    return _order(expr.op, left, evaluate(expr.args[1], context))


def _logic(expr: Expr, left: Value, context: Context) -> Value:
    """Short circuit, with values as GitHub has them; an unknown side decides only if the other does not."""
    stops = expr.op == "||"
    if left is not UNKNOWN:
        return left if bool(left) is stops else evaluate(expr.args[1], context)
    right = evaluate(expr.args[1], context)
    return right if (isinstance(right, bool) and right is stops) or (not stops and not right) else UNKNOWN


def _equal(expr: Expr, left: Value, context: Context, positive: bool) -> Value:
    for path, other in (expr.args, expr.args[::-1]):
        if path.op == "name" and _PEOPLE.match(path.head) and other.op == "lit" and positive:
            return context.person(path.head, (str(other.head),))
    same = equal(left, evaluate(expr.args[1], context))
    return UNKNOWN if same is None else same is positive


def equal(left: Value, right: Value) -> bool | None:
    """Loose equality: text without case, text against number or boolean by value."""
    if left is UNKNOWN or right is UNKNOWN:
        return None
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    if isinstance(left, bool | float | int | None) and isinstance(right, bool | float | int | None):
        return float(left or 0) == float(right or 0)
    texts = {str(left if left is not None else "").lower(), str(right if right is not None else "").lower()}
    return len(texts) == 1


def _order(sign: str, left: Value, right: Value) -> Value:
    try:
        a, b = float(left), float(right)
    except (TypeError, ValueError):
        return UNKNOWN
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign]


def _index(value: Value, key: Value) -> Value:
    if value is UNKNOWN or key is UNKNOWN:
        return UNKNOWN
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, float | int) and 0 <= int(key) < len(value):
        return value[int(key)]
    return UNKNOWN


def _call(expr: Expr, context: Context) -> Value:
    name: str = expr.head
    if name == "contains" and len(expr.args) == 2 and expr.args[1].op == "name":
        path = expr.args[1].head
        people = evaluate(expr.args[0], context) if _PEOPLE.match(path) else None
        if isinstance(people, list | str):
            return context.person(path, tuple(map(str, people)) if isinstance(people, list) else (people,))
    if name in ("eq", "ne") and len(expr.args) == 2:
        return evaluate(Expr("==" if name == "eq" else "!=", None, expr.args), context)
    if name in ("and", "or") and expr.args:
        sign = "&&" if name == "and" else "||"
        tree = expr.args[0]
        for other in expr.args[1:]:
            tree = Expr(sign, None, (tree, other))
        value = truth(evaluate(tree, context))
        return UNKNOWN if value is None else value
    if name == "not" and expr.args:
        return evaluate(Expr("!", None, expr.args), context)
    values = [evaluate(argument, context) for argument in expr.args]
    known = _FUNCTIONS.get(name)
    if known is None:
        return context.call(name, values)
    if any(value is UNKNOWN for value in values):
        return UNKNOWN
    try:
        return known(*values)
    except (TypeError, ValueError, IndexError, KeyError):
        return UNKNOWN


def _text(value: Value) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _contains(where: Value, what: Value) -> bool:
    if isinstance(where, list | dict):
        return any(equal(item, what) for item in where)
    return _text(what).lower() in _text(where).lower()


def _format(pattern: str, *values: Value) -> str:
    return re.sub(r"\{(\d+)\}", lambda match: _text(values[int(match[1])]), pattern)


_FUNCTIONS: dict[str, Any] = {
    "contains": _contains,
    "startswith": lambda text, start: _text(text).lower().startswith(_text(start).lower()),
    "endswith": lambda text, end: _text(text).lower().endswith(_text(end).lower()),
    "format": _format,
    "fromjson": json.loads,
    "tojson": json.dumps,
    "join": lambda items, glue=",": glue.join(map(_text, items)) if isinstance(items, list) else _text(items),
    "in": lambda value, *others: any(equal(value, other) for other in others),
    "notin": lambda value, *others: not any(equal(value, other) for other in others),
    "lower": lambda text: _text(text).lower(),
    "upper": lambda text: _text(text).upper(),
    "replace": lambda text, old, new: _text(text).replace(_text(old), _text(new)),
    "coalesce": lambda *values: next((value for value in values if value not in (None, "")), None),
    "xor": lambda left, right: bool(left) is not bool(right),
    "containsvalue": _contains,
    "matches": matches,
}
