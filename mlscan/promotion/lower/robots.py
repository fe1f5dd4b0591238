"""Code that answers an approval of CodePipeline by itself.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutApprovalResult.html
Code that can also answer `Rejected`, or takes the answer from elsewhere, hands on what a person said.
"""

from __future__ import annotations

import ast

from mlscan.promotion.graph import Approver, Pipeline
from mlscan.promotion.lower.cdk_source import Names, Source, argument, dotted
from mlscan.promotion.lower.codepipeline import PLATFORM
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed

MARK = b"put_approval_result"


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """No pipeline: the robots of a file are remembered."""
    source = Source(parsed, context)
    constants = {node.value for node in ast.walk(source.tree) if isinstance(node, ast.Constant)}
    if "Rejected" in constants:
        return []
    for function in source.functions.values():
        for call in ast.walk(function):
            if not isinstance(call, ast.Call) or not dotted(call.func).endswith(".put_approval_result"):
                continue
            if _approves(argument(call, "result"), Names(source, function)):
                context.approvers.append(
                    Approver("robot", f"{function.name}()", PLATFORM, "*", source.place(call))
                )
    return []


def _approves(result: ast.expr | None, names: Names) -> bool:
    found, inner = names.value(result)
    if not isinstance(found, ast.Dict):
        return False
    for key, value in zip(found.keys, found.values, strict=True):
        if isinstance(key, ast.Constant) and key.value == "status":
            return inner.text(value) == "Approved"
    return False
