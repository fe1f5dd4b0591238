"""When a job or step runs: `if:` and `condition:` as three-valued conditions.

GitHub adds `success() &&` to a condition without a status function, and a text outside `${{ }}` makes the
whole a non-empty text, which is always true. Azure's `condition:` replaces `succeeded()` entirely.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mlscan.model import Place
from mlscan.promotion.expressions import UNKNOWN, Context, Expr, ExpressionError, parse, truth
from mlscan.promotion.scope import NO_FACTS, Bound, Scope

_STATUS = frozenset(
    ("success", "always", "cancelled", "failure", "succeeded", "failed", "canceled", "succeededorfailed")
)
_ONE_HOLE = re.compile(r"^\$\{\{((?:(?!\$\{\{|\}\}).)*)\}\}$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Condition:
    """`text` as written, `language` `github`, `azure` or `plain` (see `mlscan.promotion.lower.plain`), names
    as `scope` has them; `negated` for `else`."""

    text: str
    language: str
    place: Place
    scope: Scope = field(default_factory=Scope)
    negated: bool = False

    @property
    def decorative(self) -> bool:
        """A GitHub condition that is true whatever it says, because text stands outside its `${{ }}`."""
        text = self.text.strip()
        return self.language == "github" and "${{" in text and not _ONE_HOLE.match(text)

    @property
    def expression(self) -> str:
        match = _ONE_HOLE.match(self.text.strip())
        return match[1] if match else self.text

    @property
    def checks_status(self) -> bool:
        """Whether it says itself what happens after a failure."""
        if self.decorative:
            return any(f"{name}(" in self.text.lower().replace(" ", "") for name in _STATUS)
        return bool(set(calls(self._tree())) & _STATUS)

    @property
    def outlives_failure(self) -> bool:
        """Whether it can hold although something before it failed or was refused."""
        called = set(calls(self._tree())) & _STATUS
        if self.language == "azure":
            return not called & {"succeeded"}
        return bool(called - {"success"})

    def holds(self, facts: Context) -> bool | None:
        """True, False, or None where only a run can tell. Does not add `success()`."""
        if self.decorative:
            return True
        tree = self._tree()
        value = UNKNOWN if tree is None else Bound(self.scope, facts).tree(tree)
        known = truth(value)
        return known if known is None or not self.negated else not known

    def demands_person(self) -> bool:
        """Whether it is false unless one of some named people or members started the run."""
        if self.decorative or self.negated:
            return False
        return self.holds(_Person(False)) is False and self.holds(_Person(True)) is not False

    def _tree(self) -> Expr | None:
        text = self.expression
        if self.language == "azure" and "$" in text:
            text = self.scope.expand(text, NO_FACTS)
            if re.search(r"'[^']*(?:\$\{\{|\$\()[^']*'", text):
                return None  # a text that only a run can tell
        if "${{" in text:
            text = re.sub(r"\$\{\{(.*?)\}\}", lambda match: f"({match[1]})", text, flags=re.DOTALL)
        try:
            return parse(text)
        except (ExpressionError, RecursionError):
            return None


def calls(expr: Expr | None) -> list[str]:
    """Every function an expression calls."""
    if expr is None:
        return []
    found = [str(expr.head)] if expr.op == "call" else []
    for argument in expr.args:
        found += calls(argument)
    return found


def names_people(literals: tuple[str, ...]) -> bool:
    """Whether a list of accounts or associations means people: no bots, no everybody."""
    lowered = {literal.lower() for literal in literals}
    if lowered & {"none", "contributor", "first_time_contributor"}:
        return False
    return bool(lowered) and not any(
        name.endswith("[bot]") or name in ("dependabot", "github-actions", "renovate") for name in lowered
    )


@dataclass(frozen=True, slots=True)
class _Person:
    """Nothing is known about a run but whether the right person started it."""

    right: bool

    def name(self, path: str) -> object:
        return NO_FACTS.name(path)

    def call(self, function: str, args: list[object]) -> object:
        return NO_FACTS.call(function, args)

    def person(self, path: str, literals: tuple[str, ...]) -> object:
        return self.right if names_people(literals) else UNKNOWN
