"""What of a secret may be shown: enough for its owner to know it again, useless to anybody else."""

from __future__ import annotations

import re

# A long value of a machine's alphabet. What people choose (`Corr3ct-Horse!`) is never shown in part.
_MACHINE_MADE = re.compile(rb"[A-Za-z0-9_\-./+=]{24,}")
_HEAD, _TAIL = 4, 2
# What else on a line with a secret could be one: long runs of letters and digits that no rule has named.
# The name of a setting in front of it tells a reader what it was.
_SUSPECT = re.compile(
    rb"(?=[A-Za-z0-9_\-+/=%]{20})(?:[A-Z]{2,20}(?:_[A-Z]{1,20}){1,6}=)?([A-Za-z0-9_\-+/=%]+)"
)
_MIXED = (re.compile(rb"[a-z]"), re.compile(rb"[A-Z]"), re.compile(rb"[0-9]"))

# A run that no person chooses for a name: a token that was put where a name belongs.
_RUN = re.compile(r"(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z0-9]*[A-Z])(?=[A-Za-z0-9]*[0-9])[A-Za-z0-9]{30,}")


def veiled(name: str) -> str:
    """A name as a message may show it: a long run of mixed letters and digits keeps its ends only."""
    return _RUN.sub(lambda match: f"{match[0][:_HEAD]}…{match[0][-_TAIL:]}", name)


def preview(value: str) -> str:
    """`hf_a…Xy, 37 characters`, or only the length of a short or human-made secret."""
    if _MACHINE_MADE.fullmatch(value.encode("utf-8", "replace")):
        return f"{value[:_HEAD]}…{value[-_TAIL:]}, {len(value)} characters"
    return f"{len(value)} characters"


def starred(line: bytes, spans: list[tuple[int, int]]) -> bytes:
    """A line with spans replaced byte by byte, so that offsets keep their meaning.

    Spans are byte offsets of the line and may reach beyond it; the first characters of a long machine-made
    secret that starts on the line stay. On a line with a secret, whatever looks like another one goes too.
    """
    shown = bytearray(line)
    for match in _SUSPECT.finditer(line) if spans else ():
        if sum(bool(kind.search(match[0])) for kind in _MIXED) >= 2 and _MIXED[2].search(match[0]):
            shown[match.start(1) : match.end()] = b"*" * len(match[1])
    for start, end in spans:
        first, last = max(start, 0), min(end, len(line))
        if first < last:
            keep = _HEAD if first == start and _MACHINE_MADE.fullmatch(line, first, last) else 0
            shown[first : first + keep] = line[first : first + keep]
            shown[first + keep : last] = b"*" * (last - first - keep)
    return bytes(shown)
