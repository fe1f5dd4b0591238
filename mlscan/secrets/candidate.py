"""A place that may hold a credential, before the overlapping ones are merged into one finding."""

from __future__ import annotations

from dataclasses import dataclass

from mlscan.model import Confidence

# The more specific origin names the finding: a format says whose key it is, a sink whose it must be.
FORMAT, PLUGIN, SINK, ENVIRONMENT, NAME, OPINION = 5, 4, 3, 2, 1, 0
# A format of the user's own comes last, so that it hides nothing.
OWN = -1


@dataclass(frozen=True, slots=True)
class Candidate:
    """`start` and `end` are byte offsets in `Document.data` of the secret itself, or of the whole
    expression it is computed from. `related` are (start, end, note) of places that show why; `folded` tells
    that the text shows the secret only in parts; `weak` marks a guessable password that a service is really
    given. One of a user's own format that `leads` names a finding that a name or a call makes too. `value` is
    the plain secret: it stays in this room.
    """

    start: int
    end: int
    value: str
    rule: str
    rank: int
    confidence: Confidence
    what: str
    evidence: tuple[str, ...]
    related: tuple[tuple[int, int, str], ...] = ()
    folded: bool = False
    weak: bool = False
    leads: bool = False
