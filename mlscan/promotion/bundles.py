"""The target that a Databricks bundle is deployed to where a command names none.

https://docs.databricks.com/aws/en/dev-tools/bundles/settings#targets
"""

from __future__ import annotations

from mlscan.documents.document import Document
from mlscan.documents.yaml import Mapping, YamlError, compose
from mlscan.promotion.graph import Fact

FILES = ("databricks.yml", "databricks.yaml", "bundle.yml", "bundle.yaml")


def default_target(document: Document) -> Fact | None:
    """The only target, or the one that says `default: true`."""
    try:
        roots = compose(document.data)
    except YamlError:
        return None
    root = roots[0] if roots else None
    targets = root.get("targets") if isinstance(root, Mapping) else None
    found = list(targets.items()) if isinstance(targets, Mapping) else []
    for name, key, settings in found:
        marked = isinstance(settings, Mapping) and settings.text("default") == "true"
        if marked or len(found) == 1:
            return Fact("target argument", name, document.place(key.start, key.end))
    return None
