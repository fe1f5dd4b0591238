"""From documents to the promotion graph: the entry of this package."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mlscan.catalog.schema import Catalog
from mlscan.documents.document import Document
from mlscan.promotion.graph import Graph, Pipeline, TriggerKind
from mlscan.promotion.lower import azure, github
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed
from mlscan.promotion.lower.platforms import may_be_pipeline, platform_of

_LOWERINGS: dict[str, Callable[[Parsed, Context], Pipeline | None]] = {
    "github-actions": github.lower,
    "azure-pipelines": azure.lower,
}


def build(documents: Iterable[Document], read: Callable[[str], Document | None], catalog: Catalog) -> Graph:
    """The graph of every pipeline among the documents. `read` opens any other file of the repository by its
    path from the root, or gives None. A file that only others call is not a pipeline of its own."""
    context = Context(catalog, read)
    found: list[Pipeline] = []
    for document in documents:
        if not may_be_pipeline(document):
            continue
        parsed = context.adopt(document)
        lowering = _LOWERINGS.get(platform_of(parsed))
        try:
            pipeline = lowering(parsed, context) if lowering is not None else None
        except RecursionError:
            continue  # an alias that holds itself
        if pipeline is not None:
            found.append(pipeline)
    kept = [
        pipeline
        for pipeline in found
        if pipeline.path not in context.referenced
        or any(
            trigger.kind not in (TriggerKind.CALL, TriggerKind.MANUAL) and trigger.event != "implicit"
            for trigger in pipeline.triggers
        )
    ]
    return Graph(catalog.environments, tuple(sorted(kept, key=lambda pipeline: pipeline.path)))
