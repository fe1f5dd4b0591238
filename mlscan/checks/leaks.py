"""Cells that print a credential or the whole environment: with the next run it stands in the notebook.

A name counts where it names a credential and its value comes from where credentials come from: the
environment, a prompt, a secret store, or a literal that is one. `dbutils.secrets` does not count: Databricks
redacts what it gives wherever it is shown.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlscan.catalog.schema import Lexicon
from mlscan.checks.shown import shown
from mlscan.documents.document import Document
from mlscan.flow.calls import resolve
from mlscan.flow.fold import Folder
from mlscan.flow.program import Program, Site, dotted
from mlscan.model import Confidence, Finding
from mlscan.secrets.judge import Judge
from mlscan.secrets.magics import ENV
from mlscan.secrets.names import NameKind, Names

RULE = "credential-printed"
_ENVIRON = ("os.environ", "environ")
_SOURCES = frozenset((
    "getenv", "getpass", "get_secret_value", "access_secret_version", "getSecret", "get_secret",
    "get_password", "get_keys", "list_keys", "listkeys", "read_secret_version",
    "read_secret", "get_frozen_credentials", "assume_role", "get_session_token", "getSecretWithLS",
))  # fmt: skip
_REDACTED = "dbutils.secrets"
_HOPS = 4
_CAPTURED = re.compile(rb"\s*%%capture")
_DUMP = re.compile(
    rb"\s*(?:sudo\s+)?(?:/usr/bin/)?(env|printenv|export(?:\s+-p)?|set)\s*(?:\|\s*(?:sort|less|more|cat)\s*)?;?\s*"
)
_SHOW = re.compile(
    rb"\s*(?:echo\s+(?:-\w\s+)?[\"']?[^\n\"'|>$]{0,80}\$\{?(?P<a>\w{2,80})\}?[\"']?|printenv\s+(?P<b>\w{2,80}))\s*"
)
_FILES = re.compile(
    rb"\s*(?:cat|head|tail|type)\s+[^\n|>;&]{0,120}?((?:\.aws/credentials|kaggle\.json|\.netrc|/\.env|(?<=\s)\.env|\.pgpass|\.databrickscfg|\.git-credentials|\.huggingface/token|huggingface/token))[\"']?\s*"
)
_EXPANDED = re.compile(rb"[ \t]*([A-Za-z_]\w{0,80})(?:[ \t]*=[ \t]*|[ \t]+)[^\n]*[${]\{?[A-Za-z_][^\n]*")
_NAMED = re.compile(rb"[ \t]*([A-Za-z_]\w{0,80})[ \t]*\r?")


class Leaks:
    """Judges what a notebook's cells show."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._judge = Judge(lexicon)
        self._names = Names(lexicon)

    def find(self, document: Document, program: Program) -> Iterator[Finding]:
        """A finding for every place that prints a credential."""
        captured = {
            unit.start
            for unit in document.units
            if unit.part == "source" and _CAPTURED.match(document.data, unit.start, unit.end)
        }
        yield from self._magics(document, captured)
        folder = Folder(program)
        for printed in shown(document, program):
            if document.unit_at(printed.start).start in captured:
                continue
            found = self._credential(printed.node, printed.site, program, folder)
            if found:
                what, source, confidence = found
                if printed.weak:
                    confidence = min(confidence, Confidence.MEDIUM)
                yield self._finding(document, printed.start, printed.end, what, source, confidence)

    def _credential(
        self, node: ast.expr, site: Site, program: Program, folder: Folder
    ) -> tuple[str, str, Confidence] | None:
        """(what is shown, where it comes from, how sure) for an expression that is a credential."""
        if _environment(node, site, program):
            return "the whole environment", "os.environ", Confidence.HIGH
        part = _part(node)
        if part == 0:
            return None
        sure = Confidence.HIGH if part is None else Confidence.MEDIUM
        if part is not None and isinstance(node, ast.Subscript):
            node = node.value
        name = _name(node)
        if not self._names.kind(name):
            return None
        source = self._source(node, site, program, folder, 0)
        return (f"credential '{name}'", source, sure) if source else None

    def _source(self, node: ast.expr, site: Site, program: Program, folder: Folder, hops: int) -> str:
        """Where a credential's value comes from, in words, or an empty string."""
        if hops > _HOPS:
            return ""
        if variable := _variable(node, site, program):
            return f"environment variable '{variable}'" if self._names.kind(variable) else ""
        if isinstance(node, ast.Call):
            callee = resolve(node.func, site, program)
            if _REDACTED in callee or _REDACTED in dotted(node.func):
                return ""
            short = node.func.attr if isinstance(node.func, ast.Attribute) else dotted(node.func)
            if short in _SOURCES or callee in ("google.colab.userdata.get", "userdata.get"):
                return f"{short}()"
            inner = node.func.value if isinstance(node.func, ast.Attribute) else None
            return self._source(inner, site, program, folder, hops + 1) if inner is not None else ""
        if isinstance(node, ast.Constant):
            text = folder.text(node, site)
            kind: NameKind = "key" if text is None or len(text.value) >= 16 else "password"
            judged = self._judge.named(text.value, kind).confidence if text and text.known else None
            return "a literal" if judged and judged >= Confidence.MEDIUM else ""
        key = dotted(node)
        binding = program.value(key, site) if key else None
        if binding is not None and binding.value is not node:
            there = Site(binding.value, binding.module, site.scope, site.class_name)
            return self._source(binding.value, there, program, folder, hops + 1)
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Await):
            return self._source(node.value, site, program, folder, hops + 1)
        return ""

    def _magics(self, document: Document, captured: set[int]) -> Iterator[Finding]:
        for offset, text, magic in document.magics:
            if offset in captured:
                continue
            body, start = text[magic.start : magic.end], offset + magic.start
            if magic.name in ENV:
                named, expanded = _NAMED.fullmatch(body), _EXPANDED.fullmatch(body)
                if magic.name == "env" and not body.strip():
                    yield self._finding(document, start - 4, start, "the whole environment", "%env")
                elif match := named or expanded:
                    name = match[1].decode()
                    if self._names.kind(name):
                        at = start + match.start(1)
                        source = f"%{magic.name} echoes what it " + ("reads" if named else "sets")
                        yield self._finding(document, at, at + len(match[1]), f"credential '{name}'", source)
            elif magic.kind == "shell":
                yield from self._shell(document, body, start)

    def _shell(self, document: Document, body: bytes, start: int) -> Iterator[Finding]:
        position = 0
        for line in body.split(b"\n"):
            at, end = start + position + len(line) - len(line.lstrip()), start + position + len(line.rstrip())
            position += len(line) + 1
            if _DUMP.fullmatch(line):
                yield self._finding(document, at, end, "the whole environment", line.strip().decode())
            elif match := _SHOW.fullmatch(line):
                name = (match["a"] or match["b"]).decode()
                if self._names.kind(name) and name not in ("PWD", "OLDPWD"):
                    yield self._finding(document, at, end, f"credential '{name}'", "the environment")
            elif match := _FILES.fullmatch(line):
                name = match[1].decode()
                yield self._finding(document, at, end, f"credential file '{name}'", "a file")

    def _finding(
        self, document: Document, start: int, end: int, what: str, source: str,
        confidence: Confidence = Confidence.HIGH,
    ) -> Finding:  # fmt: skip
        place = document.place(start, end)
        cell = f"Cell {place.cell.index}" if place.cell else "A cell"
        return Finding(
            rule=RULE,
            message=f"{cell} prints {what}, which the saved notebook then holds.",
            place=place,
            confidence=confidence,
            evidence=(f"value from {source}",),
        )


