"""Deltas of git's packs: copies of a base and bytes between them (gitformat-pack(5), deltified objects).

What is new in the result is what was not copied, and the seams where copies meet that were apart.
"""

from __future__ import annotations

Span = tuple[int, int]

# For each code of a copy: which of the bytes behind it are shifted how far to make the offset and the size,
# and how many there are.
_Code = tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...], int]


def _code(code: int) -> _Code:
    bits = [bit for bit in range(7) if code >> bit & 1]
    parts = [(place, bit * 8 if bit < 4 else (bit - 4) * 8) for place, bit in enumerate(bits)]
    offset = sum(bit < 4 for bit in bits)
    return tuple(parts[:offset]), tuple(parts[offset:]), len(bits)


_CODES = tuple(map(_code, range(128)))


class DeltaError(Exception):
    """A delta that does not fit its base."""


def result_size(delta: bytes) -> int:
    """The length of what a delta makes."""
    return _length(delta, _length(delta, 0)[1])[0]


def applied(base: bytes, delta: bytes) -> tuple[bytes, list[Span]]:
    """(result, new spans of it as byte offsets, in order); raises DeltaError."""
    try:
        return _applied(base, delta)
    except IndexError as error:
        raise DeltaError("cut short") from error


def _applied(base: bytes, delta: bytes) -> tuple[bytes, list[Span]]:
    expected, at = _length(delta, 0)
    size, at = _length(delta, at)
    if expected != len(base):
        raise DeltaError("another base")
    parts: list[bytes] = []
    spans: list[Span] = []
    position = 0
    follows = -1  # where the base goes on behind the last copy; a negative number behind new bytes
    end = len(delta)
    codes = _CODES
    while at < end:
        code = delta[at]
        at += 1
        if code < 128:
            parts.append(delta[at : at + code])
            spans.append((position, position + code))
            at += code
            position += code
            follows = -1
            continue
        offset_parts, size_parts, count = codes[code & 127]
        start = length = 0
        for place, shift in offset_parts:
            start |= delta[at + place] << shift
        for place, shift in size_parts:
            length |= delta[at + place] << shift
        at += count
        length = length or 0x10000
        if 0 <= follows != start:
            spans.append((position, position))
        parts.append(base[start : start + length])
        follows = start + length
        position += length
    data = b"".join(parts)
    if len(data) != size:
        raise DeltaError("another size")
    return data, spans


def _length(delta: bytes, at: int) -> tuple[int, int]:
    """(number, offset behind) of a length of seven bits a byte, lowest first."""
    value = shift = 0
    while True:
        byte = delta[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if not byte & 128:
            return value, at


def around(data: bytes, spans: list[Span], margin: int) -> list[Span]:
    """The lines that these spans touch, and those within `margin` bytes of them, as spans that are apart."""
    found: list[Span] = []
    for start, end in spans:
        low, last = start - margin, found[-1][1] if found else 0
        if found and low <= last:
            if end + margin <= last:
                continue
            start = found.pop()[0]
        else:
            low = max(low, 0)
            start = max(data.rfind(b"\n", max(low - margin, 0), low) + 1 or low, last)
        stop = data.find(b"\n", end + margin, end + 2 * margin) + 1 or min(len(data), end + margin)
        found.append((start, stop))
    return found
