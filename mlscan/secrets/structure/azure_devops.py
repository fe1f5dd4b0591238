"""Azure DevOps' older access tokens: 52 letters of base32 with a CRC-32 scattered among the bytes.

https://github.com/microsoft/security-utilities (MIT), SEC101_102_AdoPat.cs.
"""

from __future__ import annotations

import base64
import zlib

from mlscan.secrets.structure.verdict import UNKNOWN, Verdict, checksum

_SEEDS = (0xE0B9692D, 0x1019F92E)  # of a user, of an application
_PLACES = (22, 8, 7, 2)  # of the checksum's bytes, least significant first


def legacy_token(value: str) -> Verdict:
    """Only a hit tells: the oldest tokens carry no checksum."""
    try:
        raw = base64.b32decode(value.upper() + "=" * (-len(value) % 8))
    except ValueError:
        return UNKNOWN
    if len(raw) != 32:
        return UNKNOWN
    rest = bytes(byte for index, byte in enumerate(raw) if index not in _PLACES)
    check = sum(raw[place] << 8 * index for index, place in enumerate(_PLACES))
    return checksum(True) if zlib.crc32(rest) ^ check in _SEEDS else UNKNOWN
