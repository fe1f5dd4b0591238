"""Credentials that a cell has printed: named values in output text, and whose cell has to be cleared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mlscan.documents.document import Document, Unit
from mlscan.model import Confidence, Finding
from mlscan.secrets.candidate import NAME, Candidate
from mlscan.secrets.judge import Judge
from mlscan.secrets.names import Names

_WORDS = (b"key", b"token", b"secret", b"passw", b"pwd", b"credential", b"conn_str", b"connection")
_SHOWN = re.compile(
    rb"(?i:key|token|secret|passw(?:or)?d|pwd|credentials?|conn(?:ection)?_?str(?:ing)?)\w{0,20}\\?['\"]?\]?"
    rb"(?:[ ]{0,3}(?:=>|:|=)[ ]{0,3}|[ ]{0,3}\t[ ]{0,3})"
    rb"(?:b?\\?['\"]([^'\"\n\\]{4,400})\\?['\"]|([^\s'\",;<>&()\[\]{}]{6,400}))"
)
_BEFORE = re.compile(rb"[A-Za-z_][\w.\-]{0,60}\Z")
_AFTER = re.compile(rb"\w{0,40}")


def find(document: Document, judge: Judge, names: Names) -> Iterator[Candidate]:
    """A candidate for every value that an output shows under a secret's name."""
    for unit in document.units:
        if unit.syntax != "output":
            continue
        text = document.data[unit.start : unit.end]
        lower = text.lower()
        if any(word in lower for word in _WORDS):
            for match in _SHOWN.finditer(text):
                yield from _shown(match, text, unit, judge, names)


def _shown(
    match: re.Match[bytes], text: bytes, unit: Unit, judge: Judge, names: Names
) -> Iterator[Candidate]:
    before = _BEFORE.search(text[max(0, match.start() - 60) : match.start()])
    after = _AFTER.match(text, match.start())
    name = ((before[0] if before else b"") + (after[0] if after else b"")).decode("utf-8", "replace")
    kind = names.kind(name)
    if not kind:
        return
    quoted = match[1] is not None
    start, end = match.span(1 if quoted else 2)
    value = text[start:end].decode("utf-8", "replace")
    judgement = judge.named(value, kind)
    surely = Confidence.MEDIUM if quoted or b"=" in match[0][: start - match.start()] else Confidence.HIGH
    if judgement.confidence is None or judgement.confidence < surely:
        return
    evidence = (f"name '{name}'", judgement.reason, "printed into an output")
    yield Candidate(
        unit.start + start, unit.start + end, value, "credential-in-output", NAME, judgement.confidence,
        f"Credential '{name}' in an output", evidence,
    )  # fmt: skip


def explained(
    document: Document, found: list[tuple[Candidate, list[Candidate]]], findings: list[Finding]
) -> list[Finding]:
    """The findings; one in an output names the cell that printed it and is reported once an output."""
    kept: list[Finding] = []
    seen: set[tuple[int, str, str]] = set()
    for (candidate, _), finding in zip(found, findings, strict=True):
        unit = document.unit_at(candidate.start)
        if not unit.part.startswith("output"):
            kept.append(finding)
            continue
        key = (unit.cell, unit.part, candidate.value)
        if key not in seen:
            seen.add(key)
            kept.append(_explained(document, unit, candidate, finding))
    return kept


def _explained(document: Document, unit: Unit, candidate: Candidate, finding: Finding) -> Finding:
    path = document.source.path
    fix = (
        f"Revoke the credential: whoever has the file or its history has it. Then clear the output of cell "
        f"{unit.cell} (`jupyter nbconvert --clear-output --inplace {path!r}`) and do not print it again."
    )
    related = finding.related
    value = candidate.value.encode("utf-8", "replace")
    sources = [other for other in document.units if other.part == "source" and other.cell <= unit.cell]
    for source in sources:
        at = document.data.find(value, source.start, source.end)
        if at >= 0:
            related += (document.place(at, at + len(value), "the same value stands here"),)
            break
    else:
        printing = next((source for source in sources if source.cell == unit.cell), None)
        if printing is not None:
            first = document.line_bounds(printing.start)
            related += (document.place(*first, "printed by this cell"),)
    message = f"{finding.message.removesuffix('.')}, printed by cell {unit.cell}."
    return replace(finding, message=message, related=related, fix=fix)