def _name(node: ast.expr) -> str:
    """The name that says what an expression is."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    if isinstance(node, ast.Call):
        first = node.args[0] if node.args else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            return first.value
    return ""


def _environment(node: ast.expr, site: Site, program: Program) -> bool:
    """`os.environ`, `dict(os.environ)`, `os.environ.items()`, `os.environ.copy()`."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("items", "copy", "values"):
            return _environment(node.func.value, site, program)
        inner = node.args[0] if len(node.args) == 1 else None
        return dotted(node.func) == "dict" and inner is not None and _environment(inner, site, program)
    return dotted(node) in _ENVIRON and ("os" in program.imports or "environ" in program.imports)


def _variable(node: ast.expr, site: Site, program: Program) -> str:
    """The environment variable an expression reads."""
    key: ast.expr | None = None
    if isinstance(node, ast.Subscript) and dotted(node.value) in _ENVIRON:
        key = node.slice
    elif isinstance(node, ast.Call) and node.args:
        callee = dotted(node.func)
        if callee in ("os.getenv", "getenv", "os.environ.get", "environ.get"):
            key = node.args[0]
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


def _part(node: ast.expr) -> int | None:
    """How many characters of a value a slice shows; None for (nearly) all, 0 for too few to matter."""
    if not (isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)):
        return None
    low, high = _number(node.slice.lower), _number(node.slice.upper)
    if node.slice.upper is None:
        return None if low is None or low >= 0 else (-low if -low > 5 else 0)
    if high is None or high < 0:
        return None
    count = high - (low or 0)
    return count if count > 5 else 0


def _number(node: ast.expr | None) -> int | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _number(node.operand)
        return None if inner is None else -inner
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int) else None
