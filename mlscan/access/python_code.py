"""Python that grants: constructs of AWS CDK, and `attach_role_policy` of boto3.

https://docs.aws.amazon.com/cdk/api/v2/python/aws_cdk.aws_iam.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlscan.access.grant import Grant, Identity, Reach, Reading, Trust
from mlscan.access.policy import managed
from mlscan.documents.document import Document
from mlscan.documents.python import Module, modules
from mlscan.flow.program import dotted
from mlscan.model import Place

CDK, BOTO3 = "AWS CDK", "boto3"
_MANAGED = "from_aws_managed_policy_name"
_TAKES = frozenset(("add_managed_policy", "add_to_policy", "add_to_principal_policy", "add_to_role_policy"))
_TELLING = re.compile(rb"from_aws_managed_policy_name|attach_role_policy|PolicyStatement|ServicePrincipal")
_SERVICE = re.compile(r"[\w.\-]+\.amazonaws\.com$")


def read(document: Document) -> Reading:
    """What the calls of a file grant; one without a name of such a call is not parsed."""
    return _Code(document).reading if _TELLING.search(document.data) else Reading()


class _Code:
    def __init__(self, document: Document) -> None:
        self.reading = Reading()
        self._document = document
        for module in modules(document)[0]:
            self._holders = dict(_holders(module.tree))
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call):
                    self._call(node, module)

    def _call(self, call: ast.Call, module: Module) -> None:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else dotted(call.func)
        if name == _MANAGED and call.args and (role := _text(call.args[0])):
            self._grant(call.args[0], module, CDK, role=role.rpartition("/")[2])
        elif name == "attach_role_policy":
            arn = _keyword(call, "PolicyArn")
            if arn is not None and (role := managed(_text(arn))):
                who = _keyword(call, "RoleName")
                identity = Identity(_shown(who), self._document.source.path)
                self._add(arn, module, BOTO3, identity, role=role, scope=("*",))
        elif name == "PolicyStatement":
            self._statement(call, module)
        elif name == "ServicePrincipal" and call.args and _SERVICE.match(_text(call.args[0])):
            identity = self._identity(call)
            place = self._place(call.args[0], module)
            self.reading.trusts.append(Trust(CDK, identity, _text(call.args[0]), place))

    def _statement(self, call: ast.Call, module: Module) -> None:
        effect, conditions = _keyword(call, "effect"), _keyword(call, "conditions")
        actions, resources = _listed(_keyword(call, "actions")), _listed(_keyword(call, "resources"))
        excluded = _listed(_keyword(call, "not_actions"))
        if conditions is not None or _keyword(call, "principals") is not None:
            return
        if effect is not None and dotted(effect).endswith("DENY"):
            return
        scope = tuple(_text(item) for item in resources)
        for action in actions:
            self._grant(action, module, CDK, actions=(_text(action),), scope=scope)
        if excluded:
            names = tuple(_text(item) for item in excluded)
            self._grant(excluded[0], module, CDK, excluded=names, scope=scope)

    def _grant(
        self, node: ast.expr, module: Module, form: str, *, role: str = "", actions: tuple[str, ...] = (),
        excluded: tuple[str, ...] = (), scope: tuple[str, ...] = ("*",),
    ) -> None:  # fmt: skip
        identity = self._identity(node)
        self._add(node, module, form, identity, role=role, actions=actions, excluded=excluded, scope=scope)

    def _add(
        self, node: ast.expr, module: Module, form: str, identity: Identity, *, role: str = "",
        actions: tuple[str, ...] = (), excluded: tuple[str, ...] = (), scope: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        reach = Reach.ACCOUNT if "*" in scope else Reach.RESOURCE
        place = self._place(node, module)
        self.reading.grants.append(Grant(form, identity, place, role, actions, excluded, scope, reach))

    def _identity(self, node: ast.expr) -> Identity:
        """The construct that a call stands in or is handed to."""
        path = self._document.source.path
        name, words = self._holders.get(id(node), (path, ()))
        return Identity(name, path, words)

    def _place(self, node: ast.expr, module: Module) -> Place:
        return self._document.place(*module.span(node))


_Holder = tuple[str, tuple[str, ...]]


def _holders(tree: ast.Module) -> Iterator[tuple[int, _Holder]]:
    """The role or construct, and what tells of it, for every expression that makes or extends it."""
    made: dict[str, ast.Call] = {}
    about: dict[str, tuple[str, ...]] = {}
    taken: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            name, kind = dotted(node.targets[0]), dotted(node.value.func)
            made[name] = node.value
            if not kind.endswith("PolicyStatement"):
                about[name] = (kind, _construct(node.value))
                for inner in ast.walk(node.value):
                    yield id(inner), (name, about[name])
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _TAKES:
            name = dotted(node.func.value)
            for argument in node.args:
                given = made.get(dotted(argument), argument)
                if id(given) not in taken:  # one statement for many roles is told of the first
                    taken.add(id(given))
                    for inner in ast.walk(given):
                        yield id(inner), (name, about.get(name, ()))


def _construct(call: ast.Call) -> str:
    """The id of a construct: the second argument, where it is a text."""
    return _text(call.args[1]) if len(call.args) > 1 else ""


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((item.value for item in call.keywords if item.arg == name), None)


def _listed(node: ast.expr | None) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.List | ast.Tuple) else []


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _shown(node: ast.expr | None) -> str:
    return _text(node) or (dotted(node) if node is not None else "")
