"""What a Python file that a pipeline runs holds: its imports, names, clients and calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from mlscan.documents.document import Document, Unit
from mlscan.documents.lines import Lines
from mlscan.documents.python import Module, parse
from mlscan.flow.program import Program
from mlscan.flow.values import Values
from mlscan.sources.source import Source

# The fields of nodes that hold statements, in the order of the tree.
_BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")


@dataclass(frozen=True)
class Script:
    """A parsed Python file: its imports, literal names and clients, and the whole program with what its
    expressions can stand for."""

    imports: dict[str, str]
    constants: dict[str, str]
    assigned: dict[str, str]
    services: dict[str, str]
    program: Program
    values: Values


@lru_cache(maxsize=256)
def tree_of(data: bytes) -> ast.Module | None:
    """The tree of a Python file, parsed once for all who ask; None where it is no Python."""
    try:
        return parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=256)
def script_of(data: bytes) -> Script | None:
    tree = tree_of(data)
    if tree is None:
        return None
    document = Document(Source("script.py", data), data, "python")
    return _script(Program(document, [Module(Unit(0, len(data), "python"), tree, Lines(data))]))


def notebook_script(document: Document) -> Script:
    """The cells of a notebook as one script."""
    return _script(Program(document))


def _script(program: Program) -> Script:
    statements = list(_statements(program))
    assigns = [node for node in statements if isinstance(node, ast.Assign)]
    return Script(
        imports=_imports(statements),
        constants=_constants(assigns),
        assigned=_assigned(assigns),
        services=_services(assigns),
        program=program,
        values=Values(program),
    )


def _statements(program: Program) -> Iterator[ast.stmt]:
    """Every statement of a program, those that stand deeper behind all of less depth, as `ast.walk` does."""
    level: list[ast.AST] = [node for module in program.modules for node in module.tree.body]
    while level:
        yield from (node for node in level if isinstance(node, ast.stmt))
        level = [inner for node in level for name in _BLOCKS for inner in getattr(node, name, ())]


def _imports(statements: list[ast.stmt]) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in statements:
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def _constants(assigns: list[ast.Assign]) -> dict[str, str]:
    """Names that are one literal text, or an environment variable (`$NAME`), everywhere in the file."""
    found: dict[str, str] = {}
    for node in assigns:
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            value = literal(node.value)
            if value:
                found.setdefault(node.targets[0].id, value)
    return found


def _assigned(assigns: list[ast.Assign]) -> dict[str, str]:
    """Names that hold what a call gave, with the call's own name."""
    return {
        target.id: dotted(node.value.func)
        for node in assigns
        if isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _services(assigns: list[ast.Assign]) -> dict[str, str]:
    """Names that hold a client of boto3, with its service."""
    return {
        dotted(target): service
        for node in assigns
        if (service := client(node.value))
        for target in node.targets
    }


def client(node: ast.AST) -> str:
    """The service of `boto3.client("sagemaker")`, `session.client("sagemaker")`."""
    named = isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "client"
    if not isinstance(node, ast.Call) or not named:
        return ""
    given = next((word.value for word in node.keywords if word.arg == "service_name"), None)
    service = node.args[0] if node.args else given
    return literal(service) if service is not None else ""


def literal(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if (
        isinstance(node, ast.Call)
        and dotted(node.func) in ("os.getenv", "os.environ.get", "getenv")
        and node.args
    ):
        return f"${{{literal(node.args[0])}}}"
    if isinstance(node, ast.Subscript) and dotted(node.value) == "os.environ":
        return f"${{{literal(node.slice)}}}"
    return ""


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return f"{inner}.{node.attr}" if inner else f"?.{node.attr}"
    if isinstance(node, ast.Name):
        return node.id
    return dotted(node.func) if isinstance(node, ast.Call) else ""
