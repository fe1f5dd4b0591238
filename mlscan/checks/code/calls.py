"""Python and notebook calls that promote, approve or deploy a model, outside any pipeline.

A registry promotion counts where its argument says production; an endpoint deploy counts as production
where its name, its traffic or its surroundings say so, and is an inventory note otherwise (measured on
1,278 endpoint calls of public ML repositories: none names production).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlscan.catalog.schema import Catalog
from mlscan.checks.aside import tried_out
from mlscan.checks.code import rollback, traffic
from mlscan.checks.code.promotions import Promotion, Promotions
from mlscan.checks.code.robots import answers_itself
from mlscan.documents.document import Document
from mlscan.flow.guards import Guard, Strength, guard_of
from mlscan.flow.program import Program
from mlscan.flow.values import Values
from mlscan.model import Confidence, Finding, Place
from mlscan.promotion.ways_back import goes_back
from mlscan.words import words

# Words of other values that decide, such as Vertex's `default` alias or 100 % of the traffic, do not say
# that what they change is production.
CERTAIN = frozenset(("approved", "approve", "champion", "stable", "release", "live"))
# Defaults of what is started by a schedule or an event; an option may always be given by who types it.
_STARTED = ("pipeline parameter", "environment variable")


class CallChecks:
    """Everything that the calls of a file tell about promotions."""

    def __init__(self, catalog: Catalog, *, inventory: bool = True) -> None:
        """Without `inventory`, what would be a finding of low confidence is not looked into."""
        self._inventory = inventory
        self._promotions = Promotions(catalog)

    def find(self, document: Document, program: Program) -> Iterator[Finding]:
        """Findings for every call that reaches production, approves a model itself or passes a gate."""
        values = Values(program)
        found = list(self._promotions.find(program, values, inventory=self._inventory))
        approves = any(one.entry.kind == "approve" and one.means for one in found)
        shipped: list[Promotion] = []
        tests = tried_out(document.source.path)
        for one in found:
            if one.entry.kind == "rollback-loss":
                continue
            guard = guard_of(one.site.node, one.site, program, values.options, one.tests)
            if guard is not None and guard.strength is Strength.RECORDED and approves:
                guard = Guard(Strength.METRIC, "an approval that the same code gives")
            if one.means and self._certain(one) and one.entry.kind != "approve":
                shipped.append(one)
            if guard is None or not guard.human:
                mild = tests or _goes_back(document, one, program)
                for finding in self._findings(document, program, values, one, guard):
                    yield replace(finding, confidence=Confidence.LOW) if mild else finding
        for finding in rollback.lost(document, found, shipped):
            yield replace(finding, confidence=Confidence.LOW) if tests else finding

    def _certain(self, one: Promotion) -> bool:
        return bool((self._promotions.production | CERTAIN) & set(words(one.text)))

    def _findings(
        self, document: Document, program: Program, values: Values, one: Promotion, guard: Guard | None
    ) -> Iterator[Finding]:
        where = traffic.taken_at_once(one, document, program, values, self._promotions)
        if where is not None:
            yield replace(where, place=_place(document, one))
            if where.confidence is Confidence.LOW:
                return
        if one.entry.gate:
            if answers_itself(one, document):
                yield self._robot(document, one, guard)
        elif one.entry.kind == "approve":
            yield self._approval(document, one, guard)
        elif one.means or self._inventory:
            yield self._deploy(document, one, guard, production=where is not None)

    def _deploy(
        self, document: Document, one: Promotion, guard: Guard | None, *, production: bool
    ) -> Finding:
        notebook = document.kind == "notebook"
        if one.means and (self._certain(one) or production):
            rule = "promotes-to-production-from-notebook" if notebook else "promotes-without-approval"
            message = f"{_shown(one)} with no approval before it."
            confidence = Confidence.MEDIUM if production else _confidence(one, guard)
        else:
            rule = "deploys-model-from-code"
            message = f"{_shown(one)}: a deploy from {'a notebook' if notebook else 'code'}."
            confidence = Confidence.LOW
        return Finding(rule, message, _place(document, one), confidence, evidence=_evidence(one, guard))

    def _approval(self, document: Document, one: Promotion, guard: Guard | None) -> Finding:
        here, evidence = _place(document, one), _evidence(one, guard)
        if one.default and one.value is not None:
            message = (
                f"The default of {one.default} is '{one.text}': the model is approved when nobody says "
                "anything else."
            )
            there = document.place(*one.value.site.module.span(one.value.node))
            related: tuple[Place, ...] = (replace(here, note="the approval is given here"),)
            started = guard is None and one.default.startswith(_STARTED)
            certain = Confidence.HIGH if started else Confidence.MEDIUM
            return Finding("approval-default-approved", message, there, certain, related, evidence=evidence)
        message = f"{_shown(one)}: code approves the model itself."
        confidence = _confidence(one, guard) if self._certain(one) else Confidence.LOW
        return Finding("self-approved-model", message, here, confidence, evidence=evidence)

    def _robot(self, document: Document, one: Promotion, guard: Guard | None) -> Finding:
        message = f"{_shown(one)}: a program gives the approval that a person is asked for."
        confidence = _confidence(one, guard)
        place = _place(document, one)
        return Finding("robot-approver", message, place, confidence, evidence=_evidence(one, guard))


def _goes_back(document: Document, one: Promotion, program: Program) -> bool:
    """Whether a call takes production back to what was there before, which has to be quick."""
    function = program.function_of(one.site.scope)
    names = (document.source.path.rpartition("/")[2], function.node.name if function is not None else "")
    return goes_back(names)


def _place(document: Document, one: Promotion) -> Place:
    return document.place(*one.site.module.span(one.written.func))


def _confidence(one: Promotion, guard: Guard | None) -> Confidence:
    loose = guard is not None or one.known.startswith("*.") or bool(one.default)
    return Confidence.MEDIUM if loose else Confidence.HIGH


def _shown(one: Promotion) -> str:
    what = (one.entry.title or one.entry.id.replace("-", " ")).strip().rstrip(".")
    value = one.text if "/" not in one.text else ""
    return f"{what[:1].upper()}{what[1:]}" + (f" ('{value}')" if value else "")


def _evidence(one: Promotion, guard: Guard | None) -> tuple[str, ...]:
    found = [f"call of {one.known}"]
    if one.text:
        name = one.entry.decides.argument if one.entry.decides else "argument"
        found.append(f"{name} is '{one.text}'")
    if one.default:
        found.append(f"'{one.text}' is the default of {one.default}")
    if guard:
        found.append(f"guarded only by {guard.words}")
    return tuple(found)
