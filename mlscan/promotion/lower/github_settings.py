"""Environments of GitHub that an app makes from a file of the repository: whether anybody has to approve.

https://github.com/repository-settings/app/blob/master/docs/plugins/environments.md
https://github.com/github/safe-settings
"""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.documents.yaml import Mapping, Node
from mlscan.promotion.graph import Pipeline, Protection
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, items

_PATH = ".github/settings.yml"


def recognised(path: str, root: Node | None) -> bool:
    """Whether the file is the one that the apps read, and it lists environments."""
    return f"/{path}".endswith(f"/{_PATH}") and isinstance(root, Mapping) and bool(_environments(root))


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """No pipeline: what the file says about environments is remembered."""
    context.protections += _protections(parsed)
    return []


def _environments(root: Node | None) -> list[Mapping]:
    listed = root.get("environments") if isinstance(root, Mapping) else None
    return [item for item in items(listed) if isinstance(item, Mapping) and item.text("name")]


def _protections(parsed: Parsed) -> Iterator[Protection]:
    for item in _environments(parsed.root):
        # A rule of another app may ask somebody, or may not.
        if item.get("deployment_protection_rules") is not None:
            continue
        reviewed = bool(items(item.get("reviewers")))
        own = item.text("prevent_self_review").lower() != "true"
        place = parsed.place(item.get("name") or item)
        yield Protection("github-actions", item.text("name"), place, reviewed, own)
