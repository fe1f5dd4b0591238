"""What would put a human gate before a deploy, with the snippet of its platform."""

from __future__ import annotations

from mlscan.checks.delivery_remedies import delivery_remedy, void_remedy
from mlscan.checks.orchestrator_remedies import orchestrator_remedy, registry_remedy
from mlscan.checks.service_remedies import service_remedy
from mlscan.promotion.verdicts import Verdict


def remedy(rule: str, verdict: Verdict) -> str:
    """The fix of one finding."""
    void = next((gate for gate in verdict.gates if gate.kind == "void"), None)
    if void is not None:
        return registry_remedy(verdict) or void_remedy(void, verdict)
    if found := delivery_remedy(verdict) or orchestrator_remedy(verdict) or service_remedy(rule, verdict):
        return found
    azure = verdict.deploy.pipeline.platform == "azure-pipelines"
    if rule == "gate-unverified":
        name = verdict.gates[0].name if verdict.gates else "production"
        return _verify_azure(name) if azure else _verify_github(name)
    return _gate_azure(verdict) if azure else _gate_github(verdict)


def _name(verdict: Verdict) -> str:
    target = verdict.deploy.target
    fact = next((fact for fact in target.evidence if fact.kind == "environment"), None)
    return fact.value if fact is not None else "production"


def _gate_github(verdict: Verdict) -> str:
    job = verdict.deploy.job
    if job.kind == "call":
        return (
            "A job with `uses:` cannot carry `environment:`. Give the called workflow's deploy job one, or "
            "put a gated job before this one:\n\n"
            f"  approve:\n    runs-on: ubuntu-latest\n    environment: {_name(verdict)}\n"
            "    steps: [{run: echo approved}]\n"
            f"  {_key(job.title)}:\n    needs: approve\n\n"
            f"and give the environment required reviewers. {_verify_github(_name(verdict))}"
        )
    void = (
        "Remove `always()` and results that tolerate a denied gate from its `if:`. " if verdict.gates else ""
    )
    return (
        f"{void}Bind the job to an environment that has required reviewers:\n\n"
        f"  {_key(job.title)}:\n    environment: {_name(verdict)}\n\n{_verify_github(_name(verdict))}"
    )


def _key(title: str) -> str:
    return title.rpartition(" / ")[2].partition(" (")[0]


def _gate_azure(verdict: Verdict) -> str:
    job = _key(verdict.deploy.job.title)
    void = "Let its `condition:` begin with `succeeded()`. " if verdict.gates else ""
    return (
        f"{void}Make it a deployment job on an environment with an approval check:\n\n"
        f"- deployment: {job}\n  environment: {_name(verdict)}\n  strategy:\n    runOnce:\n      deploy:\n"
        "        steps: [...]\n\n"
        "or let it depend on an agentless job (`pool: server`) with `ManualValidation@1` and "
        f"`onTimeout: reject`. {_verify_azure(_name(verdict))}"
    )


def _verify_github(name: str) -> str:
    shown = "NAME" if "$" in name else name
    return (
        f"`gh api repos/OWNER/REPO/environments/{shown}` tells whether `protection_rules` holds "
        "`required_reviewers` with `prevent_self_review`; an environment that does not exist yet is created "
        "without any protection."
    )


def _verify_azure(name: str) -> str:
    shown = "the environment" if "$" in name else f"'{name}'"
    return (
        f"Look up the id of {shown} with `az rest --url "
        "https://dev.azure.com/ORG/PROJECT/_apis/pipelines/environments?api-version=7.1`, then its checks "
        "with `az rest --url 'https://dev.azure.com/ORG/PROJECT/_apis/pipelines/checks/configurations"
        "?resourceType=environment&resourceId=ID&$expand=settings&api-version=7.1-preview.1'`: one of them "
        "has to be of type Approval with `requesterCannotBeApprover`."
    )
