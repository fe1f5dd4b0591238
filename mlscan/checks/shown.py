"""What a notebook's cells show: arguments of `print` and its like, and the last expression of a cell."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from mlscan.documents.document import Document
from mlscan.documents.python import Module
from mlscan.flow.program import Program, Site, dotted

_PRINTS = frozenset(
    ("print", "pprint", "display", "pp", "rprint", "pprint.pprint", "sys.stdout.write", "console.print")
)
_THROUGH = frozenset(("str", "repr", "format", "json.dumps", "pprint.pformat", "pformat"))
_METHODS = frozenset(("format", "strip", "decode", "encode", "join", "lower", "upper"))
_BLANK = b" \t\r\n"


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """An expression whose value a cell shows, as byte offsets of the document. `weak`: when it is called."""

    node: ast.expr
    site: Site
    start: int
    end: int
    weak: bool


def shown(document: Document, program: Program) -> Iterator[Shown]:
    """Every expression that is shown, innermost names first."""
    for site in program.sites:
        call = site.node
        if isinstance(call, ast.Call) and dotted(call.func) in _PRINTS:
            sink = next((item.value for item in call.keywords if item.arg == "file"), None)
            if sink is not None and dotted(sink) not in ("sys.stdout", "sys.stderr"):
                continue
            for argument in call.args:
                for node in _values(argument):
                    yield Shown(node, site, *site.module.span(node), bool(site.scope))
    for module in program.modules:
        for node in _last(document, module):
            yield Shown(node, Site(node, module, 0), *module.span(node), False)
        for statement in module.tree.body:
            if isinstance(statement, ast.For) and _prints_all(statement):
                site = Site(statement.iter, module, 0)
                yield Shown(statement.iter, site, *module.span(statement.iter), False)


def _last(document: Document, module: Module) -> Iterator[ast.expr]:
    """The last expression of a cell, which IPython shows unless a semicolon follows it."""
    if module.unit.cell:
        bounds = [module.unit.end]
    else:  # one program with many cells
        bounds = [unit.end for unit in document.units if unit.syntax == "python"]
    ends = {
        statement: module.span(statement)[1]
        for statement in module.tree.body
        if isinstance(statement, ast.Expr)
    }
    for statement, end in ends.items():
        bound = next((bound for bound in bounds if bound >= end), end)
        rest = document.data[end:bound]
        if all(line.lstrip(_BLANK).startswith(b"#") for line in rest.split(b"\n") if line.strip(_BLANK)):
            yield from _values(statement.value)


def _prints_all(loop: ast.For) -> bool:
    """`for name, value in os.environ.items(): print(name, value)`."""
    if not (isinstance(loop.target, ast.Tuple) and len(loop.target.elts) == 2):
        return False
    value = dotted(loop.target.elts[1])
    return any(
        isinstance(node, ast.Call)
        and dotted(node.func) in _PRINTS
        and any(dotted(inner) == value for item in node.args for inner in _values(item))
        for statement in loop.body
        if isinstance(statement, ast.Expr)
        for node in [statement.value]
    )


def _values(node: ast.expr) -> Iterator[ast.expr]:
    """The names, keys and calls whose values an expression shows."""
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        yield node
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from _values(part.value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        yield from _values(node.left)
        yield from _values(node.right)
    elif isinstance(node, ast.Tuple | ast.List):
        for item in node.elts:
            yield from _values(item)
    elif isinstance(node, ast.Dict):
        for item in node.values:
            yield from _values(item)
    elif isinstance(node, ast.Call):
        yield node
        if dotted(node.func) in _THROUGH:
            for item in node.args:
                yield from _values(item)
        elif isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
            for item in [node.func.value, *node.args]:
                yield from _values(item)
