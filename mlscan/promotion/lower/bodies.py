"""What a Python function does to models: the known calls in it, and in functions it calls, as steps."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mlscan.flow.guards import Guard, guard_within
from mlscan.model import Place
from mlscan.promotion.commands import DEPLOYS, MAX_HOPS, Setting
from mlscan.promotion.graph import Action, Gate, Step
from mlscan.promotion.handed import sent
from mlscan.promotion.located import Located
from mlscan.promotion.lower.cdk_source import Function, Source, dotted
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.steps import SANDBOX, arranged

# How many functions are read for one task.
_MOST = 200
# What clears away what was deployed: a function that does both tries something out.
_CLEARS = frozenset(("delete_endpoint", "undeploy", "undeploy_all", "undeploy_model", "delete_deployment"))


@dataclass(frozen=True)
class Body:
    """A function of the repository, to be read as a part of a pipeline; `read` counts those read for it."""

    source: Source
    function: Function
    context: Context
    hops: tuple[Place, ...] = ()
    read: list[int] = field(default_factory=lambda: [0])

    def steps(self, name: str) -> tuple[Step, ...]:
        """What it does, each deploy behind the condition it stands under."""
        place = self.source.place_of(self.function)
        return arranged(name, place, list(self._done(frozenset())))

    def direct(self) -> dict[int, Action]:
        """What its own calls do, by the identity of the call."""
        first, last = self.function.lineno, self.function.end_lineno or self.function.lineno
        found = self.context.python.located(
            self.context.recogniser, Located.whole(self.source.document), Setting(hops=self.hops), first, last
        )
        # Who approves a package in code is found at the call itself, whatever runs it.
        return {id(call): action for call, action in found if action.kind != "approve"}

    def _done(self, seen: frozenset[int]) -> Iterator[tuple[Action, Gate | None]]:
        self.read[0] += 1
        if self.read[0] > _MOST:
            return
        known = self.direct()
        for call in (node for node in ast.walk(self.function) if isinstance(node, ast.Call)):
            if (action := known.get(id(call))) is not None:
                deploys = action.kind in DEPLOYS
                guard = guard_within(call, self.function) if deploys else None
                yield action, gate_of(guard, action.place)
                continue
            name = dotted(call.func)
            if name.rpartition(".")[2] in _CLEARS:
                yield Action(SANDBOX, f"{name}()", "high", self.source.place(call)), None
            if len(seen) > MAX_HOPS + 1 or not name:
                continue
            owner, function = self.source.function(name)
            if owner is None or function is None or id(function) in seen or function is self.function:
                continue
            hops = self.hops if owner is self.source else (*self.hops, self.source.place(call))
            if len(hops) <= MAX_HOPS:
                inner = replace(self, source=owner, function=function, hops=hops)
                done = list(inner._done(seen | {id(self.function)}))
                deploys = any(action.kind in DEPLOYS for action, _ in done)
                guard = guard_within(call, self.function) if deploys else None
                for action, gate in done:
                    # A person asked out here stands before what a number decides in there.
                    outer = guard is not None and (guard.human or gate is None)
                    told = sent(action, call, self.context.recogniser.judge, self.source.place(call))
                    yield told, gate_of(guard, action.place) if outer else gate


def gate_of(guard: Guard | None, place: Place) -> Gate | None:
    """The gate that a condition in code is."""
    return Gate("human" if guard.human else "metric", guard.words, place) if guard else None
