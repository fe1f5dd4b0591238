"""Marvin32, the keyed checksum in Azure's identifiable keys.

The algorithm is SymCrypt's marvin32.c, published under the MIT licence
(https://github.com/microsoft/SymCrypt/blob/main/lib/marvin32.c).
"""

from __future__ import annotations

_MASK = 0xFFFFFFFF


def marvin64(data: bytes, seed: int) -> int:
    """The 64-bit checksum of the data under a 64-bit seed."""
    low, high = seed & _MASK, seed >> 32 & _MASK
    whole = len(data) // 4 * 4
    for start in range(0, whole, 4):
        low, high = _block(low + int.from_bytes(data[start : start + 4], "little"), high)
    low, high = _block(low + int.from_bytes(data[whole:] + b"\x80", "little"), high)
    low, high = _block(low, high)
    return high << 32 | low


def marvin32(data: bytes, seed: int) -> bytes:
    """The checksum folded to 32 bits, as the four bytes that stand in a key (little-endian)."""
    both = marvin64(data, seed)
    return (both >> 32 ^ both & _MASK).to_bytes(4, "little")


def seed_of(kind: str) -> int:
    """The seed of a kind of key: its eight ASCII letters such as `Default0`, most significant first."""
    return int.from_bytes(kind.encode("ascii"), "big")


def _block(low: int, high: int) -> tuple[int, int]:
    low &= _MASK
    high ^= low
    low = (_rotate(low, 20) + high) & _MASK
    high = _rotate(high, 9) ^ low
    low = (_rotate(low, 27) + high) & _MASK
    return low, _rotate(high, 19)


def _rotate(value: int, bits: int) -> int:
    return (value << bits | value >> 32 - bits) & _MASK
