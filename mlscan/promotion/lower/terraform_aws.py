"""`aws_codepipeline` of Terraform: the same stages and actions as in CloudFormation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlscan.documents.hcl import Attribute, Block
from mlscan.documents.hcl_values import value
from mlscan.documents.yaml import Mapping, Node, Scalar
from mlscan.model import Place
from mlscan.promotion.graph import Pipeline, Step
from mlscan.promotion.lower import buildspec, codepipeline
from mlscan.promotion.lower.codepipeline import Stage, StageAction
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.words import folders
from mlscan.promotion.scope import Scope

if TYPE_CHECKING:
    from mlscan.promotion.lower.terraform import Module


def pipelines(module: Module, context: Context) -> list[Pipeline]:
    """Every CodePipeline a file declares."""
    found: list[Pipeline] = []
    for block in module.resources("aws_codepipeline"):
        stages = [_stage(stage, module, context) for stage in block.inner("stage")]
        made, groups = codepipeline.jobs(stages, context)
        place = module.place(block)
        found.append(
            Pipeline(
                path=module.parsed.path,
                platform=codepipeline.PLATFORM,
                place=place,
                triggers=codepipeline.triggers(stages, place),
                jobs=codepipeline.registered(made, stages, module.parsed.document),
                groups=groups,
                facts=tuple(folders(module.parsed, context.recogniser.judge)),
            )
        )
    return found


def _stage(block: Block, module: Module, context: Context) -> Stage:
    stage = Stage(module.value(block.text("name")), module.place(block))
    for action in block.inner("action"):
        order = action.text("run_order")
        settings = tuple(_settings(action.attributes.get("configuration"), module))
        stage.actions.append(
            StageAction(
                name=module.value(action.text("name")),
                category=action.text("category"),
                provider=action.text("provider"),
                place=module.place(action.attributes.get("name") or action),
                order=int(order) if order.isdigit() else 1,
                settings=settings,
                step=_build({name: text for name, text, _ in settings}, module, context),
            )
        )
    return stage


def _build(settings: dict[str, str], module: Module, context: Context) -> Step | None:
    """What a CodeBuild project of the same file runs, where its buildspec is a file."""
    parts = settings.get("ProjectName", "").split(".")
    for project in module.resources("aws_codebuild_project"):
        if len(parts) > 1 and project.labels[-1] == parts[1]:
            for source in project.inner("source"):
                given = source.attributes.get("buildspec")
                name = next(iter(given.texts), "") if given is not None else "buildspec.yml"
                found = context.nearest(name.replace("${path.module}/", ""), module.parsed.folder)
                if found is not None:
                    context.referenced.add(found.path)
                    return buildspec.step_of(found, context, Scope())
    return None


def _settings(given: Attribute | None, module: Module) -> list[tuple[str, str, Place]]:
    """(name, value, place) of what an action is configured with."""
    if given is None:
        return []
    place, data = module.place(given), given.value.encode()
    tree = value(data, 0, len(data))
    if isinstance(tree, Mapping):
        return [(name, module.value(_written(one, data)), place) for name, _, one in tree.items()]
    found: list[tuple[str, str, Place]] = []
    for line in given.value.split("\n"):  # `merge(local.shared, { ... })`
        name, sign, text = line.strip().partition("=")
        if sign:
            written = module.value(text.strip().strip(",").strip('"'))
            found.append((name.strip().strip('"'), written, place))
    return found


def _written(node: Node, data: bytes) -> str:
    """A text without its quotes, and anything else as written."""
    if isinstance(node, Scalar):
        return node.value
    return data[node.start : node.end].decode("utf-8", "replace")
