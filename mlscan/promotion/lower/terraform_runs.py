"""Services that run Terraform on a push: workspaces of Terraform Cloud and Spacelift stacks made as code.

https://registry.terraform.io/providers/hashicorp/tfe/latest/docs/resources/workspace and
https://registry.terraform.io/providers/spacelift-io/spacelift/latest/docs/resources/stack: without automatic
apply a person confirms each plan; an approval policy of Spacelift asks for somebody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlscan.documents.hcl import Attribute, Block
from mlscan.promotion.graph import Action, Fact, Gate, Job, Pipeline, Step, Trigger, TriggerKind
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.words import folders

if TYPE_CHECKING:
    from mlscan.promotion.lower.terraform import Module

# Resource, platform, and the argument by which nobody confirms.
_KINDS = (("tfe_workspace", "terraform-cloud", "auto_apply"), ("spacelift_stack", "spacelift", "autodeploy"))
_YES = frozenset(("true", '"true"'))


def declared(module: Module, context: Context) -> Iterator[Pipeline]:
    """One pipeline for each workspace or stack that a push starts."""
    for kind, platform, automatic in _KINDS:
        for block in module.resources(kind):
            if kind == "spacelift_stack" or any(True for _ in block.inner("vcs_repo")):
                yield _pipeline(block, platform, block.attributes.get(automatic), module, context)


def _pipeline(
    block: Block, platform: str, automatic: Attribute | None, module: Module, context: Context
) -> Pipeline:
    place = module.place(block)
    name = module.value(block.text("name")) or block.labels[-1]
    itself = automatic is not None and automatic.value in _YES
    gates = tuple(_approvals(block, module))
    if not itself:
        gates = (*gates, Gate("click", f"confirmation of {name}", place))
    judge = context.recogniser.judge
    told = [
        name,
        block.labels[-1],
        module.value(block.text("working_directory") or block.text("project_root")),
    ]
    facts = tuple(
        Fact("target argument", text, place) for text in dict.fromkeys(told) if text and judge.names(text)
    )
    here = module.place(automatic) if itself and automatic is not None else place
    action = Action("deploy", f"apply of {name}", "low", here, facts)
    job = Job(name, name, "deployment", place, (Step(name, here, (action,)),), gates=gates)
    return Pipeline(
        module.parsed.path, platform, place, (Trigger(TriggerKind.PUSH, "push", place, _branch(block)),),
        (job,), {name: (name,)}, tuple(folders(module.parsed, judge)),
    )  # fmt: skip


def _branch(block: Block) -> tuple[str, ...]:
    given = [block.text("branch"), *(inner.text("branch") for inner in block.inner("vcs_repo"))]
    return tuple(name for name in given if name and "." not in name and "$" not in name)[:1]


def _approvals(block: Block, module: Module) -> Iterator[Gate]:
    """The approval policies that are attached to a stack."""
    policies = {policy.labels[-1]: policy for policy in module.resources("spacelift_policy")}
    for attached in module.resources("spacelift_policy_attachment"):
        stack = attached.text("stack_id").split(".")
        policy = policies.get([*attached.text("policy_id").split("."), ""][1])
        if stack[1:2] == [block.labels[-1]] and policy is not None and policy.text("type") == "APPROVAL":
            yield Gate("human", f"policy {policy.labels[-1]}", module.place(policy))
