"""How an import is called where it is to be used, and where one that is missing goes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import libcst as cst
from libcst.metadata import Assignment, ImportAssignment
from libcst.metadata.scope_provider import BaseAssignment, GlobalScope

from mlscan.fix.code import Code
from mlscan.fix.edits import Edit, RefusedError
from mlscan.fix.stores import Import


@dataclass(frozen=True, slots=True)
class _Known:
    """An import at the top level of a text: what it binds, and where its statement ends."""

    wanted: Import
    local: str
    code: int
    end: int


class Bindings:
    """The imports of a program: of a file, or of the cells of a notebook in their order."""

    def __init__(self, codes: list[Code]) -> None:
        self._codes = codes
        self._known = [item for number, code in enumerate(codes) for item in _imports(code, number)]
        self._missing: dict[Import, int] = {}

    def local(self, wanted: Import, code: Code, node: cst.CSTNode) -> str:
        """The name of an import at a node; one that no import gives there is noted as missing.

        Raises RefusedError where the name means something else.
        """
        number = self._codes.index(code)
        scope = code.scope(node)
        in_function = not isinstance(scope, GlobalScope) and _function(code, node) is not None
        position = code.span(node)[0]
        for known in self._known:
            before = known.code < number or (known.code == number and (in_function or known.end <= position))
            if known.wanted == wanted and before and self._means(known.local, wanted, code, node):
                return known.local
        if not self._means(wanted.bound, wanted, code, node):
            raise RefusedError(f"'{wanted.bound}' is the name of something else there")
        if self._inner(wanted.bound, code, node):
            return wanted.bound
        self._missing[wanted] = min(number, self._missing.get(wanted, number))
        return wanted.bound

    def insertions(self) -> list[tuple[Code, Edit]]:
        """The missing imports, once each, in the first text that needs them."""
        by_code: dict[int, list[Import]] = {}
        for wanted, number in sorted(self._missing.items()):
            by_code.setdefault(number, []).append(wanted)
        return [
            (self._codes[number], edit)
            for number, imports in by_code.items()
            for edit in _insertions(self._codes[number], imports)
        ]

    def _means(self, name: str, wanted: Import, code: Code, node: cst.CSTNode) -> bool:
        """Whether a name, if it is bound at all, is nothing but this import wherever it could come from."""
        here = list(code.scope(node)[name])
        if local := self._inner(name, code, node):
            return all(_is(item, wanted) for item in local) and self._imported_above(local, code, node)
        others = [item for other in self._codes for item in _global(other)[name]]
        return all(_is(item, wanted) for item in (*here, *others) if not _builtin(item))

    def _inner(self, name: str, code: Code, node: cst.CSTNode) -> list[BaseAssignment]:
        """What binds a name in a function or class around a node."""
        found = code.scope(node)[name]
        return [
            item for item in found if isinstance(item, Assignment) and not isinstance(item.scope, GlobalScope)
        ]

    def _imported_above(self, local: list[BaseAssignment], code: Code, node: cst.CSTNode) -> bool:
        """Whether an import of a function is a statement of its body before a node."""
        position = code.span(node)[0]
        for item in local:
            if isinstance(item, Assignment) and code.span(item.node)[1] <= position:
                body = next(islice(code.ancestors(item.node), 1, None), None)
                if body is not None and isinstance(code.parent(body), cst.FunctionDef):
                    return True
        return False


def _builtin(item: BaseAssignment) -> bool:
    return not isinstance(item, Assignment)


def _is(item: BaseAssignment, wanted: Import) -> bool:
    """Whether a binding is the import."""
    if not isinstance(item, ImportAssignment):
        return False
    node = item.node
    if isinstance(node, cst.ImportFrom):
        return bool(wanted.name) and not node.relative and _dotted(node.module) == wanted.module
    return (
        not wanted.name
        and isinstance(node, cst.Import)
        and any(_dotted(alias.name).partition(".")[0] == wanted.module for alias in node.names)
    )


def _global(code: Code) -> GlobalScope:
    return code.scope(code.module).globals


def _function(code: Code, node: cst.CSTNode) -> cst.CSTNode | None:
    """The function whose body runs only when it is called; defaults and decorators run at once."""
    below = node
    for above in code.ancestors(node):
        if isinstance(above, cst.FunctionDef | cst.Lambda) and below is above.body:
            return above
        below = above
    return None


def _imports(code: Code, number: int) -> Iterator[_Known]:
    """The imports that surely run: statements of the text itself, in no branch."""
    for statement in code.module.body:
        if not isinstance(statement, cst.SimpleStatementLine):
            continue
        for small in statement.body:
            if not isinstance(small, cst.Import | cst.ImportFrom) or isinstance(small.names, cst.ImportStar):
                continue
            end = code.span(small)[1]
            for alias in small.names:
                local = (
                    alias.asname.name.value
                    if alias.asname and isinstance(alias.asname.name, cst.Name)
                    else ""
                )
                if isinstance(small, cst.Import):
                    module = _dotted(alias.name)
                    if not local:
                        module = local = module.partition(".")[0]  # `import os.path` binds `os`
                    yield _Known(Import(module), local, number, end)
                elif not small.relative:
                    name = _dotted(alias.name)
                    yield _Known(Import(_dotted(small.module), name), local or name, number, end)


def _dotted(node: cst.BaseExpression | None) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""


def _insertions(code: Code, imports: list[Import]) -> list[Edit]:
    """Below the docstring and `from __future__`, at the imports if there are any."""
    body = list(code.module.body)
    head = sum(1 for index, item in enumerate(body) if _stays_first(item, index))
    newline = "\r\n" if b"\r\n" in code.text else "\n"
    lines = "".join(f"{item.statement}{newline}" for item in imports)
    following = body[head:]
    if not following:
        return [Edit(len(code.text), len(code.text), f"{newline}{lines}")]
    run = _import_run(following)
    if not run:
        start = _line_start(code, _start(code, following[0]))
        return [Edit(start, start, f"{lines}{newline}")]
    edits = []
    standard = [item for item in imports if item.module.partition(".")[0] in sys.stdlib_module_names]
    for item in standard:
        text = f"{item.statement}{newline}"
        at = _sorted_place(code, run, item)
        edits.append(
            Edit(at, at, text if at != _start(code, run[0]) or _of_library(run[0]) else f"{text}{newline}")
        )
    others = "".join(f"{item.statement}{newline}" for item in imports if item not in standard)
    if others:
        end = code.text.find(b"\n", code.span(run[-1])[1])
        if end < 0:
            edits.append(Edit(len(code.text), len(code.text), f"{newline}{others}"))
        else:
            edits.append(Edit(end + 1, end + 1, others))
    return edits


def _sorted_place(code: Code, run: list[cst.SimpleStatementLine], wanted: Import) -> int:
    """The start of the line that a plain import goes before, among plain imports of the standard library."""
    at = _start(code, run[0])
    for number, statement in enumerate(run):
        plain = isinstance(statement.body[0], cst.Import) and _of_library(statement)
        end = code.text.find(b"\n", code.span(statement)[1])
        if not plain or _module(statement) > wanted.module or (number and statement.leading_lines) or end < 0:
            break
        at = end + 1
    return at


def _module(statement: cst.SimpleStatementLine) -> str:
    small = statement.body[0]
    if isinstance(small, cst.Import):
        return _dotted(small.names[0].name)
    return _dotted(small.module) if isinstance(small, cst.ImportFrom) else ""


def _of_library(statement: cst.SimpleStatementLine) -> bool:
    return _module(statement).partition(".")[0] in sys.stdlib_module_names


def _import_run(
    statements: list[cst.SimpleStatementLine | cst.BaseCompoundStatement],
) -> list[cst.SimpleStatementLine]:
    """The imports at the beginning, up to the first other statement."""
    run: list[cst.SimpleStatementLine] = []
    for statement in statements:
        if not isinstance(statement, cst.SimpleStatementLine):
            break
        if len(statement.body) != 1 or not isinstance(statement.body[0], cst.Import | cst.ImportFrom):
            break
        run.append(statement)
    return run


def _stays_first(statement: cst.CSTNode, index: int) -> bool:
    """Whether a statement is the docstring or a `from __future__`."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    small = statement.body[0]
    if isinstance(small, cst.ImportFrom):
        return _dotted(small.module) == "__future__"
    text = small.value if isinstance(small, cst.Expr) else None
    return index == 0 and isinstance(text, cst.SimpleString | cst.ConcatenatedString)


def _start(code: Code, statement: cst.CSTNode) -> int:
    decorators = getattr(statement, "decorators", ())
    return min(code.span(item)[0] for item in (statement, *decorators))


def _line_start(code: Code, offset: int) -> int:
    return code.text.rfind(b"\n", 0, offset) + 1
