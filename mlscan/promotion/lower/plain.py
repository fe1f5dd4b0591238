"""Conditions in the neutral language: names of the run (`run.branch`) that every platform's are turned into.

`run.branch`, `run.tag` and `run.base` (of a pull request) are null where the run has none, `run.name` is
the branch or tag, `run.event` the platform's word for what started it, `run.default` the default branch.
"""

from __future__ import annotations

from collections.abc import Iterable

from mlscan.model import Place
from mlscan.promotion.conditions import Condition
from mlscan.promotion.patterns import of_glob
from mlscan.promotion.scope import Scope

UNKNOWN = "run.unknown"
NEVER = "false"


def plain(text: str, place: Place, scope: Scope) -> Condition:
    """A condition in the neutral language. Without a status function it asks for success as well."""
    return Condition(text, "plain", place, scope)


def quoted(text: str) -> str:
    """A literal of the neutral language."""
    return "'" + text.replace("'", "''") + "'"


def matching(name: str, pattern: str) -> str:
    """Whether a regular expression is found in a name of the run."""
    return f"matches({name}, {quoted(pattern)})"


def named(name: str, value: str) -> str:
    """Whether a name of the run is this text, or fits it where it is a glob."""
    if any(sign in value for sign in "*?{"):
        return matching(name, of_glob(value))
    return f"{name} == {quoted(value)}"


def any_of(tests: Iterable[str]) -> str:
    """One of several holds; nothing of nothing."""
    found = [test for test in dict.fromkeys(tests) if test]
    return found[0] if len(found) == 1 else " || ".join(f"({test})" for test in found) or NEVER


def all_of(tests: Iterable[str]) -> str:
    """Every one of several holds."""
    found = [test for test in dict.fromkeys(tests) if test and test != "true"]
    return found[0] if len(found) == 1 else " && ".join(f"({test})" for test in found) or "true"


def negated(test: str) -> str:
    """The contrary."""
    return f"!({test})"
