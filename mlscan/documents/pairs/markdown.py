"""Markdown, MDX and R Markdown: fenced code, each block by the reader of its language.

https://spec.commonmark.org/0.31.2/#fenced-code-blocks. Prose holds no pairs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.pairs.pair import Pair, plain

_FENCE = re.compile(rb"(?m)^[ \t>]{0,20}(`{3,20}|~{3,20})[ \t]*\{?[ \t]*\.?([\w+.\-]*)[^\n]*\n")


def pairs(text: bytes, offset: int = 0) -> Iterator[Pair]:
    """What the readers of the languages find in every fenced block, also in one that is never closed."""
    from mlscan.documents.pairs.choose import reader_of

    position = 0
    while opening := _FENCE.search(text, position):
        start = opening.end()
        position = _closing(text, start, opening[1])
        reader = reader_of(plain(opening[2]).lower() or "shell")
        if reader is not None:
            yield from reader(text[start:position], offset + start)
        line = text.find(b"\n", position)
        position = len(text) if line < 0 else line + 1


def _closing(text: bytes, start: int, fence: bytes) -> int:
    """The offset of the line that closes a block: the same sign, at least as often, and nothing else."""
    position = start
    while (found := text.find(fence, position)) >= 0:
        line = text.rfind(b"\n", 0, found) + 1
        stop = text.find(b"\n", found)
        rest = text[found : len(text) if stop < 0 else stop]
        if line >= start and not text[line:found].strip(b" \t>") and not rest.strip(fence[:1] + b" \t\r"):
            return line
        position = found + len(rest) + 1
    return len(text)
