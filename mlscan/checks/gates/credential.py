"""A gate that a credential leads around: `gate-void` where a role trusts jobs without the gate too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mlscan.checks.gates.case import Case, Found, World
from mlscan.checks.gates.words import confidence, target
from mlscan.promotion.graph import Fact
from mlscan.promotion.verdicts import GUARDED

_ROLE = re.compile(r"^arn:aws[\w-]*:iam::[^:]*:role/(?:.*/)?([\w+=,.@-]+)$")


def find(case: Case, world: World) -> Iterator[Found]:
    """The role of a job behind an environment, with a trust policy in this repository that names none.

    Only what both files say is a proof: the role by its literal name, and a subject without a limit.
    """
    verdict = case.worst
    gate = next((gate for gate in case.job.gates if gate.kind in ("environment", "human")), None)
    role = _role(case)
    if verdict.kind not in GUARDED or gate is None or role is None:
        return
    if gate not in verdict.gates:
        return
    name = _ROLE.sub(r"\1", role.value)
    trust = next((trust for trust in world.graph.trusts if name in trust.names), None)
    if trust is None:
        return
    proof = (
        replace(gate.place, note=f"gate '{gate.name}'"),
        replace(role.place, note=f"takes role '{name}'"),
        replace(trust.place, note=f"which trusts '{trust.subject}': any job, with the gate or without"),
    )
    yield Found(
        "gate-void", case, verdict,
        f"Job '{case.job.title}' deploys to {target(verdict)} behind gate '{gate.name}', but the role "
        f"'{name}' it takes trusts '{trust.subject}': a job without the gate gets the same rights.",
        confidence(verdict),
        flow=(*verdict.path[:-1], *proof, *verdict.path[-1:]),
        related=proof[2:],
        fix=f"Limit the subject to the environment: `repo:OWNER/REPO:environment:{gate.name}` with "
        "`StringEquals`, and give other jobs a role of their own.",
    )  # fmt: skip


def _role(case: Case) -> Fact | None:
    """The role that the job took last before it deploys."""
    steps = case.job.steps[: case.deploy.index + 1]
    taken = (fact for step in steps for fact in step.facts if fact.kind == "credential")
    facts = [fact for fact in taken if _ROLE.match(fact.value)]
    return facts[-1] if facts else None
