"""What a call hands to a function of the repository says about where that function deploys."""

from __future__ import annotations

import ast
from dataclasses import replace

from mlscan.model import Place
from mlscan.promotion.graph import Action, Fact
from mlscan.promotion.production import Judge, tokens
from mlscan.promotion.python_script import literal

_PLACES = frozenset(
    ("alias", "cluster", "deployment", "endpoint", "env", "environment", "namespace", "stage", "target",
     "workspace")
)  # fmt: skip
_SOURCES = frozenset(("source", "src", "from", "baseline", "compare"))


def sent(action: Action, call: ast.Call, judge: Judge, place: Place) -> Action:
    """An action behind a call, with `endpoint_name="churn-test"` among the facts about its target where it
    names none itself."""
    if any(judge.names(fact.value) for fact in action.targets):
        return action
    return replace(action, targets=(*action.targets, *handed(call, judge, place)))


def handed(call: ast.Call, judge: Judge, place: Place) -> tuple[Fact, ...]:
    """The literal arguments of a call whose names say that they are places, and whose values which one."""
    given = (
        literal(word.value)
        for word in call.keywords
        if word.arg and _PLACES & set(tokens(word.arg)) and not _SOURCES & set(tokens(word.arg))
    )
    return tuple(Fact("target argument", text[:120], place) for text in given if judge.names(text))
