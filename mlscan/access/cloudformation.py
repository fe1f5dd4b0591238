"""Roles and policies of CloudFormation and SAM templates."""

from __future__ import annotations

from mlscan.access.grant import Grant, Identity, Reach, Reading
from mlscan.access.policy import Reader, listed, managed, policy, trust
from mlscan.documents.yaml import Mapping, Node, Scalar
from mlscan.promotion.lower.cloudformation import Template, recognised
from mlscan.promotion.lower.parsed import Parsed

FORMAT = "CloudFormation"
_HOLDERS = {"AWS::IAM::Role": "Roles", "AWS::IAM::User": "Users", "AWS::IAM::Group": "Groups"}

# SAM takes managed policies by name.
_BY_NAME = frozenset(("AdministratorAccess", "PowerUserAccess", "IAMFullAccess"))


def read(parsed: Parsed) -> Reading | None:
    """What a template grants; None where the file is no template."""
    if not recognised(parsed.root):
        return None
    return _Resources(parsed).reading


class _Resources:
    def __init__(self, parsed: Parsed) -> None:
        self.reading = Reading()
        self._template = Template(parsed)
        self._parsed = parsed
        self._known = self._named()
        self._reader = Reader(FORMAT, self._template.text, parsed.place)
        for name, key, resource in self._template.resources():
            properties = resource.get("Properties")
            if isinstance(properties, Mapping):
                self._resource(name, key, resource.text("Type"), properties)

    def _resource(self, name: str, key: Scalar, kind: str, properties: Mapping) -> None:
        if kind in _HOLDERS:
            identity = self._identity(name, properties, person=kind != "AWS::IAM::Role")
            trust(properties.get("AssumeRolePolicyDocument"), identity, self._reader, self.reading)
            self._managed(properties.get("ManagedPolicyArns"), identity)
            for inner in listed(properties.get("Policies")):
                if isinstance(inner, Mapping):
                    policy(inner.get("PolicyDocument"), identity, self._reader, self.reading)
        elif kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"):
            for holder in self._holders(properties) or [Identity(name, self._parsed.path)]:
                policy(properties.get("PolicyDocument"), holder, self._reader, self.reading)
        elif kind == "AWS::Serverless::Function":
            identity = self._identity(name, properties, person=False)
            for inner in listed(properties.get("Policies")):
                policy(inner, identity, self._reader, self.reading)
            self._managed(properties.get("Policies"), identity)

    def _identity(self, name: str, properties: Mapping, *, person: bool) -> Identity:
        given = self._template.text(properties.get("RoleName", "FunctionName"))
        bounded = properties.get("PermissionsBoundary") is not None
        return Identity(name, self._parsed.path, (given,) if given else (), person, bounded)

    def _managed(self, node: Node | None, identity: Identity) -> None:
        for item in listed(node):
            name = managed(self._template.text(item)) if isinstance(item, Scalar | Mapping) else ""
            if not name and isinstance(item, Scalar) and item.value in _BY_NAME:
                name = item.value
            if name:
                place = self._parsed.place(item)
                self.reading.grants.append(
                    Grant(FORMAT, identity, place, role=name, scope=("*",), reach=Reach.ACCOUNT)
                )

    def _holders(self, properties: Mapping) -> list[Identity]:
        """The roles of the template that a policy is attached to."""
        found = []
        for field, person in (("Roles", False), ("RoleName", False), ("Users", True), ("Groups", True)):
            for item in listed(properties.get(field)):
                name = self._template.text(item)
                logical = name.strip("${}").partition(".")[0]
                own, inner = self._known.get(logical) or self._known.get(name) or (name, None)
                found.append(
                    self._identity(own, inner, person=person)
                    if inner is not None
                    else Identity(name, self._parsed.path, (), person)
                )
        return found

    def _named(self) -> dict[str, tuple[str, Mapping]]:
        """The logical name and the properties of who can hold a policy, by that name and by RoleName."""
        found: dict[str, tuple[str, Mapping]] = {}
        for name, _, resource in self._template.resources():
            inner = resource.get("Properties")
            if resource.text("Type") in _HOLDERS and isinstance(inner, Mapping):
                for known in (name, self._template.text(inner.get("RoleName"))):
                    if known:
                        found.setdefault(known, (name, inner))
        return found
