"""IAM of Google Cloud and Kubernetes in Terraform: bindings, workload identity pools, cluster roles."""

from __future__ import annotations

import re

from mlscan.access.grant import Grant, Identity, Limit, Reach, Reading, Trust
from mlscan.access.terraform import FORMAT, Folder, Source

_KINDS = {
    "google_project_iam": Reach.ACCOUNT,
    "google_folder_iam": Reach.ORGANISATION,
    "google_organization_iam": Reach.ORGANISATION,
}
_BINDINGS = ("member", "binding")
_ACCOUNT = re.compile(r"google_service_account\.(\w+)")
_SHARED = "roles/iam.workloadIdentityUser"


def read(folder: Folder) -> Reading:
    """What the folder's files grant on Google Cloud, and roles of clusters."""
    found = Reading()
    for kind, reach in _KINDS.items():
        for item in folder.blocks("resource", *(f"{kind}_{ending}" for ending in _BINDINGS)):
            _binding(item, reach, found)
    for item in folder.blocks(
        "resource", "google_service_account_iam_member", "google_service_account_iam_binding"
    ):
        if item.text("role") == _SHARED:
            for member, at in item.texts("member", "members"):
                identity = identity_of(item.text("service_account_id"), folder)
                held = Limit("", "member", (member,), at)
                found.trusts.append(Trust(FORMAT, identity, "", at, (held,), "member"))
    for item in folder.blocks("resource", "google_iam_workload_identity_pool_provider"):
        _provider(item, found)
    for item in folder.blocks(
        "resource", "kubernetes_cluster_role_binding", "kubernetes_cluster_role_binding_v1"
    ):
        _cluster(item, found)
    return found


def identity_of(member: str, folder: Folder) -> Identity:
    """A member of a binding, with what its resource says about it."""
    match = _ACCOUNT.search(member)
    person = member.startswith(("user:", "group:", "domain:"))
    if match is None:
        return Identity(member, folder.path, (), person)
    account = folder.block("resource", "google_service_account", match[1])
    words = (account.text("account_id"), account.text("display_name")) if account is not None else ()
    return Identity(match[0], folder.path, words, person)


def _binding(item: Source, reach: Reach, found: Reading) -> None:
    limited = tuple(
        Limit("condition", "expression", (inner.text("expression"),), inner.place())
        for inner in item.inner("condition")
    )
    for member, _ in item.texts("member", "members"):
        identity = identity_of(member, item.folder)
        for role, at in item.texts("role"):
            found.grants.append(
                Grant(FORMAT, identity, at, role=role, scope=("project",), reach=reach, limits=limited)
            )


def _provider(item: Source, found: Reading) -> None:
    """A provider of tokens; a condition that is missing or empty is a limit without a value."""
    issuer = next((inner.text("issuer_uri") for inner in item.inner("oidc")), "")
    issuer = issuer.removeprefix("https://").rstrip("/")
    condition = item.text("attribute_condition")
    at = item.place("attribute_condition")
    held = (Limit("", "condition", (condition,), at),) if condition else ()
    identity = Identity(item.address, item.folder.path, (item.text("display_name"),))
    found.trusts.append(Trust(FORMAT, identity, issuer, at, held, "provider"))


def _cluster(item: Source, found: Reading) -> None:
    reference = next(item.inner("role_ref"), None)
    if reference is None:
        return
    role, at = reference.text("name"), reference.place("name")
    for subject in item.inner("subject"):
        name = f"{subject.text('namespace')}:{subject.text('name')}"
        identity = Identity(name, item.folder.path, (item.address,), subject.text("kind") != "ServiceAccount")
        found.grants.append(Grant(FORMAT, identity, at, role=role, scope=("cluster",), reach=Reach.ACCOUNT))
