"""Commands in code that promote, approve or deploy: `!az ml ...`, `%%bash`, `subprocess.run([...])`.

They tell the same as a call of an SDK does. A command counts where it approves or names production; what a
pipeline runs is the business of the promotion graph.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mlscan.catalog.schema import Catalog
from mlscan.catalog.triggers import RUNS
from mlscan.checks.aside import tried_out
from mlscan.checks.code.calls import CERTAIN
from mlscan.checks.gates.void import passes_gate
from mlscan.documents.document import Document
from mlscan.flow.calls import resolve
from mlscan.flow.guards import Guard, guard_of
from mlscan.flow.program import Program, Site
from mlscan.flow.values import Values
from mlscan.model import Confidence, Finding, Place
from mlscan.promotion.commands import DEPLOYS, Recogniser, Setting
from mlscan.promotion.graph import Action
from mlscan.promotion.located import Located
from mlscan.words import words

_OWNERS = ("subprocess", "os", "asyncio", "get_ipython", "sh", "invoke", "sp")
_DENIES = re.compile(rb"(?i)\brejected\b")


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """A text for a shell, and the action it amounts to; `guard` is what stands before it in Python."""

    text: bytes
    action: Action
    place: Place
    guard: Guard | None = None


class CommandChecks:
    """The catalogue of commands, ready for code."""

    def __init__(self, catalog: Catalog) -> None:
        self._recogniser = Recogniser(catalog)

    def find(self, document: Document, program: Program) -> Iterator[Finding]:
        """A finding for every command that reaches production, approves a model or passes a gate."""
        tests = tried_out(document.source.path)
        for line in (*self._magics(document), *self._calls(document, program)):
            if line.action.kind in DEPLOYS and (line.guard is None or not line.guard.human):
                for finding in filter(None, (self._finding(document, line), self._at_once(line))):
                    yield replace(finding, confidence=Confidence.LOW) if tests else finding

    def _magics(self, document: Document) -> Iterator[_Line]:
        for offset, text, magic in document.magics:
            if magic.kind == "shell":
                body = text[magic.start : magic.end]
                located = Located(document, body, start=offset + magic.start)
                for action in self._recogniser.actions(located, Setting()):
                    yield _Line(body, action, action.place)

    def _calls(self, document: Document, program: Program) -> Iterator[_Line]:
        values = Values(program)
        for name in RUNS:
            for site in program.called.get(name, ()):
                call = site.node
                if not isinstance(call, ast.Call) or not call.args:
                    continue
                if resolve(call.func, site, program).partition(".")[0] not in _OWNERS:
                    continue
                place = document.place(*site.module.span(call.func))
                guard: Guard | None = None
                for text in dict.fromkeys(_texts(call, site, program, values)):
                    data = text.encode("utf-8", "replace")
                    for action in self._recogniser.actions(Located(document, data), Setting()):
                        guard = guard or guard_of(call, site, program, values.options)
                        yield _Line(data, action, place, guard)

    def _at_once(self, line: _Line) -> Finding | None:
        """All traffic of production moved by one command."""
        target = self._recogniser.judge.target(line.action.targets)
        if not line.action.all_traffic or target.environment != "prod" or not target.strong:
            return None
        return Finding(
            "deploy-all-traffic-at-once",
            f"`{line.action.title}` gives all traffic of '{target.name}' to a new model at once.",
            line.place,
            Confidence.MEDIUM,
            evidence=tuple(f"{fact.kind} '{fact.value}' names production" for fact in target.evidence[:3]),
        )

    def _finding(self, document: Document, line: _Line) -> Finding | None:
        action = line.action
        target = self._recogniser.judge.target(action.targets)
        evidence = [f"`{action.title}` is a {action.kind}"]
        evidence += [f"{fact.kind} '{fact.value}' names production" for fact in target.evidence[:3]]
        if line.guard is not None:
            evidence.append(f"guarded only by {line.guard.words}")
        confidence = Confidence.HIGH if action.certainty == "high" else Confidence.MEDIUM
        notebook = document.kind == "notebook"
        shown = f"`{action.title}`"
        if action.kind == "approve":
            if passes_gate(action.title):
                if _DENIES.search(document.data):
                    return None
                rule = "robot-approver"
                message = f"{shown}: a program gives the approval that a person is asked for."
            else:
                rule, message = "self-approved-model", f"{shown}: code approves the model itself."
        elif (target.environment == "prod" and target.strong) or _champion(line):
            rule = "promotes-to-production-from-notebook" if notebook else "promotes-without-approval"
            name = f" ('{target.name}')" if target.environment == "prod" else ""
            message = f"{shown} reaches production{name} with no approval before it."
        else:
            return None
        if line.guard is not None:
            confidence = Confidence.MEDIUM
        return Finding(rule, message, line.place, confidence, evidence=tuple(evidence))


def _champion(line: _Line) -> bool:
    """`databricks registered-models set-alias main.ml.churn champion 3`."""
    told = {word for fact in line.action.targets for word in words(fact.value)}
    return line.action.kind == "promote" and bool(told & (CERTAIN - {"release"}))


def _texts(call: ast.Call, site: Site, program: Program, values: Values) -> Iterator[str]:
    """The command lines that a call may run; `$x` stands for a word that is not known."""
    yield from _line(call.args[0], site, program, values, 0)
    if len(call.args) > 1:
        yield from _line(ast.List(call.args, ast.Load()), site, program, values, 0)


def _line(node: ast.expr, site: Site, program: Program, values: Values, depth: int) -> Iterator[str]:
    if depth > 3:
        return
    if isinstance(node, ast.List | ast.Tuple):
        yield " ".join(_word(item, site, values) for item in node.elts)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "split":
        inner = node.args[0] if node.args and _is_shlex(node.func) else node.func.value
        yield from _line(inner, site, program, values, depth + 1)
    elif isinstance(node, ast.BinOp) and isinstance(node.left, ast.List):
        yield from _line(node.left, site, program, values, depth + 1)
    elif isinstance(node, ast.Name) and (binding := program.value(node.id, site)):
        there = Site(binding.value, binding.module, site.scope, site.class_name)
        yield from _line(binding.value, there, program, values, depth + 1)
    else:
        for value in values.of(node, site):
            yield value.text.replace("…", "${x}")


def _is_shlex(function: ast.Attribute) -> bool:
    return isinstance(function.value, ast.Name) and function.value.id == "shlex"


def _word(node: ast.expr, site: Site, values: Values) -> str:
    found = values.of(node, site) if not isinstance(node, ast.Starred) else []
    return shlex.quote(found[0].text) if found and "…" not in found[0].text else "$x"
