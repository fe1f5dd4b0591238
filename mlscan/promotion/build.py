"""From documents to the promotion graph: the entry of this package."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from mlscan.catalog.schema import Catalog
from mlscan.documents.document import Document
from mlscan.model import Note
from mlscan.promotion.claims import claims_in
from mlscan.promotion.commands import DEPLOYS
from mlscan.promotion.deploys import MOST, MOST_RELEASES
from mlscan.promotion.graph import Graph, Pipeline, TriggerKind, Trust, Unknown
from mlscan.promotion.joins import UNSEEN_EVENTS, joined
from mlscan.promotion.lower import azure, github
from mlscan.promotion.lower.ci import LOWERINGS
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.deliveries import delivered
from mlscan.promotion.lower.parsed import Parsed
from mlscan.promotion.lower.platforms import may_be_pipeline, platform_of
from mlscan.promotion.trust import trusts_in

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
        trusts += trusts_in(document)
        if not may_be_pipeline(document):
            continue
        parsed = context.adopt(document)
        handled = delivered(parsed, context)
        if handled is not None:
            found += handled
            continue
        lowering = _LOWERINGS.get(platform_of(parsed))
        try:
            pipeline = lowering(parsed, context) if lowering is not None else None
        except RecursionError:
            notes.append(Note(parsed.path, "unparsed", "an alias holds itself; no pipeline read from it"))
            continue
        if pipeline is not None:
            found.append(pipeline)
    for make in context.later:
        found += make()
    gaps = {parsed.path: parsed for parsed in context.opened if parsed.lost}
    found = [_with_gaps(one, gaps[one.path]) if one.path in gaps else one for one in found]
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
    notes += [note for pipeline in kept if (note := _crowded(pipeline)) is not None]
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


def _with_gaps(pipeline: Pipeline, parsed: Parsed) -> Pipeline:
    """A pipeline of a file some lines of which could not be read: a gate may have stood there."""
    document = parsed.document
    here = document.place(*document.line_bounds(parsed.lost[0]))
    gap = Unknown("lines of the file that are no YAML", here, may_gate=True)
    jobs = tuple(replace(job, unknowns=(*job.unknowns, gap)) for job in pipeline.jobs)
    return replace(pipeline, jobs=jobs)


def _crowded(pipeline: Pipeline) -> Note | None:
    """A pipeline with more deploys than are judged."""
    count = sum(
        action.kind in DEPLOYS for job in pipeline.jobs for step in job.steps for action in step.actions
    )
    if count <= MOST_RELEASES:
        return None
    judged = f"the first {MOST} are judged, and " if count > MOST else ""
    message = f"{count} deploys in one pipeline: {judged}evidence is asked of {MOST_RELEASES} releases"
    return Note(pipeline.path, "skipped", message, pipeline.place.region.start_line)


def _unread(parsed: Parsed) -> Note | None:
    """A file that looks like a pipeline and is no YAML, even with its template holes filled."""
    if parsed.document.kind == "text" or parsed.error is None:
        return None
    if parsed.lost:
        numbers = [parsed.document.lines.position(start)[0] for start in parsed.lost]
        lines = ", ".join(map(str, numbers))
        message = f"not YAML ({parsed.error}); the pipeline is read without line {lines}"
        return Note(parsed.path, "skipped", message, numbers[0])
    message = f"not YAML ({parsed.error}); no pipeline read from it"
    return Note(parsed.path, "unparsed", message, parsed.error.line)
