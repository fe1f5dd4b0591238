"""Ignore comments: mlscan's own and those of other secret scanners, found in the text of a document.

Another tool's comment holds for credentials only and is named in the suppression. A bare `mlscan: ignore`
without brackets is not accepted: it would hide what nobody has looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlscan.documents.document import Document
from mlscan.documents.lines import Lines
from mlscan.suppress.quoted import Quotes

_OWN = re.compile(rb"mlscan:[ \t]*ignore\[([^\]\r\n]{1,400})\][ \t]*([^\r\n]*)", re.IGNORECASE)
# https://github.com/Yelp/detect-secrets#inline-allowlisting, gitleaks, betterleaks, kingfisher, trufflehog,
# ggshield, bandit and flake8-bandit say where each of these holds.
_OTHERS = re.compile(
    rb"pragma:[ \t]?(?:allow|white)list[ \t](?P<next>nextline[ \t])?secret|gitleaks:allow|betterleaks:allow|"
    rb"(?P<above>kingfisher:ignore)|trufflehog:ignore|ggignore|secretlint-disable-line|"
    rb"#[ \t]*nosec\b(?:[ \t]*B10[567]|(?![ \t]*B\d))|"
    rb"noqa:[ \t]*(?:[A-Z]+\d+,[ \t]*)*S10[567]\b",
    re.IGNORECASE,
)
_ALONE = re.compile(rb"^[ \t]*(?:#|//|--|;|<!--|%|\*|REM\b)")
_LOOK = re.compile(
    rb"mlscan:[ \t]*ignore|pragma:|:allow|:ignore|ggignore|secretlint|nosec|noqa", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Marker:
    """An ignore comment on a 1-based line of a cell source (`cell`) or of the file (cell 0).

    `ids` are rule ids and families. `here` and `below` say whether it covers its own line and the next one;
    `quoted` that it stands in a string or in the text of documentation, as an example.
    """

    cell: int
    line: int
    ids: frozenset[str]
    label: str
    reason: str = ""
    here: bool = True
    below: bool = False
    own: bool = False
    quoted: bool = False


def markers(document: Document) -> Iterator[Marker]:
    """Every ignore comment of a document, outputs of notebooks left out."""
    if not _LOOK.search(document.data):
        return
    for unit in document.units:
        if unit.part not in ("", "source"):
            continue
        text = document.data[unit.start : unit.end]
        lines = Lines(text)
        quotes = Quotes(text, unit.syntax, document.source.suffix)
        for match in _OWN.finditer(text):
            line = lines.position(match.start())[0]
            ids = frozenset(part.strip() for part in match[1].decode("utf-8", "replace").split(","))
            reason = match[2].decode("utf-8", "replace").strip().removesuffix("-->").strip()
            alone = bool(_ALONE.match(text[lines.line_span(line)[0] : match.start()]))
            label = f"mlscan: ignore[{', '.join(sorted(ids))}]"
            quoted = quotes.holds(match.start())
            yield Marker(unit.cell, line, ids, label, reason, below=alone, own=True, quoted=quoted)
        for match in _OTHERS.finditer(text):
            line = lines.position(match.start())[0]
            label = " ".join(match[0].decode("ascii", "replace").lower().strip("# \t").split())
            following = match["next"] is not None
            below = following or match["above"] is not None
            yield Marker(unit.cell, line, frozenset({"secrets"}), label, here=not following, below=below)
