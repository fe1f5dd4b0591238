"""A pipeline of CodePipeline as `aws codepipeline get-pipeline` writes it and `create-pipeline` takes it.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
"""

from __future__ import annotations

from mlscan.documents.yaml import Mapping, Node
from mlscan.promotion.graph import Identity, Pipeline
from mlscan.promotion.lower import codepipeline
from mlscan.promotion.lower.codepipeline import Stage, StageAction
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, items, scalars
from mlscan.promotion.lower.words import folders


def recognised(root: Node | None) -> bool:
    """Whether it holds a pipeline with stages of actions that have a type."""
    return any(
        isinstance(action, Mapping) and isinstance(action.get("actionTypeId"), Mapping)
        for stage in _stages(root)
        for action in items(stage.get("actions"))
    )


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """The one pipeline of the file."""
    stages = [_stage(node, parsed) for node in _stages(parsed.root)]
    made, groups = codepipeline.jobs(stages, context)
    start = parsed.start()
    return [
        Pipeline(
            path=parsed.path,
            platform=codepipeline.PLATFORM,
            place=start,
            triggers=codepipeline.triggers(stages, start),
            jobs=codepipeline.registered(made, stages, parsed.document),
            groups=groups,
            facts=tuple(folders(parsed, context.recogniser.judge)),
        )
    ]


def _stages(root: Node | None) -> list[Mapping]:
    whole = root.get("pipeline") if isinstance(root, Mapping) else None
    listed = whole.get("stages") if isinstance(whole, Mapping) else None
    return [stage for stage in items(listed) if isinstance(stage, Mapping)]


def _stage(node: Mapping, parsed: Parsed) -> Stage:
    stage = Stage(node.text("name"), parsed.place(node.get("name") or node))
    for item in items(node.get("actions")):
        if isinstance(item, Mapping):
            stage.actions.append(_action(item, parsed))
    return stage


def _action(node: Mapping, parsed: Parsed) -> StageAction:
    kind = node.get("actionTypeId")
    order = node.text("runOrder")
    role = node.get("roleArn")
    return StageAction(
        name=node.text("name"),
        category=kind.text("category") if isinstance(kind, Mapping) else "",
        provider=kind.text("provider") if isinstance(kind, Mapping) else "",
        place=parsed.place(node.get("name") or node),
        order=int(order) if order.isdigit() else 1,
        settings=tuple(
            (key, value.value, parsed.place(value)) for key, value in scalars(node.get("configuration"))
        ),
        role=Identity("role", node.text("roleArn"), parsed.place(role)) if role is not None else None,
    )
