"""RBAC of Kubernetes: cluster roles and who they are bound to, over the files of one folder.

https://kubernetes.io/docs/reference/access-authn-authz/rbac/
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from mlscan.access.grant import Grant, Identity, Reach, Reading
from mlscan.documents.document import Document
from mlscan.documents.yaml import Mapping, Scalar, Sequence, YamlError, compose, documents
from mlscan.model import Place
from mlscan.promotion.filling import fill, holds_holes
from mlscan.promotion.lower.parsed import Parsed, items, texts

FORMAT = "Kubernetes"
_MARK = b"ClusterRole"
# Without one of these no role of a folder is too much, and definitions of roles are long.
_MATTERS = re.compile(rb"cluster-admin|[\[\-]\s{0,40}[\"']\*[\"']")
_LARGEST = 200_000
_MOST = 8  # rules of one role that open everything: one more says nothing new
# What opens everything in a cluster role, by its name.
_Roles = dict[str, list[tuple[tuple[str, ...], Place]]]


def read(files: Iterable[Document]) -> Reading:
    """What the objects of a folder grant over the whole cluster; roles of a namespace are no concern."""
    found = Reading()
    files = list(files)
    if not any(_MATTERS.search(document.data) for document in files):
        return found
    objects = [(parsed, root) for document in files for parsed, root in _objects(document)]
    roles: _Roles = defaultdict(list)
    for parsed, root in objects:
        if root.text("kind") == "ClusterRole":
            roles[_name(root)] += islice(_everything(parsed, root), _MOST)
    for parsed, root in objects:
        if root.text("kind") == "ClusterRoleBinding":
            _binding(parsed, root, roles, found)
    return found


def _binding(parsed: Parsed, root: Mapping, roles: _Roles, found: Reading) -> None:
    reference, named = root.get("roleRef"), _name(root)
    if not isinstance(reference, Mapping):
        return
    role = reference.text("name")
    for subject in items(root.get("subjects")):
        if not isinstance(subject, Mapping):
            continue
        name = f"{subject.text('namespace')}/{subject.text('name')}"
        title = subject.text("name") if "__" not in name else named
        person = subject.text("kind") != "ServiceAccount"
        identity = Identity(name, parsed.folder, (named,), person, title=title)
        at = parsed.place(reference.get("name") or reference)
        found.grants.append(Grant(FORMAT, identity, at, role=role, scope=("cluster",), reach=Reach.ACCOUNT))
        for actions, spot in roles.get(role, ()):
            found.grants.append(
                Grant(FORMAT, identity, spot, actions=actions, scope=("*",), reach=Reach.ACCOUNT)
            )


def _everything(parsed: Parsed, role: Mapping) -> Iterator[tuple[tuple[str, ...], Place]]:
    """The verbs of rules for every resource of every group."""
    for rule in items(role.get("rules")):
        if isinstance(rule, Mapping):
            resources, groups, verbs = (texts(rule.get(name)) for name in ("resources", "apiGroups", "verbs"))
            if "*" in resources and "*" in groups and "*" in verbs:
                yield ("*",), parsed.place(_star(rule))


def _star(rule: Mapping) -> Scalar | Mapping:
    verbs = rule.get("verbs")
    listed = verbs.items if isinstance(verbs, Sequence) else [verbs]
    return next((item for item in listed if isinstance(item, Scalar) and item.value == "*"), rule)


def _name(root: Mapping) -> str:
    metadata = root.get("metadata")
    return metadata.text("name") if isinstance(metadata, Mapping) else ""


def _objects(document: Document) -> Iterator[tuple[Parsed, Mapping]]:
    """The cluster roles and bindings of a stream; what is large holds definitions and no roles."""
    parsed = Parsed(document)
    data = fill(document.data) if holds_holes(document.data) else document.data
    for start, text in documents(data):
        if _MARK not in text or len(text) > _LARGEST:
            continue
        try:
            roots = compose(text, start)
        except YamlError:
            continue
        for root in roots:
            if isinstance(root, Mapping):
                yield parsed, root
