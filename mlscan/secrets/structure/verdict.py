"""What a structure check says, and the decoding the checks share. None of it raises on any text."""

from __future__ import annotations

import base64
import json
import re
import time
from dataclasses import dataclass

_NAME = re.compile(r"^[\w.:/@+ \-]{1,80}$")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`holds` is None where the check cannot tell; `evidence` are words for the report, never the secret."""

    holds: bool | None = None
    evidence: tuple[str, ...] = ()


UNKNOWN = Verdict()


def checksum(holds: bool) -> Verdict:
    """The verdict on a checksum that every token of the format carries."""
    return Verdict(holds, ("checksum holds" if holds else "checksum fails",))


def base64_bytes(text: str) -> bytes | None:
    """The bytes of base64 in either alphabet, with or without padding; None for anything else."""
    try:
        plain = text.rstrip("=").replace("-", "+").replace("_", "/").encode("ascii")
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except ValueError:
        return None


def json_object(data: bytes | str | None) -> dict[str, object] | None:
    """A JSON object; None for anything else."""
    try:
        found = json.loads(data or "")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def named(found: dict[str, object], **labels: str) -> tuple[str, ...]:
    """`label value` for every harmless string or number among the fields named."""
    pairs = ((label, found.get(key)) for key, label in labels.items())
    return tuple(
        f"{label} {value}"
        for label, value in pairs
        if isinstance(value, str | int) and _NAME.match(str(value)) and not isinstance(value, bool)
    )


def day(seconds: object) -> str:
    """The UTC day of a Unix time, or an empty string; never whether it has passed: reports reproduce."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return ""
    try:
        return time.strftime("%Y-%m-%d", time.gmtime(seconds))
    except (OverflowError, ValueError, OSError):
        return ""
