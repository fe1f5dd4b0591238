"""OCI DevOps in Terraform: the stages of a deployment pipeline by their predecessors, manual approvals.

https://registry.terraform.io/providers/oracle/oci/latest/docs/resources/devops_deploy_stage
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlscan.documents.hcl import Block
from mlscan.promotion.graph import Action, Fact, Gate, Job, Need, Pipeline, Step
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.words import folders, started

if TYPE_CHECKING:
    from mlscan.promotion.lower.terraform import Module

PLATFORM = "oci-devops"
_STAGE = "oci_devops_deploy_stage"
_APPROVAL = "MANUAL_APPROVAL"
_DEPLOYS = ("_DEPLOYMENT", "_TRAFFIC_SHIFT", "DEPLOY_FUNCTION")
_WHERE = ("display_name", "description")


def declared(module: Module, context: Context) -> Iterator[Pipeline]:
    """One pipeline for all stages of each deployment pipeline in a file."""
    stages: dict[str, list[Block]] = {}
    for block in module.resources(_STAGE):
        stages.setdefault(block.text("deploy_pipeline_id"), []).append(block)
    for pipeline, blocks in stages.items():
        place = module.place(blocks[0])
        name = [*pipeline.split("."), pipeline][1]
        jobs = tuple(_stage(block, module, context) for block in blocks)
        yield Pipeline(
            module.parsed.path, PLATFORM, place, (started("deployment run", place),), jobs,
            {job.id: (job.id,) for job in jobs},
            (Fact("workflow", name, place), *folders(module.parsed, context.recogniser.judge)),
        )  # fmt: skip


def _stage(block: Block, module: Module, context: Context) -> Job:
    place = module.place(block)
    kind = block.text("deploy_stage_type")
    title = module.value(block.text("display_name")) or block.labels[-1]
    judge = context.recogniser.judge
    facts = [Fact("stage", title, place)]
    for name, attribute in block.attributes.items():
        bound = name.endswith("_environment_id")
        if (bound or name in _WHERE) and judge.names(attribute.text, free=not bound):
            words = (
                attribute.text.split(".")[1] if bound and attribute.text.count(".") > 1 else attribute.text
            )
            facts.append(Fact("target argument" if bound else "stage", words, module.place(attribute)))
    gates = (Gate("human", title, place),) if kind == _APPROVAL else ()
    deploys = kind.endswith(_DEPLOYS)
    action = Action("deploy", f"stage {kind}", "medium", place)
    return Job(
        block.labels[-1], title, "agent", place,
        (Step(title, place, (action,)),) if deploys else (),
        tuple(Need(name, place) for name in _before(block)),
        gates=gates,
        facts=tuple(facts),
    )  # fmt: skip


def _before(block: Block) -> Iterator[str]:
    """The stages that a stage follows."""
    for collection in block.inner("deploy_stage_predecessor_collection"):
        for item in collection.inner("items"):
            parts = item.text("id").split(".")
            if parts[0] == _STAGE and len(parts) > 1:
                yield parts[1]
