"""Literals given to secret-named things in Python: variables, dict keys, arguments, defaults, environment."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlscan.documents.document import Document
from mlscan.flow.calls import last_name
from mlscan.flow.fold import Folder
from mlscan.flow.program import Program, Site, defaults, dotted
from mlscan.secrets.arguments import Named, passed
from mlscan.secrets.candidate import ENVIRONMENT, NAME, Candidate
from mlscan.secrets.judge import Judge
from mlscan.secrets.literals import span
from mlscan.secrets.names import Names
from mlscan.secrets.sinks import SCHEME, flow_words

_NAME_KEYS = ("name", "key", "parameterkey")
_VALUE_KEYS = ("value", "parametervalue")
_FIELD_CALLS = {"Field", "field", "Parameter", "Variable"}


def find(document: Document, program: Program, judge: Judge, names: Names) -> Iterator[Candidate]:
    """A candidate for every literal that a secret's name is given."""
    folder = Folder(program)
    for site in program.sites:
        for named in _named(site, program):
            kind = names.kind(named.name)
            text = folder.text(named.node, site) if kind else None
            if text is None or not text.known:
                continue
            # What has a telling name on its way is reported where it got that name.
            if any(names.kind(step.rpartition(".")[2]) for step in text.steps):
                continue
            value = SCHEME.sub("", text.value.strip())
            judgement = judge.named(value, kind)
            given = judgement.weak and named.rank == ENVIRONMENT
            confidence = judgement.believed if given else judgement.confidence
            if confidence is None or value == named.name:
                continue
            start, end = span(document, text, value)
            evidence = (f"name '{named.name}'", judgement.reason, *flow_words(text))
            related = (
                ((*site.module.span(named.node), f"given to '{named.name}' here"),) if text.steps else ()
            )
            what = f"Credential in {named.phrase}"
            yield Candidate(
                start, end, value, named.rule, named.rank, confidence, what, evidence, related,
                text.folded, given,
            )  # fmt: skip


def _named(site: Site, program: Program) -> Iterator[Named]:
    node = site.node
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _target(target, node.value)
    elif isinstance(node, ast.AnnAssign) and node.value is not None and site.class_name and not site.scope:
        # A field of a settings class, a dataclass or a model.
        if isinstance(node.value, ast.Call) or not isinstance(node.target, ast.Name):
            yield from _target(node.target, node.value)
        else:
            name = node.target.id
            phrase = f"default of field '{name}'"
            yield Named(name, node.value, "credential-as-default", ENVIRONMENT, phrase)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
        yield from _target(node.target, node.value)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield Named(key.value, value, "credential-in-variable", NAME, f"dict key '{key.value}'")
        yield from _entry(node)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        for name, value in defaults(node.args):
            yield Named(name, value, "credential-as-default", NAME, f"default of parameter '{name}'")
    elif isinstance(node, ast.Call):
        yield from passed(node, site, program)


def _entry(node: ast.Dict) -> Iterator[Named]:
    """`{"name": "DB_PASSWORD", "value": "..."}`, as containers and pipeline runs take their parameters."""
    held = {
        key.value.lower(): value
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }
    name = next((held[key] for key in _NAME_KEYS if key in held), None)
    value = next((held[key] for key in _VALUE_KEYS if key in held), None)
    if value is not None and isinstance(name, ast.Constant) and isinstance(name.value, str):
        yield Named(name.value, value, "credential-in-variable", NAME, f"entry '{name.value}'")


def _target(target: ast.expr, value: ast.expr) -> Iterator[Named]:
    if isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
        for left, right in zip(target.elts, value.elts, strict=False):
            yield from _target(left, right)
        return
    if isinstance(value, ast.Call) and last_name(value.func) in _FIELD_CALLS:
        value = next(
            (item.value for item in value.keywords if item.arg == "default"),
            value.args[0] if value.args else value,
        )
        if isinstance(target, ast.Name):
            yield Named(
                target.id, value, "credential-as-default", ENVIRONMENT, f"default of field '{target.id}'"
            )
        return
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        key = target.slice.value
        if isinstance(key, str) and "environ" in dotted(target.value):
            yield Named(key, value, "credential-in-environment", ENVIRONMENT, f"environment variable '{key}'")
        elif isinstance(key, str):
            yield Named(key, value, "credential-in-variable", NAME, f"key '{key}'")
    elif name := last_name(target):
        yield Named(name, value, "credential-in-variable", NAME, f"variable '{name}'")
