"""From documents to the promotion graph: the entry of this package."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from mlscan.catalog.schema import Catalog
from mlscan.documents.document import Document
from mlscan.model import Note
from mlscan.promotion.claims import claims_in
from mlscan.promotion.commands import DEPLOYS
from mlscan.promotion.deploys import MOST, MOST_RELEASES
from mlscan.promotion.graph import Graph, Pipeline, TriggerKind, Trust, Unknown
from mlscan.promotion.joins import UNSEEN_EVENTS, joined
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.deliveries import delivered
from mlscan.promotion.lower.modules import module
from mlscan.promotion.lower.parsed import Parsed
from mlscan.promotion.lower.platforms import may_be_pipeline, platform_of
from mlscan.promotion.trust import trusts_in
from mlscan.watchdog import TooLongError, within


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


def _lowered(document: Document, context: Context) -> tuple[list[Trust], list[Pipeline]]:
    """Who is trusted in a file, and its pipelines."""
    trusts = list(trusts_in(document))
    if not may_be_pipeline(document):
        return trusts, []
    parsed = context.adopt(document)
    handled = delivered(parsed, context)
    if handled is not None:
        return trusts, handled
    platform = platform_of(parsed)
    pipeline = module(platform).lower(parsed, context) if platform else None
    return trusts, [pipeline] if pipeline is not None else []


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
