"""Literals given to secret-named things in Python: variables, dict keys, arguments, defaults, environment."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from mlscan.documents.document import Document
from mlscan.flow.calls import resolve
from mlscan.flow.fold import Folder
from mlscan.flow.program import Program, Site, defaults, dotted
from mlscan.secrets.candidate import ENVIRONMENT, NAME, Candidate
from mlscan.secrets.judge import Judge
from mlscan.secrets.literals import span
from mlscan.secrets.names import Names
from mlscan.secrets.sinks import flow_words

_GETENV = {"os.getenv", "getenv", "decouple.config", "config.get", "environs.Env.str", "os.environ.pop"}
_ENVIRON = ("environ.get", "environ.setdefault")
_OPTION_CALLS = {"add_argument", "option", "Option", "argument", "Argument"}
_FIELD_CALLS = {"Field", "field", "Parameter", "Variable"}
_HARMLESS_CALLS = {"print", "getattr", "hasattr", "isinstance", "format", "replace", "startswith", "endswith"}


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """A name, the expression it gets, and how: the rule, its rank and a phrase for the message."""

    name: str
    node: ast.expr
    rule: str
    rank: int
    phrase: str


def find(document: Document, program: Program, judge: Judge, names: Names) -> Iterator[Candidate]:
    """A candidate for every literal that a secret's name is given."""
    folder = Folder(program)
    for site in program.sites:
        for named in _named(site, program):
            kind = names.kind(named.name)
            # Only what is written here: what flows in is reported where it is written.
            if not kind or isinstance(named.node, ast.Name | ast.Attribute | ast.Subscript):
                continue
            text = folder.text(named.node, site)
            if text is None or not text.known:
                continue
            value = text.value.strip()
            for scheme in ("Bearer ", "bearer ", "Basic ", "token ", "Token ", "Api-Key "):
                value = value.removeprefix(scheme)
            judgement = judge.named(value, kind)
            if judgement.confidence is None or value == named.name:
                continue
            start, end = span(document, text, value)
            evidence = (f"name '{named.name}'", judgement.reason, *flow_words(text))
            what = f"Credential in {named.phrase}"
            yield Candidate(
                start, end, value, named.rule, named.rank, judgement.confidence, what, evidence,
                folded=text.folded,
            )  # fmt: skip


def _named(site: Site, program: Program) -> Iterator[Named]:
    node = site.node
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _target(target, node.value)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
        yield from _target(node.target, node.value)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield Named(key.value, value, "credential-in-variable", NAME, f"dict key '{key.value}'")
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        for name, value in defaults(node.args):
            yield Named(name, value, "credential-as-default", NAME, f"default of parameter '{name}'")
    elif isinstance(node, ast.Call):
        yield from _call(node, site, program)


def _target(target: ast.expr, value: ast.expr) -> Iterator[Named]:
    if isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
        for left, right in zip(target.elts, value.elts, strict=False):
            yield from _target(left, right)
        return
    if isinstance(value, ast.Call) and _short(value.func) in _FIELD_CALLS:
        value = next(
            (item.value for item in value.keywords if item.arg == "default"),
            value.args[0] if value.args else value,
        )
        if isinstance(target, ast.Name):
            yield Named(target.id, value, "credential-as-default", NAME, f"default of field '{target.id}'")
        return
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        key = target.slice.value
        if isinstance(key, str) and "environ" in dotted(target.value):
            yield Named(key, value, "credential-in-environment", ENVIRONMENT, f"environment variable '{key}'")
        elif isinstance(key, str):
            yield Named(key, value, "credential-in-variable", NAME, f"key '{key}'")
    elif name := _short(target):
        yield Named(name, value, "credential-in-variable", NAME, f"variable '{name}'")


def _call(node: ast.Call, site: Site, program: Program) -> Iterator[Named]:
    short = _short(node.func)
    if short in _OPTION_CALLS:
        yield from _option(node)
        return
    callee = resolve(node.func, site, program)
    if callee in _GETENV or short == "getenv" or callee.endswith(_ENVIRON):
        if (
            len(node.args) > 1
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            name = node.args[0].value
            written = short == "setdefault"
            rule = "credential-in-environment" if written else "credential-as-default"
            phrase = (
                f"environment variable '{name}'" if written else f"default of environment variable '{name}'"
            )
            yield Named(name, node.args[1], rule, ENVIRONMENT, phrase)
        return
    if short in _HARMLESS_CALLS:
        return
    for keyword in node.keywords:
        if keyword.arg:
            phrase = f"argument '{keyword.arg}' of '{short or 'a call'}'"
            yield Named(keyword.arg, keyword.value, "credential-in-call", NAME, phrase)
    if short in (
        "set",
        "setenv",
        "putenv",
        "set_env",
        "set_env_variable",
        "with_env",
        "setdefault",
        "config",
    ):
        words = [item for item in node.args if isinstance(item, ast.Constant) and isinstance(item.value, str)]
        if len(words) == 2 == len(node.args):
            name = str(words[0].value)
            yield Named(
                name.rpartition(".")[2],
                words[1],
                "credential-in-environment",
                ENVIRONMENT,
                f"setting '{name}'",
            )


def _option(node: ast.Call) -> Iterator[Named]:
    """`add_argument("--api-key", default="...")`, `click.option(...)`, `typer.Option("...", "--api-key")`."""
    flags = [
        item.value for item in node.args if isinstance(item, ast.Constant) and isinstance(item.value, str)
    ]
    flag = next((text for text in flags if text.startswith("--")), next(iter(flags), ""))
    for keyword in node.keywords:
        if keyword.arg in ("default", "const") and flag:
            yield Named(
                flag.lstrip("-"),
                keyword.value,
                "credential-as-default",
                ENVIRONMENT,
                f"default of option '{flag}'",
            )


def _short(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
