"""Code that builds pipelines, as far as it is literal: names, calls, helpers one file away.

TypeScript is read as the Python it stands for, see `mlscan.documents.typescript`.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from mlscan.documents.document import Document
from mlscan.documents.typescript_files import is_source
from mlscan.model import Place
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed
from mlscan.promotion.python_script import tree_of

_DEPTH = 5
_REEXPORTS = 3
_MODULES = (".ts", "/index.ts", ".js", "/index.js", ".mjs", "")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def _typescript(data: bytes) -> ast.Module | None:
    from mlscan.documents import typescript

    return typescript.tree_of(data)


class Source:
    """One file of Python or TypeScript: its tree, its imports, its functions, and places in it."""

    def __init__(self, parsed: Parsed, context: Context, others: dict[str, Source] | None = None) -> None:
        self.parsed = parsed
        self.context = context
        self.document: Document = parsed.document
        self._others = {parsed.path: self} if others is None else others

    @cached_property
    def tree(self) -> ast.Module:
        """The module; an empty one where the file cannot be parsed."""
        data = self.document.data
        return (_typescript(data) if self._typescript else tree_of(data)) or ast.Module([], [])

    @property
    def _typescript(self) -> bool:
        return is_source(self.parsed.path)

    @cached_property
    def imports(self) -> dict[str, str]:
        """What a name was imported as, in full."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.asname or alias.name.partition(".")[0]: alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                dots = "." * node.level
                for alias in node.names:
                    found[alias.asname or alias.name] = f"{dots}{node.module}.{alias.name}"
        return found

    @cached_property
    def functions(self) -> dict[str, Function]:
        return {
            node.name: node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }

    @cached_property
    def _starts(self) -> list[int]:
        if self.document.kind == "python":
            return [*self.document.lines.starts, len(self.document.data) + 1]
        starts = [0]  # of TypeScript, where only LF ends a line
        for line in self.document.data.split(b"\n"):
            starts.append(starts[-1] + len(line) + 1)
        return starts

    def span(self, node: ast.expr) -> tuple[int, int]:
        """Byte offsets of the first line of a node."""
        start = self._starts[node.lineno - 1] + node.col_offset
        if node.end_lineno == node.lineno:
            return start, self._starts[node.lineno - 1] + (node.end_col_offset or 0)
        return start, max(start, self._starts[node.lineno] - 1)

    def written(self, node: ast.expr) -> str:
        """The text of a node, as far as its first line goes."""
        start, end = self.span(node)
        return self.document.data[start:end].decode("utf-8", "replace")

    def place(self, node: ast.expr, note: str = "") -> Place:
        return self.document.place(*self.span(node), note)

    def place_of(self, function: Function, note: str = "") -> Place:
        """The place of the name that a definition gives."""
        start = self._starts[function.lineno - 1] + function.col_offset
        start = self.document.data.find(function.name.encode(), start)
        return self.document.place(start, start + len(function.name.encode()), note)

    def other(self, module: str) -> Source | None:
        """The file of the repository that a dotted module name means."""
        for found in self._candidates(module):
            if found.path not in self._others:
                self._others[found.path] = Source(found, self.context, self._others)
            return self._others[found.path]
        return None

    def _candidates(self, module: str) -> Iterator[Parsed]:
        if self._typescript:
            base = posixpath.join(self.parsed.folder, module.removesuffix(".js"))
            for ending in _MODULES if module.startswith((".", "/")) else ():
                found = self.context.parsed(base + ending)
                if found is not None and is_source(found.path):
                    yield found
            return
        path = module.lstrip(".").replace(".", "/")
        for candidate in (f"{path}.py", f"{path}/__init__.py"):
            found = self.context.nearest(candidate, self.parsed.folder)
            if found is not None and found.document.kind == "python":
                yield found

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        return {node.name: node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef)}

    @cached_property
    def values(self) -> dict[str, tuple[ast.expr, int | None]]:
        """(value, index into it) of the names that the module itself assigns."""
        return assigned_in(self.tree, True)

    def defining(self, name: str, depth: int = 0) -> tuple[Source, str] | None:
        """The file of the repository where a dotted name is defined at the top, and its name there."""
        head, _, rest = name.partition(".")
        if head in self.classes or head in self.functions or head in self.values:
            return self, name
        full = self.imports.get(head, "")
        listed = [*self._whole, full] if depth and not full else [full]
        for one in listed:
            if not one or one.startswith(("aws_cdk", "constructs")) or depth > _REEXPORTS:
                continue
            module, _, own = one.rpartition(".")
            tried = [(one, name if one in self._whole else rest), (module, f"{own}.{rest}".strip("."))]
            for candidate, wanted in tried:
                other = self.other(candidate) if candidate and wanted else None
                found = other.defining(wanted, depth + 1) if other is not None else None
                if found is not None:
                    return found
        return None

    @cached_property
    def _whole(self) -> list[str]:
        """The modules whose names a file hands on: `export * from`, `from x import *`."""
        return [
            "." * node.level + (node.module or "")
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
        ]

    def full(self, name: str) -> str:
        """A dotted name with its first part as it was imported."""
        head, dot, rest = name.partition(".")
        return f"{self.imports.get(head, head)}{dot}{rest}"

    def function(self, name: str) -> tuple[Source | None, Function | None]:
        """The function of the repository that a name means, with its file."""
        last = name.rpartition(".")[2]
        if name in self.functions or name.startswith("self."):
            return self, self.functions.get(last)
        head, _, rest = name.partition(".")
        full = self.imports.get(head, "")
        if not full or full.startswith(("aws_cdk", "constructs")):
            return None, None
        module, _, own = full.rpartition(".")
        for candidate, wanted in ((module, own if not rest else last), (full, last)):
            other = self.other(candidate) if candidate else None
            if other is not None and wanted in other.functions:
                return other, other.functions[wanted]
        return None, None


