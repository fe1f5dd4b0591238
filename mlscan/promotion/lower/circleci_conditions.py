"""Filters and logic statements of CircleCI in the neutral language.

Without a filter for tags a job runs on every branch and on no tag; an expression between slashes has to fit
the whole name. A pipeline parameter has its default unless somebody starts the pipeline by hand.
"""

from __future__ import annotations

import re

from mlscan.documents.yaml import Mapping, Node, Scalar
from mlscan.promotion.lower.operators import translated
from mlscan.promotion.lower.parsed import items, pairs, texts
from mlscan.promotion.lower.plain import NEVER, UNKNOWN, all_of, any_of, matching, negated, quoted
from mlscan.promotion.scope import Scope

DEFAULTS = "pipeline.parameters."
_HOLE = re.compile(r"^\$\{\{ ([\w.-]+) \}\}$")
_NAMES = {
    "pipeline.git.branch": "run.branch",
    "pipeline.git.tag": "run.tag",
    "pipeline.git.branch.is_default": "run.branch == run.default",
    "pipeline.trigger_source": "run.event",
}


def filtered(node: Node | None) -> str:
    """When the filters of a job let it run."""
    if isinstance(node, Scalar):
        return f"({translated(node.value, lambda word, alone: _name(word, Scope()))})"
    branches = node.get("branches") if isinstance(node, Mapping) else None
    tags = node.get("tags") if isinstance(node, Mapping) else None
    on_tag = _refs(tags, "run.tag") if tags is not None else NEVER
    found = all_of(("run.branch", _refs(branches, "run.branch")))
    return found if on_tag == NEVER else any_of((found, all_of(("run.tag", on_tag))))


def _refs(node: Node | None, name: str) -> str:
    if not isinstance(node, Mapping):
        return any_of(_ref(text, name) for text in texts(node)) if node is not None else "true"
    tests = []
    if (only := node.get("only")) is not None:
        tests.append(any_of(_ref(text, name) for text in texts(only)))
    if (ignore := node.get("ignore")) is not None:
        tests.append(negated(any_of(_ref(text, name) for text in texts(ignore))))
    return all_of(tests)


def _ref(text: str, name: str) -> str:
    if len(text) > 2 and text.startswith("/") and text.endswith("/"):
        inner = text[1:-1].removeprefix("^").removesuffix("$")
        return matching(name, f"^({inner})$" if "|" in inner else f"^{inner}$")
    return f"{name} == {quoted(text)}"


def logic(node: Node, scope: Scope) -> str:
    """A logic statement: `and`, `or`, `not`, `equal`, `matches`, a parameter or an expression."""
    if isinstance(node, Scalar):
        text = node.value.strip()
        if _HOLE.match(text) or text in ("true", "false", ""):
            return _operand(text, scope)
        return translated(text, lambda word, alone: _name(word, scope))
    for word, _, value in pairs(node):
        if word in ("and", "or"):
            tests = [f"({logic(item, scope)})" for item in items(value)]
            return all_of(tests) if word == "and" else any_of(tests)
        if word == "not":
            return negated(logic(value, scope))
        if word == "equal":
            first, *others = [_operand(text, scope) for text in texts(value)] or [UNKNOWN]
            if first.startswith("'"):
                others, first = ([*others[1:], first], others[0]) if others else ([], UNKNOWN)
            return all_of(f"{first} == {other}" for other in others)
        if word == "matches" and isinstance(value, Mapping):
            return matching(_operand(value.text("value"), scope), value.text("pattern"))
    return UNKNOWN


def _operand(text: str, scope: Scope) -> str:
    match = _HOLE.match(text.strip())
    if match:
        return _name(match[1], scope)
    if text in ("true", "false"):
        return text
    return quoted(text)


def _name(word: str, scope: Scope) -> str:
    if word.startswith(DEFAULTS):
        default = scope.names.get(word.lower(), "")
        return f"coalesce(inputs.{word.rpartition('.')[2]}, {_operand(default, scope)})"
    if word.startswith("parameters."):
        return word
    return _NAMES.get(word, UNKNOWN)
