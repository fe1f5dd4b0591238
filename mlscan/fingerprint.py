"""Identities of findings that survive moved lines.

`line_hashes` is the algorithm of codeql-action's `src/fingerprints.ts`: 100 UTF-16 units from the first
non-blank unit of a line on, blanks dropped, every line break one LF, a polynomial of base 37 modulo 2^64,
and a running number for lines of equal hash. Equal windows have equal hashes, so only the lines asked for
are ever hashed.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections import Counter
from collections.abc import Iterable

_WINDOW = 100
_BASE = 37
_MODULUS = 1 << 64
_END_OF_FILE = 65535
_LINE_BREAK = re.compile(r"\r\n|\r")
_LINE_FEED = re.compile("\n")


def line_hashes(text: str, lines: Iterable[int]) -> dict[int, str]:
    """`primaryLocationLineHash` of 1-based lines of a text; a line that does not exist is left out."""
    plain = _LINE_BREAK.sub("\n", text).replace(" ", "").replace("\t", "")
    encoded = plain.encode("utf-16-le", "surrogatepass")
    units = array("H")
    units.frombytes(encoded)
    if len(encoded) == 2 * len(plain):
        starts = array("Q", [0])
        starts.extend(match.end() for match in _LINE_FEED.finditer(plain))
    else:  # characters outside the basic plane are two units
        starts = array("Q", [0])
        starts.extend(index + 1 for index, unit in enumerate(units) if unit == 10)
    units.append(_END_OF_FILE)
    units.extend([0] * _WINDOW)
    content = units.tobytes()
    size = 2 * _WINDOW
    found: dict[int, str] = {}
    counted: Counter[bytes] = Counter()
    done = 0
    for line in sorted(set(lines)):
        if not 1 <= line <= len(starts):
            continue
        window = content[2 * starts[line - 1] : 2 * starts[line - 1] + size]
        counted.update(content[2 * start : 2 * start + size] for start in starts[done:line])
        done = line
        number = counted[window]
        value = 0
        for unit in units[starts[line - 1] : starts[line - 1] + _WINDOW]:
            value = (value * _BASE + unit) % _MODULUS
        found[line] = f"{value:x}:{number}"
    return found


def identity(rule: str, path: str, context: str, occurrence: int) -> str:
    """mlscan's own fingerprint: 16 hex digits of rule, path, masked line without blanks, and occurrence."""
    plain = "".join(context.split())
    return hashlib.sha256(
        f"{rule}\n{path}\n{plain}\n{occurrence}".encode("utf-8", "surrogatepass")
    ).hexdigest()[:16]
