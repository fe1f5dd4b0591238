"""Rollouts of Argo that an Application syncs: one deploy, which the pauses of the Rollouts may hold.

https://argo-cd.readthedocs.io/en/stable/operator-manual/health/: a sync changes the Rollout, and its own
steps decide when the new model takes the traffic.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mlscan.promotion.graph import Gate
from mlscan.promotion.lower.context import Context


@dataclass(frozen=True, slots=True)
class Rolled:
    """A Rollout by the path of its file, with the first pause that waits for somebody."""

    path: str
    pause: Gate | None


def synced(path: str, context: Context) -> bool:
    """Whether an Application of the repository syncs the folder that a file stands in."""
    return any(_holds(folder, path) for folder in context.synced)


def paused(folders: Iterable[str], context: Context) -> tuple[Gate, ...]:
    """The pause before the traffic of an Application, where each Rollout it syncs has one."""
    wanted = list(folders)
    found = [one for one in context.rollouts if any(_holds(folder, one.path) for folder in wanted)]
    gates = [one.pause for one in found if one.pause is not None]
    return (gates[0],) if gates and len(gates) == len(found) else ()


def _holds(folder: str, path: str) -> bool:
    """Whether a file is in a folder; the whole repository holds nothing in particular."""
    return folder != "." and path.startswith(f"{folder}/")
