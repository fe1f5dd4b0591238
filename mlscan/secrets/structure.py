"""Checksums and inner structure of tokens: they move confidence and leave evidence, they never drop."""

from __future__ import annotations

import base64
import binascii
import json
import time
import zlib
from collections.abc import Callable
from urllib.parse import parse_qs, unquote

from mlscan.model import Confidence

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

# (True: holds, False: fails, None: cannot be told; what to say)
Result = tuple[bool | None, str]


def inspect(structure: str, value: str, confidence: Confidence) -> tuple[Confidence, tuple[str, ...]]:
    """The confidence after a structure check, and what the check found."""
    check = _CHECKS.get(structure)
    if check is None:
        return confidence, ()
    holds, words = check(value)
    if holds is None:
        return confidence, (words,) if words else ()
    if holds:
        return Confidence.HIGH, (words,)
    return Confidence(max(Confidence.MEDIUM, confidence - 1)), (words,)


def names() -> frozenset[str]:
    """The structures a rule file may name."""
    return frozenset(_CHECKS)


def _crc32_base62(value: str) -> Result:
    """GitHub and npm: the last six characters are base62(CRC32(the 30 before)).

    https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
    """
    body = value.partition("_")[2]
    if len(body) != 36:
        return None, ""
    number, digits = zlib.crc32(body[:30].encode()), ""
    for _ in range(6):
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return (True, "checksum holds") if digits == body[30:] else (False, "checksum fails")


def _grafana(value: str) -> Result:
    """`glsa_<32>_<crc32 hex>` over everything before the last underscore."""
    body, _, check = value.rpartition("_")
    if len(check) != 8:
        return None, ""
    holds = f"{zlib.crc32(body.encode()):08x}" == check.lower()
    return (True, "checksum holds") if holds else (None, "")


def _jwt(value: str) -> Result:
    parts = value.split(".")
    header, payload = _object(parts[0]), _object(parts[1]) if len(parts) > 1 else None
    if header is None or "alg" not in header:
        return False, "header does not decode"
    expiry = payload.get("exp") if payload else None
    if isinstance(expiry, int | float):
        return None, f"expires {_day(expiry)}"
    return None, "never expires"


def _day(seconds: float) -> str:
    """The day of a Unix time; the report says the day, not whether it has passed, to stay reproducible."""
    try:
        return time.strftime("%Y-%m-%d", time.gmtime(seconds))
    except (OverflowError, ValueError, OSError):
        return "at no real date"


def _object(part: str) -> dict[str, object] | None:
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error):
        return None
    return found if isinstance(found, dict) else None


def _base64_json(value: str) -> Result:
    return (True, "decodes to JSON") if _object(value) is not None else (False, "does not decode to JSON")


def _sas(value: str) -> Result:
    expiry = parse_qs(value.partition("?")[2] or value).get("se", [""])[0]
    return None, f"expires {unquote(expiry)[:10]}" if expiry else ""


def _pem(value: str) -> Result:
    body = "".join(
        line for line in value.replace("\\n", "\n").splitlines() if "-----" not in line and ":" not in line
    )
    body = "".join(body.split()).strip("\"',+\\")
    if not body:
        return None, ""
    try:
        raw = base64.b64decode(body, validate=True)
    except (ValueError, binascii.Error):
        return False, "body does not decode"
    whole = raw[:1] == b"\x30" or raw.startswith(b"openssh-key-v1")
    return (True, "body decodes to a key") if whole else (None, "")


def _anthropic(value: str) -> Result:
    return (True, "ends as Anthropic keys do") if value.endswith("AA") else (False, "does not end in AA")


def _aws_key_id(value: str) -> Result:
    """Characters 5 to 12 are base32 and hold the account number (https://awsteele.com/blog/2020/09/26/)."""
    try:
        raw = base64.b32decode(value[4:])
    except (ValueError, binascii.Error):
        return False, "not base32"
    account = (int.from_bytes(raw[:6], "big") & 0x7FFFFFFFFF80) >> 7
    return (None, f"account {account:012d}") if account < 10**12 else (False, "no account number inside")


_CHECKS: dict[str, Callable[[str], Result]] = {
    "github-crc32": _crc32_base62,
    "npm-crc32": _crc32_base62,
    "grafana-crc32": _grafana,
    "jwt": _jwt,
    "base64-json": _base64_json,
    "sas-expiry": _sas,
    "pem": _pem,
    "anthropic-tail": _anthropic,
    "aws-key-id": _aws_key_id,
}
