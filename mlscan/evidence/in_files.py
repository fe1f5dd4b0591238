"""Evidence of files: by their names, by the Python in them, and by texts that name a thing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.document import Document
from mlscan.evidence.cards import emptiness, remark
from mlscan.evidence.proof import BEFORE, Grade, Proof
from mlscan.evidence.repository import Repository
from mlscan.evidence.uses import Use, uses
from mlscan.evidence.way import Way

_SOME = 40  # files of one kind that are opened; a repository of examples has hundreds
_PER_FILE = 3
_TEST = re.compile(r"(?:^|/)(?:tests?/|test_[^/]{0,100}$|[^/]{0,100}_test\.\w{1,5}$)")
_IMPORTED = "a program on the way to this deploy imports it"
_ASIDE = "nothing on the way to this deploy is known to run it"


def in_files(kind: str, way: Way, repository: Repository) -> Iterator[Proof]:
    """What the files that may hold a kind of evidence show."""
    paths = [path for path, kinds in repository.sighted.items() if kind in kinds and _tells(kind, path)]
    for path in sorted(paths, key=lambda path: (path not in way.files, path))[:_SOME]:
        document = repository.read(path)
        if document is not None:
            yield from _in_one(kind, document, way, repository)


def _in_one(kind: str, document: Document, way: Way, repository: Repository) -> Iterator[Proof]:
    path = document.source.path
    runs = path in way.run_itself
    asked = repository.markers.by_kind[kind]
    grade = Grade.EXERCISED if runs and kind in BEFORE else Grade.PRESENT
    aside = "" if runs else _IMPORTED if path in way.files else _ASIDE
    found = _used(kind, document, repository)
    for use in found[:_PER_FILE]:
        place = document.place(use.start, use.end)
        if use.call and use.used:
            yield Proof(kind, grade, f"{use.what} in {path}", place, remark=aside)
        elif use.call:
            note = "; ".join(filter(None, ("nothing but a print looks at the result", aside)))
            yield Proof(kind, Grade.PRESENT, f"{use.what} in {path}", place, remark=note)
        elif use.used:
            yield Proof(kind, Grade.PRESENT, f"{use.what} in {path}", place, remark=aside)
        else:
            why = "it is imported and never used"
            yield Proof(kind, Grade.PRESENT, f"{use.what} in {path}", place, empty=why)
    if found:
        return
    match = asked.texts.search(document.data)
    if match is not None:
        place = document.place(match.start(), match.end())
        what = " ".join(match[0].decode("utf-8", "replace").split())
        yield Proof(kind, grade, f"`{what}` in {path}", place, remark="" if runs else _unused(kind, aside))
    elif kind in repository.sightings.named(path):
        yield _named(kind, document, runs, aside, repository)


def _used(kind: str, document: Document, repository: Repository) -> tuple[Use, ...]:
    """What Python uses of the modules of a kind: the same for every release."""
    marker = repository.markers.by_kind[kind].marker
    if document.kind not in ("python", "notebook") or not marker.modules:
        return ()
    key = kind, document.source.path
    if key not in repository.used:
        repository.used[key] = tuple(uses(document, marker))
    return repository.used[key]


def _named(kind: str, document: Document, runs: bool, aside: str, repository: Repository) -> Proof:
    """A file whose name tells what it is."""
    start = document.place(0, 0)
    what = document.source.path
    if kind == "model-card":
        template = repository.markers.template
        card = what.lower().endswith(".md")
        why = emptiness(document.data, template) if card else ""
        return Proof(kind, Grade.PRESENT, what, start, empty=why, remark=remark(document.data, template))
    if not document.data.strip():
        return Proof(kind, Grade.PRESENT, what, start, empty="the file is empty")
    if runs and kind in BEFORE:
        return Proof(kind, Grade.EXERCISED, what, start)
    return Proof(kind, Grade.PRESENT, what, start, remark=_unused(kind, aside))


def _tells(kind: str, path: str) -> bool:
    """Whether a file can be evidence: a test of something is no such thing, but a test of a model or of data
    is one."""
    return kind in BEFORE - {"lineage"} or _TEST.search(path.lower()) is None


def _unused(kind: str, aside: str) -> str:
    """Documents, declarations and what comes after a deploy are not run on the way to it."""
    return aside if kind in BEFORE - {"lineage"} else ""
