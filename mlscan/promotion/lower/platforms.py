"""Which platform a YAML file is for, told from its content: names of files prove little."""

from __future__ import annotations

import re

from mlscan.documents.document import Document
from mlscan.documents.yaml import Mapping, Node, Scalar, Sequence
from mlscan.promotion.lower.ci import may_be_service, service
from mlscan.promotion.lower.deliveries import delivery, may_deliver
from mlscan.promotion.lower.parsed import Parsed

_HINT = re.compile(rb"^\s*-?\s*(?:jobs|stages|steps|extends)\s*:", re.MULTILINE)
_AZURE_STEPS = frozenset(
    ("script", "bash", "pwsh", "powershell", "task", "checkout", "template", "download", "publish",
     "getPackage", "downloadBuild", "reviewApp")
)  # fmt: skip
_AZURE_ROOT = frozenset(
    ("pool", "trigger", "pr", "resources", "variables", "schedules", "parameters", "name")
)
_OTHERS = frozenset(
    ("apiVersion", "kind", "version", "orbs", "pipelines", "image", "include", "default", "workflow",
     "workflows", "substitutions", "agents", "runs", "openapi", "services", "language")
)  # fmt: skip


def platform(document: Document) -> str:
    """`github-actions`, `cloud-build` and so on, or an empty string for anything else."""
    if not may_be_pipeline(document):
        return ""
    parsed = Parsed(document)
    name = delivery(parsed)
    return platform_of(parsed) if name is None else name


def may_be_pipeline(document: Document) -> bool:
    """A cheap question before a file is parsed: has it a key that every pipeline has?"""
    pipeline = document.kind in ("yaml", "text") and _HINT.search(document.data) is not None
    return pipeline or may_be_service(document) or may_deliver(document)


def platform_of(parsed: Parsed) -> str:
    """The same for a file that is parsed already."""
    root = parsed.root
    if not isinstance(root, Mapping):
        return service(parsed)
    keys = {key.value for key, _ in root.pairs if isinstance(key, Scalar)}
    jobs = root.get("jobs")
    if isinstance(jobs, Mapping) and ("on" in keys or "true" in keys) and not keys & {"version", "orbs"}:
        return "github-actions"
    return "azure-pipelines" if _azure(root, keys) else service(parsed)


def _azure(root: Mapping, keys: set[str]) -> bool:
    if keys & _OTHERS or "on" in keys:
        return False
    stages, jobs, steps, extends = (root.get(name) for name in ("stages", "jobs", "steps", "extends"))
    if isinstance(extends, Mapping):
        return "template" in {key.value for key, _ in extends.pairs if isinstance(key, Scalar)}
    if isinstance(stages, Sequence):
        return _items_have(stages, {"stage", "template"}) or _has_expression(stages)
    if isinstance(jobs, Sequence):
        return _items_have(jobs, {"job", "deployment", "template"}) or _has_expression(jobs)
    if isinstance(steps, Sequence):
        return _items_have(steps, set(_AZURE_STEPS)) and (
            bool(keys & _AZURE_ROOT) or _items_have(steps, {"task", "checkout", "template"})
        )
    return False


def _items_have(node: Sequence, names: set[str]) -> bool:
    return any(
        isinstance(item, Mapping) and names & {key for key, _, _ in item.items()} for item in node.items
    )


def _has_expression(node: Node) -> bool:
    return isinstance(node, Sequence) and any(
        isinstance(item, Mapping) and any(key.startswith("${{") for key, _, _ in item.items())
        for item in node.items
    )
