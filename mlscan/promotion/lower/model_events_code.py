"""EventBridge rules on SageMaker's model registry that a script makes with boto3: `put_rule`, `put_targets`.

https://boto3.amazonaws.com/v1/documentation/api/latest/reference/services/events/client/put_rule.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlscan.documents.document import Document
from mlscan.promotion.graph import Action, Pipeline
from mlscan.promotion.lower.cdk_source import Source, argument, dotted
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.model_events import CHANGE, is_approval, waiting
from mlscan.promotion.lower.parsed import Parsed


def recognised(document: Document) -> bool:
    """Whether a Python file makes a rule about model packages."""
    return CHANGE.encode() in document.data and b"put_rule" in document.data


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """One pipeline for each function that such a rule starts and that is named after a deploy."""
    source = Source(parsed, context)
    calls = [node for node in ast.walk(source.tree) if isinstance(node, ast.Call)]
    found: list[Pipeline] = []
    for node in ast.walk(source.tree):
        call = node.value if isinstance(node, ast.Assign | ast.Expr) else None
        if not isinstance(call, ast.Call) or dotted(call.func).rpartition(".")[2] != "put_rule":
            continue
        pattern = argument(call, "EventPattern")
        if pattern is None or CHANGE not in ast.unparse(pattern):
            continue
        held = {dotted(one) for one in node.targets} if isinstance(node, ast.Assign) else set()
        for name, at in _functions(_text(argument(call, "Name")), held, calls):
            if context.recogniser.judge.deploys_by_name(name):
                action = Action("deploy", f"function {name}", "medium", source.place(at))
                place = source.place(call)
                approved = source.place(pattern) if is_approval(ast.unparse(pattern)) else None
                found.append(waiting(name, place, approved, (action,), parsed, context))
    return found


def _functions(rule: str, held: set[str], calls: list[ast.Call]) -> Iterator[tuple[str, ast.expr]]:
    """The functions that are told to be a target of a rule, or that it may invoke."""
    seen: set[str] = set()
    for call in calls:
        method = dotted(call.func).rpartition(".")[2]
        named: ast.expr | None = None
        if method == "put_targets" and rule and _text(argument(call, "Rule")) == rule:
            arns = (one for one in ast.walk(call) if isinstance(one, ast.Constant))
            named = next((one for one in arns if ":function:" in str(one.value)), None)
        elif method == "add_permission":
            arn = argument(call, "SourceArn")
            told = {dotted(one) for one in ast.walk(arn)} if arn is not None else set()
            named = argument(call, "FunctionName") if held & told else None
        name = _text(named).rpartition(":function:")[2]
        if named is not None and name and name not in seen:
            seen.add(name)
            yield name, named


def _text(node: ast.expr | None) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""
