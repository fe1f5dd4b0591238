"""Code that gives an approval by itself: of CodePipeline, of GitHub, or of a model in SageMaker's registry.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutApprovalResult.html
https://docs.github.com/en/rest/actions/workflow-runs#review-pending-deployments-for-a-workflow-run
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateModelPackage.html
Code that can also answer `Rejected`, or takes the answer from elsewhere, hands on what a person said.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlscan.flow.guards import guard_within
from mlscan.promotion.graph import Approver, Pipeline
from mlscan.promotion.joins import REGISTRY
from mlscan.promotion.lower.cdk_source import Names, Source, argument, dotted
from mlscan.promotion.lower.codepipeline import PLATFORM
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """No pipeline: the robots of a file are remembered."""
    source = Source(parsed, context)
    constants = {node.value for node in ast.walk(source.tree) if isinstance(node, ast.Constant)}
    if "Rejected" not in constants:
        context.approvers += _robots(source)
    return []


def _robots(source: Source) -> Iterator[Approver]:
    for function in source.functions.values():
        names = Names(source, function)
        for call in ast.walk(function):
            if not isinstance(call, ast.Call):
                continue
            method = dotted(call.func).rpartition(".")[2]
            platform = ""
            if method == "put_approval_result":
                platform = PLATFORM if _status(argument(call, "result"), "status", names) else ""
            elif method == "update_model_package":
                given: ast.expr | None = argument(call, "ModelApprovalStatus")
                splat = next((word.value for word in call.keywords if word.arg is None), None)
                approves = names.text(given) == "Approved" or _status(splat, "ModelApprovalStatus", names)
                platform = REGISTRY if approves else ""
            guard = guard_within(call, function) if platform else None
            if platform and not (guard is not None and guard.human):
                also = ("metric",) if guard is not None else ()
                yield Approver("robot", f"{function.name}()", platform, "*", source.place(call), also)


def _status(result: ast.expr | None, name: str, names: Names) -> bool:
    """Whether a literal dict says that something is approved."""
    found, inner = names.value(result)
    if not isinstance(found, ast.Dict):
        return False
    for key, value in zip(found.keys, found.values, strict=True):
        if isinstance(key, ast.Constant) and key.value == name:
            return inner.text(value) == "Approved"
    return False
