"""`when` of a declarative stage and `if` of a script in the neutral language."""

from __future__ import annotations

import re

from mlscan.promotion.lower.groovy import Call
from mlscan.promotion.lower.operators import translated
from mlscan.promotion.lower.plain import UNKNOWN, all_of, any_of, matching, named, negated

_BRANCH = frozenset(("BRANCH_NAME", "GIT_BRANCH", "env.BRANCH_NAME", "env.GIT_BRANCH", "scm.branches"))
_TAG = frozenset(("TAG_NAME", "env.TAG_NAME"))
_BASE = frozenset(("CHANGE_ID", "env.CHANGE_ID", "CHANGE_TARGET", "env.CHANGE_TARGET"))
_CALLED = re.compile(
    r"\b(?:env\.)?(BRANCH_NAME|GIT_BRANCH|TAG_NAME)\.(startsWith|equals|contains)\(\s*(['\"])([^'\"]*)\3\s*\)"
)
_SAME = re.compile(r"==~")


def when(found: list[Call], data: bytes) -> str:
    """All of the conditions of a `when`."""
    return all_of(
        _test(call, data)
        for call in found
        if call.name not in ("beforeInput", "beforeAgent", "beforeOptions")
    )


def _test(call: Call, data: bytes) -> str:
    inner = [_test(one, data) for one in call.body or ()]
    if call.name == "anyOf":
        return any_of(inner)
    if call.name == "allOf":
        return all_of(inner)
    if call.name == "not":
        return negated(all_of(inner))
    if call.name == "expression":
        return condition(data[slice(*call.inside)].decode("utf-8", "replace"))
    if call.name == "branch":
        return _named("run.branch", call)
    if call.name in ("tag", "buildingTag"):
        return _named("run.tag", call)
    if call.name == "changeRequest":
        target = call.named.get("target")
        return named("run.base", target.value) if target is not None else "run.base"
    if call.name == "triggeredBy":
        return {"TimerTrigger": "run.event == 'cron'"}.get(call.text(), UNKNOWN)
    if call.name == "environment":
        return f"env.{call.text('name')} == '{call.text('value')}'" if call.text("name") else UNKNOWN
    return UNKNOWN


def _named(name: str, call: Call) -> str:
    pattern = call.text("pattern") or call.text()
    if not pattern:
        return name
    if call.text("comparator") == "REGEXP":
        return matching(name, f"^{pattern}$")
    return named(name, pattern.replace("**", "*").replace("*", "**"))


def condition(text: str) -> str:
    """A Groovy expression, as far as it compares branches, tags and parameters."""
    text = text.strip().removeprefix("return ").strip().rstrip(";")
    if "\n" in text:
        return UNKNOWN
    text = _CALLED.sub(_written, text)
    return f"({translated(_SAME.sub('=~', text), _name)})"


def _written(match: re.Match[str]) -> str:
    escaped = re.escape(match[4]).replace("/", "\\/")
    pattern = {"startsWith": f"^{escaped}", "equals": f"^{escaped}$", "contains": escaped}[match[2]]
    return f"{match[1]} =~ /{pattern}/"


def _name(word: str, alone: bool) -> str:
    if word in _BRANCH:
        return "run.branch"
    if word in _TAG:
        return "run.tag"
    if word in _BASE:
        return "run.base"
    if word.startswith("params."):
        return f"coalesce(inputs.{word.removeprefix('params.')}, {word})"
    return f"env.{word.removeprefix('env.')}" if not alone and word.isupper() else UNKNOWN
