"""Passwords that Python puts into a connection URL: `f"postgresql://{user}:{password}@{host}/db"`.

Whatever the literal behind such a name looks like, a server is given it as a password.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlscan.documents.document import Document
from mlscan.flow.calls import last_name
from mlscan.flow.fold import Folder
from mlscan.flow.program import Program
from mlscan.secrets.candidate import NAME, Candidate
from mlscan.secrets.judge import Judge
from mlscan.secrets.literals import span
from mlscan.secrets.names import Names

_SCHEME = re.compile(r"^\s*[a-z][a-z0-9+.\-]{1,30}://")
_LONGEST_SUM = 16
_QUOTING = {"quote", "quote_plus", "urlquote"}


def find(document: Document, program: Program, judge: Judge, names: Names) -> Iterator[Candidate]:
    """A candidate for the literal of every password that is put before the host of a URL."""
    if b"://" not in document.data:
        return
    folder = Folder(program)
    seen = set()
    for site in program.sites:
        node = _password(site.node) if isinstance(site.node, ast.expr) else None
        text = folder.text(node, site) if node is not None else None
        if node is None or text is None or not text.known or text.folded or text.node in seen:
            continue
        seen.add(text.node)
        judgement = judge.named(text.value, "password", sink=True)
        if judgement.believed is None or not any(names.kind(step.rpartition(".")[2]) for step in text.steps):
            continue
        start, end = span(document, text, text.value)
        related = ((*site.module.span(node), "stands in a URL here"),)
        yield Candidate(
            start, end, text.value, "credential-in-variable", NAME, judgement.believed,
            "Credential in a connection URL", (judgement.reason, "the password of a URL"), related,
            weak=judgement.weak,
        )  # fmt: skip


def _password(node: ast.AST) -> ast.expr | None:
    """The expression between `scheme://user:` and `@` of a text that is put together."""
    parts = _parts(node)
    if not parts or not isinstance(parts[0], str) or not _SCHEME.match(parts[0]):
        return None
    for before, part, after in zip(parts, parts[1:], parts[2:], strict=False):
        if isinstance(part, str) or not (isinstance(before, str) and isinstance(after, str)):
            continue
        if before.endswith(":") and after.startswith("@"):
            quoted = isinstance(part, ast.Call) and last_name(part.func) in _QUOTING and part.args
            return part.args[0] if isinstance(part, ast.Call) and quoted else part
    return None


def _parts(node: ast.AST) -> list[ast.expr | str]:
    """The texts and expressions of an f-string, a sum, `"..." % (...)` or `"...".format(...)`."""
    if isinstance(node, ast.JoinedStr):
        inner = [item.value if isinstance(item, ast.FormattedValue) else item for item in node.values]
        return [_literal(item) for item in inner]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _summands(node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        return _filled(_literal(node.left), "%s", values)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return _filled(_literal(node.func.value), "{}", node.args)
    return []


def _summands(node: ast.expr) -> list[ast.expr | str]:
    """The parts of a sum from left to right; none of a sum that is too long to be a URL."""
    parts: list[ast.expr | str] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts.append(_literal(node.right))
        node = node.left
        if len(parts) > _LONGEST_SUM:
            return []
    return [_literal(node), *reversed(parts)]


def _literal(node: ast.expr) -> ast.expr | str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else node


def _filled(text: ast.expr | str, hole: str, values: list[ast.expr]) -> list[ast.expr | str]:
    pieces = text.split(hole) if isinstance(text, str) else []
    parts: list[ast.expr | str] = [*pieces[:1]]
    for value, piece in zip(values, pieces[1:], strict=False):
        parts += [_literal(value), piece]
    return parts
