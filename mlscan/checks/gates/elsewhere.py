"""Gates that a file elsewhere takes the point of: `gate-void` at that file.

A policy lets those who start or train also approve, or code makes an environment without reviewers of which
only the name says that it is the one a template binds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

from mlscan.checks.gates.case import Case, Found, World
from mlscan.checks.gates.words import confidence, target
from mlscan.checks.remedies import remedy
from mlscan.model import Confidence
from mlscan.promotion.graph import Approver, Gate, Protection
from mlscan.promotion.verdicts import Kind

_DOES = {"start": "start the pipeline", "train": "train the model", "administer": "change its own rights"}


def find(case: Case, world: World) -> Iterator[Found]:
    """A grant over the gate that holds, or an environment made as code beside the gate that may hold."""
    verdict = case.worst
    platform = case.deploy.pipeline.platform
    if verdict.kind in (Kind.GATED, Kind.GATE_WEAK):
        for gate in verdict.gates:
            for grant in world.graph.approvers:
                if grant.kind == "grant" and grant.platform == platform and _covers(grant, gate):
                    yield _granted(case, gate, grant)
                    return
    elif verdict.kind is Kind.GATE_UNVERIFIED and case.deploy.pipeline.template:
        for gate in verdict.gates:
            for made in world.graph.protections:
                if not made.reviewed and _first(made, world) is case:
                    yield Found(
                        "gate-void", case, verdict,
                        f"Code creates environment '{made.name}' without anybody who has to approve, and "
                        f"job '{case.job.title}' deploys to {target(verdict)} behind one of that name.",
                        Confidence.LOW,
                        place=made.place,
                        related=(replace(gate.place, note=f"binds environment '{gate.name}'"),),
                        fix=remedy("gate-void", replace(verdict, gates=(replace(gate, kind="void"),))),
                    )  # fmt: skip
                    return


def _first(made: Protection, world: World) -> Case | None:
    """The first deploy of a template behind an environment of this name: one is enough to say it."""
    for case in world.cases:
        if case.worst.kind is not Kind.GATE_UNVERIFIED or not case.deploy.pipeline.template:
            continue
        names = {gate.name.lower() for gate in case.worst.gates}
        if case.deploy.pipeline.platform == made.platform and made.name.lower() in names:
            return case
    return None


def _covers(grant: Approver, gate: Gate) -> bool:
    """Whether a grant is over this gate and held by somebody with a part in what it guards."""
    if gate.kind != "human" or not grant.also:
        return False
    parts = grant.gate.split("/")
    # A star of IAM stands for slashes too: `sagemaker*` is every action of every such pipeline.
    whole = len(parts) == 1 and grant.gate.endswith("*")
    return whole or (len(parts) > 1 and fnmatchcase(gate.name, "/".join(parts[1:])))


def _granted(case: Case, gate: Gate, grant: Approver) -> Found:
    verdict = case.worst
    does = " and ".join(_DOES[word] for word in grant.also if word in _DOES)
    given = replace(grant.place, note=f"'{grant.name}' may approve '{gate.name}' and {does}")
    path = (*verdict.path[:-1], replace(gate.place, note=f"gate '{gate.name}'"), given)
    return Found(
        "gate-void", case, verdict,
        f"'{grant.name}' may approve gate '{gate.name}', which guards the deploy of job "
        f"'{case.job.title}' to {target(verdict)}, and may also {does}: nobody else has to look.",
        min(confidence(verdict), Confidence.MEDIUM),
        place=grant.place,
        flow=path,
        related=(replace(gate.place, note=f"gate '{gate.name}'"),),
        fix="Grant the approval to people who do not train, start or deploy, in a policy of their own, and "
        "take it out of this one; for the production environment no data scientist's role needs it.",
    )  # fmt: skip
