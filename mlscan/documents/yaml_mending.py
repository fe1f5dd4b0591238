"""YAML with a line that belongs to no block: the end of a heredoc at the left margin, and the like.

The line at fault is left out and the rest read again; offsets stay those of the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.documents.yaml import Node, YamlError, compose

# Each try reads the whole text: a file that needs more is no pipeline with a slip in it.
_TRIES = 12
_LARGEST = 400_000


def mended(data: bytes) -> tuple[list[Node], tuple[int, ...]]:
    """The roots of a text without the lines at fault, and the byte offsets of what stood in these; none where
    that does not help."""
    lines = data.split(b"\n") if len(data) <= _LARGEST else []
    lost: list[int] = []
    for _ in range(_TRIES if lines else 0):
        try:
            return compose(b"\n".join(lines)), tuple(_starts(lines, lost))
        except YamlError as error:
            at = error.start or error.line
            if not 0 < at <= len(lines) or at in lost or not lines[at - 1].strip():
                break
            lost.append(at)
            lines[at - 1] = b" " * len(lines[at - 1])
    return [], ()


def _starts(lines: list[bytes], lost: list[int]) -> Iterator[int]:
    offset = 0
    for number, line in enumerate(lines, 1):
        if number in lost:
            yield offset
        offset += len(line) + 1
