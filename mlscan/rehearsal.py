"""The examples of rule files, tried: each must be found, and no counterexample may be.

Ours are tried by the tests, a user's own by `mlscan rules check`. A complaint is (keys and indices that lead
to the template within the file, what is wrong).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mlscan.analyse import Analyser
from mlscan.catalog.patterns import confirmer, token_expression
from mlscan.catalog.schema import (
    Catalog,
    CredentialSink,
    Invocation,
    PromotionCall,
    Sdk,
    TokenFormat,
    Tool,
    Vendor,
)
from mlscan.catalog.templates import expand
from mlscan.model import Finding
from mlscan.sources.source import Source

Complaints = Iterator[tuple[tuple[str | int, ...], str]]

# Rules that a call is reported under when it is one that `kind` says.
PROMOTING = frozenset(
    (
        "approval-default-approved",
        "promotes-to-production-from-notebook",
        "promotes-without-approval",
        "robot-approver",
        "self-approved-model",
    )
)
_REPORTED = PROMOTING | {"deploys-model-from-code", "deploy-all-traffic-at-once"}
_MISSED, _FOUND = "the example is not found", "the counterexample is found"


class Rehearsal:
    """A catalogue with what reads it."""

    def __init__(self, catalog: Catalog, analyser: Analyser) -> None:
        """The analyser has to be one with `inventory`, made of this catalogue."""
        self._catalog = catalog
        self._analyser = analyser

    def of(self, entry: Vendor | Sdk | Tool) -> Complaints:
        """The complaints about a whole file."""
        if isinstance(entry, Vendor):
            for index, token in enumerate(entry.tokens):
                yield from _below(("tokens", index), self.format(token))
        elif isinstance(entry, Sdk):
            for index, sink in enumerate(entry.credentials):
                yield from _below(("credentials", index), self.sink(sink))
            for index, call in enumerate(entry.promotions):
                yield from _below(("promotions", index), self.promotion(call))
        else:
            actions = self._actions()
            for index, invocation in enumerate(entry.invocations):
                yield from _below(("invocations", index), command(invocation, actions))

    def format(self, token: TokenFormat) -> Complaints:
        """A token format: found in a text, or something else is found that names the very same characters."""
        shape = confirmer(token_expression(token))
        for index, template in enumerate(token.examples):
            text = expand(template)
            found = self._findings(text, "example.txt")
            match = shape.search(text.encode())
            if token.id not in {finding.rule for finding in found} and not (found and match):
                yield ("examples", index), _MISSED
            secret = match["secret"].decode() if match else None
            if secret and any(secret in finding.message + finding.place.excerpt for finding in found):
                yield ("examples", index), "the report would show the secret"
        for index, template in enumerate(token.counterexamples):
            found = self._findings(expand(template), "example.txt")
            if token.id in {finding.rule for finding in found}:
                yield ("counterexamples", index), _FOUND

    def sink(self, sink: CredentialSink) -> Complaints:
        """An argument that takes a credential: any finding will do, its format may be known."""
        for index, template in enumerate(sink.examples):
            if not self._findings(expand(template)):
                yield ("examples", index), _MISSED
        for index, template in enumerate(sink.counterexamples):
            if "credential-in-call" in {finding.rule for finding in self._findings(expand(template))}:
                yield ("counterexamples", index), _FOUND

    def promotion(self, call: PromotionCall) -> Complaints:
        """A call that deploys or promotes; one of another kind has only counterexamples to try."""
        wanted = call.kind in ("promote", "approve", "deploy", "traffic")
        for index, template in enumerate(call.examples if wanted else ()):
            if not {finding.rule for finding in self._findings(expand(template))} & _REPORTED:
                yield ("examples", index), _MISSED
        for index, template in enumerate(call.counterexamples):
            if {finding.rule for finding in self._findings(expand(template))} & PROMOTING:
                yield ("counterexamples", index), _FOUND

    def _findings(self, text: str, name: str = "example.py") -> tuple[Finding, ...]:
        understood = self._analyser.analyse(Source(name, text.encode()))
        return understood.findings if understood else ()

    def _actions(self) -> Callable[[str], list[str]]:
        from mlscan.documents.document import text_document
        from mlscan.promotion.commands import Recogniser, Setting
        from mlscan.promotion.located import Located

        recogniser = Recogniser(self._catalog)

        def actions(script: str) -> list[str]:
            text = Located.whole(text_document(Source("ci.sh", script.encode())))
            return [action.kind for action in recogniser.actions(text, Setting())]

        return actions


def command(invocation: Invocation, actions: Callable[[str], list[str]]) -> Complaints:
    """A command line: `actions` are the kinds of all actions of a script."""
    for index, example in enumerate(invocation.examples):
        if invocation.action not in actions(example):
            yield ("examples", index), f"{_MISSED} to be '{invocation.action}'"
    for index, example in enumerate(invocation.counterexamples):
        if invocation.action in actions(example):
            yield ("counterexamples", index), f"{_FOUND} to be '{invocation.action}'"


def _below(here: tuple[str | int, ...], complaints: Complaints) -> Complaints:
    for keys, reason in complaints:
        yield (*here, *keys), reason
