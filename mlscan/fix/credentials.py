"""The credentials of one file: what is mended, checked by reading the result again."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable

from mlscan.documents.document import Document, open_document, utf8
from mlscan.documents.magics import blank_magics
from mlscan.documents.notebook import NotebookDocument
from mlscan.fix.edits import Change, Draft, Left, Mended, RefusedError, Secret, applied, spans_of
from mlscan.fix.notebook import Output, leaking, output_at, rewritten
from mlscan.fix.python import Rewriter
from mlscan.fix.write import encoded
from mlscan.model import Finding
from mlscan.sources.source import Source

Rescan = Callable[[Source], Iterable[Finding]]
_STILL = "mlscan would still report it, so nothing was changed"
_PRINTED = "credential-printed"


def mend(document: Document, findings: Iterable[Finding], rewriter: Rewriter, rescan: Rescan) -> Change:
    """The change of a file that mends as many of these credentials as can be; nothing is written."""
    secrets, left = _located(document, findings)
    try:
        return _tried(document, secrets, left, rewriter, rescan)
    except RefusedError as first:
        if len(secrets) < 2:
            left += [Left(secret.finding, first.reason) for secret in secrets]
            return Change(document.source.path, document.source.data, document.source.data, (), tuple(left))
    good: list[Secret] = []
    for secret in secrets:
        try:
            _tried(document, [*good, secret], [], rewriter, rescan)
            good.append(secret)
        except RefusedError as refused:
            left.append(Left(secret.finding, refused.reason))
    return _tried(document, good, left, rewriter, rescan)


def _located(document: Document, findings: Iterable[Finding]) -> tuple[list[Secret], list[Left]]:
    secrets: list[Secret] = []
    left: list[Left] = []
    for finding in findings:
        try:
            if finding.rule == _PRINTED:
                raise RefusedError("take the line out that prints it, and clear its output")
            start, end = spans_of(document, finding)
            value = document.data[start:end].decode("utf-8", "replace")
            secrets.append(Secret(finding, start, end, value))
        except RefusedError as refused:
            left.append(Left(finding, refused.reason))
    return secrets, left


def _tried(
    document: Document, secrets: list[Secret], left: list[Left], rewriter: Rewriter, rescan: Rescan
) -> Change:
    """The change that mends these secrets; raises RefusedError when the result is not what it should be."""
    source = document.source
    shown, written = _by_output(document, secrets)
    draft = rewriter.draft(document, written)
    mended = [*draft.mended, *(Mended(secret.finding, how="its output is taken out") for secret, _ in shown)]
    still = [*left, *draft.left]
    if not mended:
        return Change(source.path, source.data, source.data, (), tuple(still))
    after = _after(document, draft, written, {output for _, output in shown})
    _check_parses(document, Source(source.path, after))
    _check_clean(document, mended, rescan, Source(source.path, after))
    return Change(source.path, source.data, after, tuple(mended), tuple(still))


def _by_output(document: Document, secrets: list[Secret]) -> tuple[list[tuple[Secret, Output]], list[Secret]]:
    """Those that outputs show, with these outputs, and those that stand elsewhere."""
    if not isinstance(document, NotebookDocument):
        return [], secrets
    shown: list[tuple[Secret, Output]] = []
    written: list[Secret] = []
    for secret in secrets:
        output = output_at(document, secret.start)
        if output is None:
            written.append(secret)
        else:
            shown.append((secret, output))
    return shown, written


def _after(document: Document, draft: Draft, written: list[Secret], outputs: set[Output]) -> bytes:
    raw = document.source.data
    if isinstance(document, NotebookDocument):
        gone = {id(item.finding) for item in draft.mended}
        values = [secret.value for secret in written if id(secret.finding) in gone]
        after = rewritten(document, draft.edits, outputs | leaking(document, values))
        return encoded(raw, utf8(raw), after)
    return encoded(raw, document.data, applied(document.data, draft.edits))


def _check_parses(document: Document, after: Source) -> None:
    """Every Python text that parsed before has to parse."""
    fresh = open_document(after)
    if len(fresh.programs) != len(document.programs):
        raise RefusedError("the result would not be the same notebook")
    for old, new in zip(document.programs, fresh.programs, strict=True):
        if _parses(document, document.data[old.start : old.end]) and not _parses(
            fresh, fresh.data[new.start : new.end]
        ):
            raise RefusedError("the result would not be Python")


def _parses(document: Document, text: bytes) -> bool:
    try:
        ast.parse(blank_magics(text) if document.kind == "notebook" else text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _check_clean(document: Document, mended: list[Mended], rescan: Rescan, after: Source) -> None:
    """What is mended must not be found any more, and nothing new may be found."""
    before = Counter(finding.rule for finding in rescan(document.source))
    allowed = before - Counter(item.finding.rule for item in mended)
    now = Counter(finding.rule for finding in rescan(after))
    if now - allowed:
        raise RefusedError(_STILL)
