"""Edits of a text by byte offset, and what becomes of a finding: mended, or left with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mlscan.documents.document import Document
from mlscan.model import Finding


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """The bytes from `start` to `end` (exclusive) are replaced by `text`."""

    start: int
    end: int
    text: str


class RefusedError(Exception):
    """Why something is left as it is, in words for its owner. `unsafe` says that `--unsafe` mends it."""

    def __init__(self, reason: str, *, unsafe: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.unsafe = unsafe


@dataclass(frozen=True, slots=True)
class Left:
    """A finding that stays, and why."""

    finding: Finding
    reason: str
    unsafe: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Secret:
    """A finding and the byte span of its secret in `Document.data`. `value` is plain: it stays here."""

    finding: Finding
    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Mended:
    """A finding that is gone, and the name under which its secret is looked up now: empty for an output that
    was taken out, and for a job that is no `secret`. `stored` tells that the store is asked for it, and not
    the environment, which the code read before. `how` says what was done without a name, `remark` what else
    its owner has to do.
    """

    finding: Finding
    name: str = ""
    secret: bool = True
    stored: bool = True
    how: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one file. `before` and `after` are the raw bytes; equal where nothing is mended."""

    path: str
    before: bytes
    after: bytes
    mended: tuple[Mended, ...] = ()
    left: tuple[Left, ...] = ()


@dataclass(slots=True)
class Draft:
    """Edits of one document, with what they mend and what they leave."""

    edits: list[Edit] = field(default_factory=list)
    mended: list[Mended] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def applied(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The text with all edits made; of several insertions at one place the first given comes first.

    Raises RefusedError when edits overlap.
    """
    pieces: list[bytes] = []
    position = 0
    for edit in sorted(edits, key=lambda item: (item.start, item.end)):
        if edit.start < position:
            raise RefusedError("two changes would overlap")
        pieces += data[position : edit.start], edit.text.encode()
        position = edit.end
    return b"".join(pieces) + data[position:]


def spans_of(document: Document, finding: Finding) -> tuple[int, int]:
    """The byte span of `Document.data` that a finding is about; raises RefusedError when that is unknown."""
    for start, end in document.concealed:
        if document.region(start, end) == finding.place.region:
            return start, end
    raise RefusedError("its place in the text cannot be told")
