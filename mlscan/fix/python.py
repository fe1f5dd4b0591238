"""The credentials in the Python of a document, a file or the cells of a notebook, become look-ups."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from mlscan.documents.document import Document
from mlscan.documents.magics import blank_magics
from mlscan.fix.bindings import Bindings
from mlscan.fix.code import Code
from mlscan.fix.edits import Draft, Edit, Left, Mended, RefusedError, Secret
from mlscan.fix.literals import Slot, slot_of
from mlscan.fix.names import Names
from mlscan.fix.stores import OS, Import, Store, variable


class Rewriter:
    """Rewrites documents of one repository; with `unsafe` also where that may change the program."""

    def __init__(self, store: Store, names: Names, *, unsafe: bool) -> None:
        self._store = store
        self._names = names
        self._unsafe = unsafe

    def draft(self, document: Document, secrets: Iterable[Secret]) -> Draft:
        """The edits that mend these secrets, and why others stay."""
        draft = Draft()
        codes, broken = _codes(document)
        bindings = Bindings(codes)
        edits: list[Edit] = []
        for secret in secrets:
            try:
                code = next((item for item in codes if _holds(item, secret)), None)
                if code is None:
                    raise RefusedError(_elsewhere(document, secret, broken))
                made, mended = self._mended(document, slot_of(code, secret), secret, bindings)
            except RefusedError as refused:
                draft.left.append(Left(secret.finding, refused.reason, refused.unsafe))
                continue
            if any(one != other and _overlap(one, other) for one in made for other in edits):
                draft.left.append(Left(secret.finding, "another change stands at the same place"))
                continue
            edits += [edit for edit in made if edit not in edits]
            draft.mended.append(mended)
        inserted = [
            Edit(code.start + edit.start, code.start + edit.end, edit.text)
            for code, edit in bindings.insertions()
        ]
        draft.edits = [*inserted, *edits] if edits else []
        return draft

    def _mended(
        self, document: Document, slot: Slot, secret: Secret, bindings: Bindings
    ) -> tuple[list[Edit], Mended]:
        context, store = slot.context, self._store
        caution = context.caution
        optional = context.default and store.key != "env"
        if optional:
            caution = "the store would be asked even when the option is given"
        if caution and not self._unsafe:
            raise RefusedError(caution, unsafe=True)
        name = self._names.name(
            slot.value, secret.finding.rule, secret.finding.evidence, context.hint, document.source.path,
            exact=context.exact, inside=slot.inside,
        )  # fmt: skip
        if context.removed and context.whole is not None and store.key == "env":
            return [_removed(slot.code, context.whole)], Mended(secret.finding, name)
        if context.whole is not None and not context.removed:
            module = bindings.local(OS, slot.code, slot.node)
            start, end = slot.code.span(context.whole)
            text = variable(name, module, slot.quote)
            edit = Edit(slot.code.start + start, slot.code.start + end, text)
            return [edit], Mended(secret.finding, name, stored=False)
        local: dict[Import, str] = {
            wanted: bindings.local(wanted, slot.code, slot.node) for wanted in store.imports
        }

        def lookup(quote: str, nested: bool) -> str:
            if context.default and store.key == "env":
                return f"{local[OS]}.environ.get({quote}{name}{quote})"
            return store.lookup(name, local, quote, nested=nested)

        return slot.edits(lookup), Mended(secret.finding, name)


def _codes(document: Document) -> tuple[list[Code], dict[int, str]]:
    """The Python of a document, and by the start of each text that cannot be rewritten the reason."""
    codes: list[Code] = []
    broken: dict[int, str] = {}
    for unit in document.programs:
        text = document.data[unit.start : unit.end]
        try:
            codes.append(Code(blank_magics(text) if document.kind == "notebook" else text, unit.start))
        except RefusedError as refused:
            broken[unit.start] = refused.reason
    return codes, broken


def _holds(code: Code, secret: Secret) -> bool:
    return code.start <= secret.start and secret.end <= code.start + len(code.text)


def _elsewhere(document: Document, secret: Secret, broken: dict[int, str]) -> str:
    """Why a secret that stands in no Python stays."""
    unit = document.unit_at(secret.start)
    if unit.start in broken or (document.kind == "python" and broken):
        return broken.get(unit.start) or next(iter(broken.values()))
    if unit.part == "metadata":
        return "it stands in the metadata of the notebook: take it out there"
    if unit.part == "attachment" or unit.syntax == "markdown":
        return "it stands in a text: delete it there"
    return "it does not stand in Python"


def _overlap(one: Edit, other: Edit) -> bool:
    return one.start < other.end and other.start < one.end


def _removed(code: Code, statement: cst.CSTNode) -> Edit:
    """A statement taken out with its line, or replaced by `pass` where something has to stand."""
    start, end = code.span(statement)
    line = code.parent(statement)
    block = code.parent(line) if line is not None else None
    if isinstance(line, cst.SimpleStatementLine) and isinstance(block, cst.Module | cst.IndentedBlock):
        alone = len(line.body) == 1 and line.trailing_whitespace.comment is None
        others = [item for item in block.body if item is not line and not _sets_variable(code, item)]
        if alone and (others or isinstance(block, cst.Module)):
            first = code.text.rfind(b"\n", 0, start) + 1
            last = code.text.find(b"\n", end)
            if last < 0 and first:  # the last line: the line break before it goes too
                first -= 2 if code.text[first - 2 : first] == b"\r\n" else 1
            last = len(code.text) if last < 0 else last + 1
            return Edit(code.start + first, code.start + last, "")
    return Edit(code.start + start, code.start + end, "pass")


def _sets_variable(code: Code, statement: cst.CSTNode) -> bool:
    return "environ" in code.source(statement).partition("=")[0]
