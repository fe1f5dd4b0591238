"""Tokens whose ends or wrappings are fixed: Anthropic's tail, PyPI's macaroon, age's Bech32 checksum."""

from __future__ import annotations

import re

from mlscan.secrets.structure.verdict import Verdict, base64_bytes, checksum

# Caveats of PyPI: `{"permissions": {"projects": ...}}`, since 2022 `[1, [names]]` and `[2, [ids]]`.
_PROJECTS = re.compile(rb'"projects"|\[[12], ?\[')
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def anthropic(value: str) -> Verdict:
    """Anthropic's keys end in `AA`."""
    return (
        Verdict(True, ("ends as Anthropic keys do",))
        if value.endswith("AA")
        else Verdict(False, ("does not end in AA",))
    )


def pypi(value: str) -> Verdict:
    """A macaroon of version 2: location, identifier, caveats, and a signature of 32 bytes at the end.

    https://github.com/rescrv/libmacaroons/blob/master/doc/format.txt
    """
    raw = base64_bytes(value.partition("-")[2])
    if raw is None or raw[:2] != b"\x02\x01" or raw[-35:-32] != b"\x00\x06\x20":
        return Verdict(False, ("does not decode to a macaroon",))
    scope = ("limited to projects",) if _PROJECTS.search(raw[:-32]) else ()
    return Verdict(True, ("decodes to a macaroon", *scope))


def bech32(value: str) -> Verdict:
    """age's keys: six letters of checksum over prefix and data (BIP 173)."""
    prefix, _, data = value.lower().rpartition("1")
    if not all(letter in _BECH32 for letter in data) or len(data) < 7:
        return checksum(False)
    codes = [ord(letter) for letter in prefix]
    words = [code >> 5 for code in codes] + [0] + [code & 31 for code in codes]
    return checksum(polymod(words + [_BECH32.index(letter) for letter in data]) == 1)


def polymod(words: list[int]) -> int:
    """Bech32's checksum over five-bit words: 1 for a valid text."""
    state = 1
    for word in words:
        top, state = state >> 25, (state & 0x1FFFFFF) << 5 ^ word
        for index, generator in enumerate(_GENERATORS):
            state ^= generator if top >> index & 1 else 0
    return state
