"""From documents to the promotion graph: the entry of this package."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from mlscan.catalog.schema import Catalog
from mlscan.documents.document import Document
from mlscan.model import Note
from mlscan.promotion.claims import claims_in
from mlscan.promotion.graph import Graph, Pipeline, TriggerKind, Trust
from mlscan.promotion.joins import UNSEEN_EVENTS, joined
from mlscan.promotion.lower import azure, github
from mlscan.promotion.lower.ci import LOWERINGS
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.deliveries import delivered
from mlscan.promotion.lower.parsed import Parsed
from mlscan.promotion.lower.platforms import may_be_pipeline, platform_of
from mlscan.promotion.trust import trusts_in
from mlscan.watchdog import TooLongError, within

_LOWERINGS: dict[str, Callable[[Parsed, Context], Pipeline | None]] = {
    "github-actions": github.lower,
    "azure-pipelines": azure.lower,
    **LOWERINGS,
}


def build(documents: Iterable[Document], read: Callable[[str], Document | None], catalog: Catalog) -> Graph:
    """The graph of every pipeline among the documents. `read` opens any other file of the repository by its
    path from the root, or gives None. A file that only others call is not a pipeline of its own."""
    context = Context(catalog, read)
    found: list[Pipeline] = []
    notes: list[Note] = []
    trusts: list[Trust] = []
    for document in documents:
        try:
            trust, pipelines = within(partial(_lowered, document, context))
            trusts += trust
            found += pipelines
        except (RecursionError, TooLongError) as error:
            why = "nested too deeply" if isinstance(error, RecursionError) else "takes too long"
            notes.append(Note(document.source.path, "unparsed", f"{why}; no pipeline read from it"))
    for make in context.later:
        found += make()
    kept = [
        pipeline
        for pipeline in found
        if pipeline.path not in context.referenced
        or any(
            trigger.kind not in (TriggerKind.CALL, TriggerKind.MANUAL) and trigger.event not in UNSEEN_EVENTS
            for trigger in pipeline.triggers
        )
    ]
    kept = joined(kept, context.protections, context.approvers)
    opened = list(context.opened)
    notes += [note for parsed in opened if (note := _unread(parsed)) is not None]
    return Graph(
        catalog.environments,
        tuple(sorted(kept, key=lambda pipeline: pipeline.path)),
        tuple(context.protections),
        tuple(context.approvers),
        trusts=tuple(trusts),
        scripts=tuple(context.recogniser.scripts),
        claims=tuple(claim for parsed in opened for claim in claims_in(parsed.document)),
        notes=tuple(sorted(notes)),
    )


def _lowered(document: Document, context: Context) -> tuple[list[Trust], list[Pipeline]]:
    """Who is trusted in a file, and its pipelines."""
    trusts = list(trusts_in(document))
    if not may_be_pipeline(document):
        return trusts, []
    parsed = context.adopt(document)
    handled = delivered(parsed, context)
    if handled is not None:
        return trusts, handled
    lowering = _LOWERINGS.get(platform_of(parsed))
    pipeline = lowering(parsed, context) if lowering is not None else None
    return trusts, [pipeline] if pipeline is not None else []


def _unread(parsed: Parsed) -> Note | None:
    """A file that looks like a pipeline and is no YAML, even with its template holes filled."""
    if parsed.document.kind == "text" or parsed.error is None:
        return None
    message = f"not YAML ({parsed.error}); no pipeline read from it"
    return Note(parsed.path, "unparsed", message, parsed.error.line)
