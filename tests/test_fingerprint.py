"""`line_hashes` against the vectors of codeql-action's `fingerprints.test.ts`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlscan.fingerprint import identity, line_hashes

VECTORS = [
    ("", ["c129715d7a2bc9a3:1"]),
    (
        " a\nb\n  \t\tc\n d",
        ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
    ),
    (
        " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End",
        [
            "8b7cf3e952e7aeb2:1",
            "b1ae1287ec4718d9:1",
            "bff680108adb0fcc:1",
            "c6805c5e1288b612:1",
            "b86d3392aea1be30:1",
            "e6ceba753e1a442:1",
        ],
    ),
    (
        " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n",
        [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ],
    ),
    (
        " hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r",
        [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ],
    ),
]


@pytest.mark.parametrize(("text", "expected"), VECTORS, ids=range(len(VECTORS)))
def test_vectors(text: str, expected: list[str]) -> None:
    assert list(line_hashes(text, range(1, 20)).values()) == expected


def slow(text: str) -> list[str]:
    """The algorithm as codeql-action writes it: a rolling window, unit by unit."""
    window, lines, index, value = [0] * 100, [-1] * 100, 0, 0
    line, start, after_cr = 0, True, False
    counts: dict[str, int] = {}
    found: dict[int, str] = {}

    def output() -> None:
        digest = f"{value % 2**64:x}"
        counts[digest] = counts.get(digest, 0) + 1
        found[lines[index]] = f"{digest}:{counts[digest]}"
        lines[index] = -1

    def update(unit: int) -> None:
        nonlocal index, value
        value = (37 * value + unit - pow(37, 100) * window[index]) % 2**64
        window[index] = unit
        index = (index + 1) % 100

    raw = text.encode("utf-16-le")
    units = [raw[i] + 256 * raw[i + 1] for i in range(0, len(raw), 2)] + [65535]
    for unit in units:
        if unit in (32, 9) or (after_cr and unit == 10):
            after_cr = False
            continue
        after_cr = unit == 13
        unit = 10 if unit == 13 else unit
        if lines[index] != -1:
            output()
        if start:
            start = False
            line += 1
            lines[index] = line
        start = unit == 10
        update(unit)
    for _ in range(100):
        if lines[index] != -1:
            output()
        update(0)
    return [found[number] for number in sorted(found)]


@given(st.text(alphabet="ab \t\n\ré😀", max_size=300))
def test_equals_the_rolling_form(text: str) -> None:
    assert list(line_hashes(text, range(1, text.count("\n") + text.count("\r") + 2)).values()) == slow(text)


def test_identity_ignores_blanks_and_counts_occurrences() -> None:
    assert identity("r", "p", "a = 1", 1) == identity("r", "p", "  a=1 ", 1)
    assert identity("r", "p", "a = 1", 1) != identity("r", "p", "a = 1", 2)
