"""Which of the CI services with a language of their own a file is for, told from its content."""

from __future__ import annotations

import re

from mlscan.catalog.triggers import GROOVY, PIPELINE
from mlscan.documents.document import Document
from mlscan.documents.yaml import Mapping, Node, Scalar, Sequence
from mlscan.promotion.lower.gitlab_config import RESERVED
from mlscan.promotion.lower.modules import module
from mlscan.promotion.lower.parsed import Parsed

_HINT = re.compile(PIPELINE.encode())
_GROOVY = re.compile(GROOVY.encode())
_GITLAB_ROOT = frozenset(("stages", "include", "variables", "default", "workflow", "before_script", "image"))
_GITLAB_JOB = frozenset(
    (
        "stage",
        "rules",
        "only",
        "except",
        "tags",
        "needs",
        "environment",
        "extends",
        "image",
        "when",
        "artifacts",
    )
)
_FOREIGN = frozenset(
    ("apiVersion", "jobs", "steps", "pipelines", "orbs", "language", "workflows", "on", "phases")
)
_BUILDKITE = frozenset(
    ("command", "commands", "block", "wait", "waiter", "input", "plugins", "group", "trigger")
)


def may_be_service(document: Document) -> bool:
    """A cheap question before a file is parsed."""
    hint = _GROOVY if document.kind == "text" else _HINT if document.kind == "yaml" else None
    return hint is not None and hint.search(document.data) is not None


def service(parsed: Parsed) -> str:
    """The platform of a file, or an empty string for anything else."""
    if parsed.document.kind == "text":
        return "jenkins" if _GROOVY.search(parsed.document.data) else ""
    root = next((one for one in reversed(parsed.roots) if isinstance(one, Mapping)), None)
    if root is None:
        return ""
    keys = {key.value for key, _ in root.pairs if isinstance(key, Scalar)}
    if "apiVersion" in keys:
        return ""
    if isinstance(root.get("workflows"), Mapping) or ("version" in keys and _defines_steps(root.get("jobs"))):
        return "circleci"
    pipelines = root.get("pipelines")
    if isinstance(pipelines, Mapping) and _has(
        pipelines, {"default", "branches", "custom", "tags", "pull-requests"}
    ):
        return "bitbucket-pipelines"
    if any(isinstance(one, Mapping) and one.get("steps") is not None for one in parsed.roots) and module(
        "drone"
    ).recognised(parsed.roots):
        return "drone"
    if isinstance(root.get("steps"), Sequence) and _buildkite(root.get("steps")):
        return "buildkite"
    return "gitlab-ci" if not keys & _FOREIGN and _gitlab(root, keys, parsed.path) else ""


def _gitlab(root: Mapping, keys: set[str], path: str) -> bool:
    if "include" in keys and "gitlab" in path:
        return True
    for name, _, job in root.items():
        if name in RESERVED or not isinstance(job, Mapping) or job.get("script", "trigger") is None:
            continue
        if keys & _GITLAB_ROOT or _has(job, _GITLAB_JOB) or "gitlab" in path:
            return True
    return False


def _buildkite(node: Node | None) -> bool:
    found = node.items if isinstance(node, Sequence) else []
    return any(
        (isinstance(item, Scalar) and item.value in ("wait", "block", "input"))
        or (isinstance(item, Mapping) and _has(item, _BUILDKITE) and not _has(item, {"task", "uses", "args"}))
        for item in found
    )


def _has(node: Mapping, names: set[str] | frozenset[str]) -> bool:
    return any(isinstance(key, Scalar) and key.value in names for key, _ in node.pairs)


def _defines_steps(node: Node | None) -> bool:
    return isinstance(node, Mapping) and any(
        isinstance(job, Mapping) and job.get("steps") is not None for _, _, job in node.items()
    )
