"""EventBridge rules on SageMaker's model registry: what an approved model package starts.

https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
A rule that waits for `Approved` stands behind the approval of exactly the package that it deploys.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlscan.documents.yaml import Mapping, Node, Scalar, walk
from mlscan.model import Place
from mlscan.promotion.commands import Setting
from mlscan.promotion.graph import Action, Fact, Gate, Job, Pipeline, Step, Unknown
from mlscan.promotion.joins import ASKS, REGISTRY_GATE
from mlscan.promotion.located import Located
from mlscan.promotion.lower.parsed import Parsed, items, pairs
from mlscan.promotion.lower.words import folders, started

if TYPE_CHECKING:
    from mlscan.promotion.lower.cloudformation import Template
    from mlscan.promotion.lower.context import Context

PLATFORM = "eventbridge"
CHANGE = "SageMaker Model Package State Change"
_APPROVED = re.compile(
    r"""ModelApprovalStatus["']?\s{0,9}[:=]\s{0,9}\[\s{0,99}["']Approved["']\s{0,99},?\s{0,99}\]"""
)
FUNCTIONS = ("AWS::Lambda::Function", "AWS::Serverless::Function")


def pipelines(template: Template, context: Context) -> Iterator[Pipeline]:
    """One pipeline for each function that a change of a model package starts and that deploys."""
    for name, _, resource in template.resources():
        properties = resource.get("Properties")
        kind = resource.text("Type")
        if not isinstance(properties, Mapping):
            continue
        if kind == "AWS::Events::Rule":
            for target in items(properties.get("Targets")):
                arn = target.get("Arn") if isinstance(target, Mapping) else None
                function = template.resource(template.text(arn).strip("${}").partition(".")[0])
                if function is not None and function.text("Type") in FUNCTIONS:
                    yield from _pipeline(name, properties.get("EventPattern"), function, template, context)
        elif kind == "AWS::Serverless::Function":
            for _, _, event in pairs(properties.get("Events")):
                given = event.get("Properties") if isinstance(event, Mapping) else None
                if isinstance(given, Mapping):
                    yield from _pipeline(name, given.get("Pattern"), resource, template, context)


def _pipeline(
    name: str, pattern: Node | None, function: Mapping, template: Template, context: Context
) -> Iterator[Pipeline]:
    change = change_in(pattern)
    actions = tuple(handled(function, template, context)) if change is not None else ()
    if change is None or not actions:
        return
    gate = approval(pattern, template.parsed)
    approved = gate.place if gate is not None else None
    yield waiting(name, template.parsed.place(change), approved, actions, template.parsed, context)


def waiting(
    name: str, place: Place, approved: Place | None, actions: tuple[Action, ...], parsed: Parsed,
    context: Context,
) -> Pipeline:  # fmt: skip
    """What a change of a model package starts; `approved` is where the rule waits for its approval."""
    gates = (Gate("human", REGISTRY_GATE, approved),) if approved is not None else ()
    # A rule for other states, or for none, leaves the question to the code it starts.
    asks = Unknown(ASKS, place, may_gate=True)
    job = Job(
        name, name, "agent", place, (Step(name, place, actions),), gates=gates,
        unknowns=() if gates else (asks,), facts=(Fact("job", name, place),),
    )  # fmt: skip
    facts = tuple(folders(parsed, context.recogniser.judge))
    trigger = started("change of a model package", place)
    return Pipeline(parsed.path, PLATFORM, place, (trigger,), (job,), {name: (name,)}, facts)


def is_approval(pattern: str) -> bool:
    """Whether the text of a pattern waits for approved packages only."""
    return _APPROVED.search(pattern) is not None


def change_in(pattern: Node | None) -> Scalar | None:
    """What says that a pattern is about model packages."""
    return next((one for one in _scalars(pattern) if one.value == CHANGE), None)


def approval(pattern: Node | None, parsed: Parsed) -> Gate | None:
    """The approval that a pattern waits for, where it is about approved model packages only."""
    detail = pattern.get("detail") if isinstance(pattern, Mapping) else None
    status = detail.get("ModelApprovalStatus") if isinstance(detail, Mapping) else None
    if (
        status is None
        or change_in(pattern) is None
        or [one.value for one in _scalars(status)] != ["Approved"]
    ):
        return None
    return Gate("human", REGISTRY_GATE, parsed.place(status))


def _scalars(node: Node | None) -> Iterator[Scalar]:
    for one in walk(node, 200) if node is not None else ():
        if isinstance(one, Scalar):
            yield one


def handled(function: Mapping, template: Template, context: Context) -> Iterator[Action]:
    """What the handler of a function does, where its code is a file of the repository or stands inline."""
    properties = function.get("Properties")
    if not isinstance(properties, Mapping):
        return
    module = template.text(properties.get("Handler")).rpartition(".")[0].replace(".", "/")
    code = properties.get("CodeUri", "Code")
    inline = code.get("ZipFile") if isinstance(code, Mapping) else None
    if isinstance(inline, Scalar):
        text = Located.of(template.parsed.document, inline)
        yield from context.python.actions(context.recogniser, text, Setting())
        return
    folder = template.text(code) if isinstance(code, Scalar) else ""
    if module and "$" not in folder and "://" not in folder:
        path = posixpath.normpath(posixpath.join(folder, f"{module}.py"))
        found = context.nearest(path, template.parsed.folder)
        if found is not None:
            setting = Setting(hops=(template.parsed.place(code or properties),))
            for action in context.python.actions(context.recogniser, Located.whole(found.document), setting):
                if action.kind != "approve":
                    yield action