@dataclass
class Names:
    """What names hold inside one function: assignments, and for a helper what its caller handed in."""

    source: Source
    function: ast.AST
    handed: dict[str, ast.expr] = field(default_factory=dict)
    caller: Names | None = None

    @cached_property
    def assigned(self) -> dict[str, tuple[ast.expr, int | None]]:
        """(value, index into it) by name; the module's own names where the function has none."""
        return self.source.values | assigned_in(self.function, False)

    def value(self, node: ast.expr | None, depth: int = 0) -> tuple[ast.expr | None, Names]:
        """What an expression is, names followed, and the names it is to be read with."""
        name = dotted(node) if isinstance(node, ast.Name | ast.Attribute) else ""
        if name in self.handed and self.caller is not None and depth < _DEPTH:
            return self.caller.value(self.handed[name], depth + 1)
        if name in self.assigned and depth < _DEPTH:
            value, index = self.assigned[name]
            if index is None:
                return self.value(value, depth + 1)
            found, names = self.result(value, depth + 1)
            if isinstance(found, ast.Tuple) and index < len(found.elts):
                return names.value(found.elts[index], depth + 1)
            return None, self
        return node, self

    def result(self, node: ast.expr, depth: int = 0) -> tuple[ast.expr | None, Names]:
        """What a call of a function of the repository returns; anything else stays as it is."""
        if not isinstance(node, ast.Call) or depth > _DEPTH:
            return node, self
        name = dotted(node.func)
        owner, function = self.source.function(name)
        if owner is None or function is None:
            return node, self
        handed: dict[str, ast.expr] = {}
        parameters = [argument.arg for argument in function.args.args if argument.arg not in ("self", "cls")]
        handed |= dict(zip(parameters, node.args, strict=False))
        handed |= {word.arg: word.value for word in node.keywords if word.arg}
        inner = Names(owner, function, handed, self)
        for statement in ast.walk(function):
            if isinstance(statement, ast.Return) and statement.value is not None:
                found, names = inner.value(statement.value, depth + 1)
                if isinstance(found, ast.Call):
                    return names.result(found, depth + 1)
                return found, names
        return node, self

    def text(self, node: ast.expr | None, depth: int = 0) -> str:
        """The text of an expression; what only a run knows stays as `${name}`."""
        if node is None or depth > _DEPTH:
            return ""
        found, names = self.value(node)
        if isinstance(found, ast.Constant):
            return str(found.value)
        if isinstance(found, ast.JoinedStr):
            return "".join(
                str(part.value)
                if isinstance(part, ast.Constant)
                else names.text(part.value, depth + 1)
                if isinstance(part, ast.FormattedValue)
                else ""
                for part in found.values
            )
        if isinstance(found, ast.BinOp) and isinstance(found.op, ast.Add):
            return names.text(found.left, depth + 1) + names.text(found.right, depth + 1)
        return f"${{{dotted(node) or dotted(found) or '?'}}}"


def argument(call: ast.Call, name: str, position: int | None = None) -> ast.expr | None:
    """An argument of a call by keyword or position."""
    for word in call.keywords:
        if word.arg == name:
            return word.value
    return call.args[position] if position is not None and position < len(call.args) else None


def dotted(node: ast.AST | None) -> str:
    """`a.b.c` for names and attributes, the callee's for calls, empty for the rest."""
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return f"{inner}.{node.attr}" if inner else node.attr
    if isinstance(node, ast.Name):
        return node.id
    return dotted(node.func) if isinstance(node, ast.Call) else ""


def assigned_in(owner: ast.AST, shallow: bool) -> dict[str, tuple[ast.expr, int | None]]:
    """(value, index into it) by name, the last one of each; `shallow` leaves inner blocks out."""
    found: dict[str, tuple[ast.expr, int | None]] = {}
    for node in ast.iter_child_nodes(owner) if shallow else ast.walk(owner):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                found |= dict(targets(target, node.value))
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            found |= dict(targets(node.target, node.value))
    return found


def targets(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, tuple[ast.expr, int | None]]]:
    """What an assignment gives each of its names."""
    if isinstance(target, ast.Tuple | ast.List):
        for index, item in enumerate(target.elts):
            if isinstance(value, ast.Tuple) and index < len(value.elts):
                yield dotted(item), (value.elts[index], None)
            else:
                yield dotted(item), (value, index)
    elif name := dotted(target):
        yield name, (value, None)
