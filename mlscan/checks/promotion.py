"""Rules over the promotion graph: deploys that reach production without a human gate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlscan.checks.remedies import remedy
from mlscan.model import Confidence, Finding, Place
from mlscan.promotion.graph import Graph
from mlscan.promotion.verdicts import Kind, Verdict, verdicts

_RULES = {
    Kind.UNGATED: "direct-to-prod",
    Kind.GATE_VOID: "direct-to-prod",
    Kind.UNGATED_MANUAL: "deploy-without-approval",
    Kind.UNGATED_IMPLICIT: "deploy-without-approval",
    Kind.UNGATED_DYNAMIC: "deploy-without-approval",
    Kind.GATE_UNVERIFIED: "gate-unverified",
}
_MAX_EVIDENCE = 6


def check(graph: Graph) -> Iterator[Finding]:
    """One finding for each job and rule, at the surest of its deploys; the other deploys are related."""
    grouped: dict[tuple[str, str, object], list[Verdict]] = {}
    for verdict in verdicts(graph):
        rule = rule_of(verdict)
        if rule:
            job = verdict.deploy.job.place
            grouped.setdefault((rule, job.path, job.region), []).append(verdict)
    for (rule, path, region), found in grouped.items():
        if rule == "deploy-without-approval" and ("direct-to-prod", path, region) in grouped:
            continue  # the same job, already reported as the worse of the two
        best = max(found, key=_surety)
        related = {
            (other.deploy.action.place.path, other.deploy.action.place.region): other.deploy.action.place
            for other in found
            if other.deploy.action.place != best.deploy.action.place
        }
        yield replace(_finding(rule, best), related=tuple(related.values()))


def rule_of(verdict: Verdict) -> str:
    """The rule a verdict breaks, or an empty string.

    A check on the service connection or variable group of a plain Azure job would be a gate that no file
    shows, so that such a deploy is a warning.
    """
    rule = _RULES.get(verdict.kind, "")
    if rule != "direct-to-prod":
        return rule
    automatic = verdict.scenario is not None and verdict.scenario.automatic
    named = verdict.deploy.target.environment == "prod"
    may_be_checked = verdict.deploy.pipeline.platform == "azure-pipelines" and verdict.deploy.job.identities
    return rule if automatic and named and not may_be_checked else "deploy-without-approval"


def _surety(verdict: Verdict) -> tuple[int, int, int]:
    order = ("low", "medium", "high")
    strong = verdict.deploy.target.strong
    return (int(_confidence(verdict)), int(strong), order.index(verdict.deploy.action.certainty))


def _confidence(verdict: Verdict) -> Confidence:
    deploy = verdict.deploy
    if deploy.pipeline.template:
        return Confidence.LOW
    if verdict.kind is Kind.UNGATED_MANUAL and deploy.target.environment != "prod":
        return Confidence.LOW
    checked = deploy.pipeline.platform == "azure-pipelines" and deploy.job.identities
    sure = deploy.target.environment == "prod" and deploy.target.strong and deploy.action.certainty != "low"
    return Confidence.HIGH if sure and not checked else Confidence.MEDIUM


def _finding(rule: str, verdict: Verdict) -> Finding:
    deploy = verdict.deploy
    place: Place = replace(deploy.action.place, note="")
    return Finding(
        rule=rule,
        message=_message(rule, verdict),
        place=place,
        confidence=_confidence(verdict),
        flow=verdict.path,
        evidence=_evidence(verdict),
        fix=remedy(rule, verdict),
    )


def _message(rule: str, verdict: Verdict) -> str:
    deploy = verdict.deploy
    job = deploy.job.title
    started = verdict.scenario.words if verdict.scenario is not None else "a run"
    if rule == "gate-unverified":
        if not verdict.gates:
            hidden = (
                deploy.job.unknowns[0].reason if deploy.job.unknowns else "a part of the pipeline is unread"
            )
            return (
                f"Job '{job}' deploys to {_target(verdict)}; a gate may stand in what is not here: {hidden}."
            )
        gate = verdict.gates[0]
        return (
            f"Job '{job}' deploys to {_target(verdict)} behind environment '{gate.name}', "
            "but whether anyone has to approve is set on the server and not in the repository."
        )
    void = ""
    if verdict.kind is Kind.GATE_VOID and verdict.gates:
        void = f" The gate '{verdict.gates[0].name}' does not stop it: the job runs even if it is denied."
    return f"Job '{job}' deploys to {_target(verdict)} on {started}, with no human approval in between.{void}"


def _target(verdict: Verdict) -> str:
    target = verdict.deploy.target
    if target.environment == "dynamic":
        return f"a target chosen at run time ('{target.name}')"
    if target.environment != "prod":
        return f"an environment that nothing names (by '{verdict.deploy.action.title}')"
    kind = target.evidence[0].kind
    if kind in ("environment", "target argument", "argument"):
        return f"production target '{target.name}'"
    return f"production ({kind} '{target.name}')"


def _evidence(verdict: Verdict) -> tuple[str, ...]:
    deploy = verdict.deploy
    found = [f"`{deploy.action.title}` is a {deploy.action.kind} ({deploy.action.certainty} certainty)"]
    for fact in deploy.target.evidence[:_MAX_EVIDENCE]:
        named = "chooses the target" if fact.dynamic else "names production"
        found.append(f"{fact.kind} '{fact.value}' {named} (line {fact.place.region.start_line})")
    if deploy.target.environment == "implicit":
        found.append("nothing names another environment")
    if verdict.scenario is not None:
        found.append(f"reached by {verdict.scenario.words}")
    for identity in deploy.job.identities[:2] if deploy.pipeline.platform == "azure-pipelines" else ():
        found.append(f"a check on {identity.kind} '{identity.name}' would be a gate that no file shows")
    for condition in (deploy.job.condition, deploy.step.condition):
        if condition is not None and condition.decorative:
            found.append(f"the condition in line {condition.place.region.start_line} is always true")
    if deploy.pipeline.template:
        found.append("template: no platform runs this file where it stands")
    return tuple(found)
