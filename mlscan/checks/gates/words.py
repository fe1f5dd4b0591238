"""What all rules of the promotion graph say in the same words: target, evidence, confidence."""

from __future__ import annotations

from mlscan.model import Confidence
from mlscan.promotion.joins import BUILD_EVENT, RUN_EVENT, UNSEEN_TRIGGER
from mlscan.promotion.verdicts import Kind, Verdict

_MAX_EVIDENCE = 6


def target(verdict: Verdict) -> str:
    """Where it goes: `production target 'churn-prod'`."""
    found = verdict.deploy.target
    if found.environment == "dynamic":
        return f"a target chosen at run time ('{found.name}')"
    if found.environment != "prod":
        return f"an environment that nothing names (by '{verdict.deploy.action.title}')"
    kind = found.evidence[0].kind
    if kind in ("environment", "target argument", "argument"):
        return f"production target '{found.name}'"
    return f"production ({kind} '{found.name}')"


def started(verdict: Verdict) -> str:
    """What starts it: `a push to 'main'`."""
    return verdict.scenario.words if verdict.scenario is not None else "a run"


def evidence(verdict: Verdict) -> tuple[str, ...]:
    """Why it is a deploy, why it is production, how it is reached, and what no file shows."""
    deploy = verdict.deploy
    found = [f"`{deploy.action.title}` is a {deploy.action.kind} ({deploy.action.certainty} certainty)"]
    for fact in deploy.target.evidence[:_MAX_EVIDENCE]:
        named = "chooses the target" if fact.dynamic else "names production"
        found.append(f"{fact.kind} '{fact.value}' {named} (line {fact.place.region.start_line})")
    if deploy.target.environment == "implicit":
        found.append("nothing names another environment")
    if verdict.scenario is not None:
        found.append(f"reached by {verdict.scenario.words}")
    if may_be_checked(verdict):
        for identity in deploy.job.identities[:2]:
            found.append(f"a check on {identity.kind} '{identity.name}' would be a gate that no file shows")
    for condition in (deploy.job.condition, deploy.step.condition):
        if condition is not None and condition.decorative:
            found.append(f"the condition in line {condition.place.region.start_line} is always true")
    if deploy.pipeline.template:
        found.append("template: no platform runs this file where it stands")
    return tuple(found)


def confidence(verdict: Verdict) -> Confidence:
    """High where production is named by what the deploy is bound to and the command is known."""
    deploy = verdict.deploy
    if deploy.pipeline.template or deploy.job.kind == "declared":
        return Confidence.LOW
    unsaid = deploy.target.environment == "implicit"
    if verdict.kind is Kind.UNGATED_MANUAL and deploy.target.environment != "prod":
        return Confidence.LOW
    if unsaid and (_unstarted(verdict) or deploy.pipeline.platform == "argo-rollouts"):
        return Confidence.LOW
    sure = deploy.target.environment == "prod" and deploy.target.strong and deploy.action.certainty != "low"
    return Confidence.HIGH if sure and not may_be_checked(verdict) else Confidence.MEDIUM


def may_be_checked(verdict: Verdict) -> bool:
    """Whether a check on a service connection or variable group of an Azure job could be its gate, or the
    approval of a trigger of Cloud Build that no file shows."""
    deploy = verdict.deploy
    if deploy.pipeline.platform == "cloud-build":
        return any(identity.kind == UNSEEN_TRIGGER for identity in deploy.job.identities)
    return deploy.pipeline.platform == "azure-pipelines" and bool(deploy.job.identities)


def _unstarted(verdict: Verdict) -> bool:
    """Whether nothing in the repository is known to start it: what it deploys to may be said there."""
    return verdict.scenario is not None and verdict.scenario.trigger.event in (BUILD_EVENT, RUN_EVENT)
