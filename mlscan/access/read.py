"""Every file of a repository that may grant something, read by the readers of its format, which are imported
when the first such file is met."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from mlscan.access import commands, embedded
from mlscan.access.grant import Grant, Reading
from mlscan.access.policy import VERSION
from mlscan.documents.document import Document
from mlscan.promotion.lower.parsed import Parsed

_TEMPLATES = (".json", ".template")
_LARGEST = 2_000_000


def read(documents: Iterable[Document]) -> Reading:
    """What the documents grant together: files of one folder may name the same things."""
    found = Reading()
    folders: dict[str, list[Document]] = defaultdict(list)
    manifests: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        path = document.source.path
        folder = path.rpartition("/")[0]
        if len(document.data) > _LARGEST:
            continue
        if path.endswith(".tf"):
            folders[folder].append(document)
        elif path.endswith(".bicep"):
            from mlscan.access import bicep

            found.take(bicep.read(document))
        elif document.kind == "yaml" or path.endswith(_TEMPLATES):
            found.take(_tree(document))
            if document.kind == "yaml":
                manifests[folder].append(document)
        else:
            found.take(_text(document))
    for files in folders.values():
        from mlscan.access import terraform

        found.take(terraform.read(files))
    for files in manifests.values():
        from mlscan.access import kubernetes

        found.take(kubernetes.read(files))
    return _attached(found)


def _tree(document: Document) -> Reading:
    """A template, a policy, a workflow, or YAML with commands in it."""
    parsed = Parsed(document)
    if b"AWS::" in document.data:
        from mlscan.access import cloudformation

        return cloudformation.read(parsed) or Reading()
    if b"eploymentTemplate.json" in document.data:
        from mlscan.access import arm

        return arm.read(parsed) or Reading()
    if document.kind != "yaml":
        return embedded.read(document, "IAM policy")
    found = Reading()
    if ".github/workflows/" in f"/{document.source.path}":
        from mlscan.access import workflows

        found.take(workflows.read(document))
    found.take(commands.read(document))
    return found


def _text(document: Document) -> Reading:
    """Scripts, notebooks and code."""
    found = commands.read(document)
    if VERSION in document.data:
        found.take(embedded.read(document, "IAM policy"))
    if document.kind in ("python", "notebook"):
        from mlscan.access import python_code

        found.take(python_code.read(document))
    return found


def _attached(found: Reading) -> Reading:
    """Policies in files of their own belong to whom a command gives them."""

    def owned(grant: Grant) -> Grant:
        identity = found.attached.get(grant.identity.home.rpartition("/")[2])
        if identity is None or grant.format != "IAM policy":
            return grant
        return replace(grant, identity=replace(identity, words=(*identity.words, *grant.identity.words)))

    found.grants = [owned(grant) for grant in found.grants]
    return found
