"""Actions behind the conditions of code, arranged as steps so that a condition guards only its own."""

from __future__ import annotations

from collections.abc import Sequence

from mlscan.model import Place
from mlscan.promotion.graph import Action, Gate, Step

SANDBOX = "sandbox"
_ORDER = ("", "metric", "timer", "human")


def arranged(name: str, place: Place, done: Sequence[tuple[Action, Gate | None]]) -> tuple[Step, ...]:
    """One step for what nothing guards, then one for each kind of guard: a gate stops the steps after it."""
    found: list[Step] = []
    for kind in _ORDER:
        row = [(action, gate) for action, gate in done if (gate.kind if gate else "") == kind]
        if not row:
            continue
        gates = tuple(dict.fromkeys(gate for _, gate in row if gate is not None))
        if gates:
            found.append(Step(f"condition of {name}", gates[0].place, gates=gates[:1]))
        actions = tuple({(action.title, action.place): action for action, _ in row}.values())
        found.append(Step(name, place, actions))
    return tuple(found)
