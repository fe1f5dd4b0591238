"""IPython cells as Python that `ast` accepts, every byte at its old place.

Magics and shell lines become `pass` (or `None` after an assignment) padded to their length, so that lines
and columns keep their meaning. The body of a cell magic that is not Python is blanked.
"""

from __future__ import annotations

import re

_PYTHON_MAGICS = {b"time", b"timeit", b"capture", b"prun", b"python", b"python3", b"pypy", b"debug"}
_CELL_MAGIC = re.compile(rb"\A\s*%%(\w+)[^\n]*")
_LINE_MAGIC = re.compile(rb"^([ \t]*)(?:[!%?][^\n]*|[\w.]+\?{1,2}[ \t]*)$", re.MULTILINE)
_ASSIGNED = re.compile(rb"^([ \t]*[\w, ]+=[ \t]*)([!%][^\n]*)$", re.MULTILINE)
_CONTINUED = re.compile(rb"\\[ \t]*\Z")


def blank_magics(cell: bytes) -> bytes:
    """The cell with its magics blanked; the length is unchanged."""
    head = _CELL_MAGIC.match(cell)
    if head and head[1] not in _PYTHON_MAGICS:
        return _blank(cell)
    if head:
        cell = _blank(head[0]) + cell[head.end() :]
    if b"%" not in cell and b"!" not in cell and b"?" not in cell:
        return cell
    cell = _ASSIGNED.sub(lambda match: match[1] + _filled(match[2], b"None"), cell)
    pieces: list[bytes] = []
    continued = False
    for line in cell.splitlines(keepends=True):
        body = line.rstrip(b"\r\n")
        if continued:
            pieces.append(_blank(line))
            continued = bool(_CONTINUED.search(body))
        elif match := _LINE_MAGIC.match(body):
            pieces.append(match[1] + _filled(body[len(match[1]) :], b"pass") + line[len(body) :])
            continued = bool(_CONTINUED.search(body))
        else:
            pieces.append(line)
    return b"".join(pieces)


def _filled(text: bytes, word: bytes) -> bytes:
    """`word` padded to the length of `text`; too short a magic (`!`) becomes an empty statement's worth."""
    return word.ljust(len(text)) if len(text) >= len(word) else b"0".ljust(len(text))


def _blank(text: bytes) -> bytes:
    return re.sub(rb"[^\r\n]", b" ", text)
