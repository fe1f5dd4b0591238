"""What a file may be to the promotion graph: a pipeline, a grant of rights, code that promotes."""

from __future__ import annotations

from mlscan.catalog.database import Fired
from mlscan.catalog.triggers import acts
from mlscan.documents.document import Document, open_document
from mlscan.documents.pairs.choose import holds_no_settings
from mlscan.documents.typescript_files import is_source
from mlscan.sources.source import Source

_CONFIGURATION = (".tf", ".tf.tmpl", ".tf.j2", ".tf.jinja", ".json", ".template", ".asl", "dinghyfile")
_DOCUMENTATION = (".md", ".mdx", ".rst", ".adoc", ".txt", ".html")
_PROMOTES = (frozenset({"promotion", "production"}), frozenset({"commanded", "runs"}))


def promotes(source: Source, fired: Fired) -> bool:
    """Whether a Python file may promote a model."""
    return source.suffix == ".py" and any(wanted <= fired for wanted in _PROMOTES)


def may_be_pipeline(source: Source, fired: Fired) -> bool:
    """Whether a file may be a pipeline; opened only where a trigger says so."""
    worth = fired & {"pipeline", "delivery", "orchestration", "groovy"}
    return bool(worth) and wanted_by_graph(open_document(source), fired)


def wanted_by_graph(document: Document, fired: frozenset[str]) -> bool:
    """Whether a file in which these triggers fired may be a pipeline."""
    listed = {"yaml": "pipeline", "text": "groovy"}.get(document.kind, "")
    if listed in fired:
        return not document.source.path.lower().endswith(_DOCUMENTATION)
    acting = "orchestration" in fired and acts(document.data)
    return ("delivery" in fired or acting) and _may_deliver(document)


def may_grant(source: Source) -> bool:
    """Whether a file that names rights is code or configuration, and neither a text nor a list of names."""
    path = source.path.lower()
    return not path.endswith(_DOCUMENTATION) and not holds_no_settings(path)


def _may_deliver(document: Document) -> bool:
    """Whether a file with a mark of a delivery is code or configuration, and not a text about it."""
    if document.kind == "text":
        path = document.source.path
        return path.lower().endswith(_CONFIGURATION) or is_source(path)
    return document.kind in ("python", "yaml")
