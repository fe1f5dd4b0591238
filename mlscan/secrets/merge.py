"""Overlapping candidates to one finding each, with the evidence of all of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from mlscan.documents.document import Document
from mlscan.mask import preview
from mlscan.model import Confidence, Finding
from mlscan.secrets.candidate import ENVIRONMENT, FORMAT, OWN, SINK, Candidate

WEAK = "weak-password"


def merge(candidates: Iterable[Candidate]) -> list[tuple[Candidate, list[Candidate]]]:
    """(the most specific candidate, the others that overlap it), in the order they stand in the text.

    The same secret several times in one file stays several candidates: each place needs mending.
    """
    ordered = sorted(
        candidates,
        key=lambda item: (-item.rank, -item.confidence, item.start - item.end, item.start, item.rule),
    )
    starts: list[int] = []
    kept: list[tuple[Candidate, list[Candidate]]] = []
    for candidate in ordered:
        # What is kept does not overlap: only the last one that starts before the end can touch.
        index = bisect_left(starts, candidate.end)
        if index and candidate.start < kept[index - 1][0].end:
            kept[index - 1][1].append(candidate)
        else:
            starts.insert(index, candidate.start)
            kept.insert(index, (candidate, []))
    return [_named(best, others) for best, others in kept]


def _named(best: Candidate, others: list[Candidate]) -> tuple[Candidate, list[Candidate]]:
    """The user's own format in front where it tells more of the same secret than a name or a call does."""
    for own in others:
        inside = best.start <= own.start and own.end <= best.end
        if own.leads and OWN < best.rank < FORMAT and inside:
            return own, [best, *(item for item in others if item is not own)]
    return best, others


def finding(document: Document, candidate: Candidate, others: list[Candidate]) -> Finding:
    """The finding of a candidate; the secret itself stays behind."""
    best = max([candidate, *others], key=lambda item: item.confidence)
    evidence = list(dict.fromkeys(reason for item in (candidate, *others) for reason in item.evidence))
    related = [document.place(*place) for item in (candidate, *others) for place in item.related]
    sink = next((item.what for item in others if item.rank in (SINK, ENVIRONMENT)), "")
    where = (
        f" as {sink[0].lower()}{sink[1:]}"
        if sink and not candidate.related and sink != candidate.what
        else ""
    )
    weak = candidate.weak and all(item.weak or item.confidence is Confidence.LOW for item in others)
    return Finding(
        rule=WEAK if weak else candidate.rule,
        message=f"{candidate.what}{where} ({preview(candidate.value)}).",
        place=document.place(candidate.start, candidate.end),
        confidence=best.confidence,
        related=tuple(dict.fromkeys(related)),
        evidence=tuple(evidence),
    )
