"""Calls that always raise because of how the program has set up the SDK before them."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from mlscan.catalog.schema import Refusal
from mlscan.flow.passed import argument
from mlscan.flow.program import Program


def always_raises(refusals: Iterable[Refusal], program: Program) -> bool:
    """Whether the program sets the SDK up, everywhere it does, so that the call can only raise."""
    for refusal in refusals:
        given = [
            node.value if isinstance(node, ast.Constant) else None
            for name in refusal.calls
            for site in program.called.get(name, ())
            if isinstance(site.node, ast.Call)
            and (node := argument(site.node, refusal.argument, refusal.position)) is not None
        ]
        if given and all(isinstance(one, str) and one.lower() == refusal.value for one in given):
            return True
    return False
