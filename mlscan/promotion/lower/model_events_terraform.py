"""EventBridge rules on SageMaker's model registry in Terraform, and the functions they start.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_event_rule
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlscan.documents.hcl import Attribute, Block
from mlscan.promotion.commands import Setting
from mlscan.promotion.graph import Action, Pipeline
from mlscan.promotion.located import Located
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.model_events import CHANGE, is_approval, waiting

if TYPE_CHECKING:
    from mlscan.promotion.lower.terraform import Module


def declared(module: Module, context: Context) -> Iterator[Pipeline]:
    """One pipeline for each function that a change of a model package starts and that deploys."""
    rules = {block.labels[-1]: block for block in module.resources("aws_cloudwatch_event_rule")}
    functions = {block.labels[-1]: block for block in module.resources("aws_lambda_function")}
    for target in module.resources("aws_cloudwatch_event_target"):
        rule, function = rules.get(_named(target, "rule")), functions.get(_named(target, "arn"))
        pattern = rule.attributes.get("event_pattern") if rule is not None else None
        if rule is None or function is None or pattern is None or CHANGE not in pattern.value:
            continue
        actions = tuple(_handled(function, module, context))
        if actions:
            approved = module.place(pattern) if is_approval(pattern.value) else None
            name = module.value(function.text("function_name")) or function.labels[-1]
            yield waiting(name, module.place(rule), approved, actions, module.parsed, context)


def _named(block: Block, name: str) -> str:
    parts = block.text(name).split(".")
    return parts[1] if len(parts) > 1 else ""


def _handled(function: Block, module: Module, context: Context) -> Iterator[Action]:
    """What the handler does where its file is in the repository, else what its name says."""
    path = _source(function, module)
    found = context.nearest(path, module.parsed.folder) if path else None
    if found is not None:
        setting = Setting(hops=(module.place(function),))
        located = Located.whole(found.document)
        known = list(context.python.actions(context.recogniser, located, setting))
        yield from (action for action in known if action.kind != "approve")
        return
    name = module.value(function.text("function_name")) or function.labels[-1]
    if context.recogniser.judge.deploys_by_name(name):
        given = function.attributes.get("function_name")
        place = module.place(given if isinstance(given, Attribute) else function)
        yield Action("deploy", f"function {name}", "medium", place)


def _source(function: Block, module: Module) -> str:
    """The file of the handler, from the archive that the function is made of."""
    parts = function.text("filename").split(".")
    handler = function.text("handler").rpartition(".")[0].replace(".", "/")
    for block in module.root.blocks:
        if block.type == "data" and block.labels == ("archive_file", *parts[2:3]):
            single = block.text("source_file")
            folder = block.text("source_dir")
            path = single or (posixpath.join(folder, f"{handler}.py") if folder and handler else "")
            return posixpath.normpath(path.replace("${path.module}/", "")) if path else ""
    return ""
