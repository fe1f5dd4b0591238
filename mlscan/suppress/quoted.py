"""Ignore comments that are only quoted: in a string of Python, or as an example in documentation."""

from __future__ import annotations

import re
from bisect import bisect_right

# A comment, or a string; one in single quotes ends with its line.
_TOKEN = re.compile(
    rb"#[^\n]*|'''(?:[^\\']|\\.|'(?!''))*'''|\"\"\"(?:[^\\\"]|\\.|\"(?!\"\"))*\"\"\""
    rb"|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"",
    re.DOTALL,
)
_DOCUMENTATION = (".md", ".mdx", ".markdown", ".rst", ".adoc")
_HIDDEN = re.compile(rb"<!--[^`\n]*\Z")


class Quotes:
    """The strings of a text, found when first asked for."""

    def __init__(self, text: bytes, syntax: str, suffix: str) -> None:
        self._text = text
        self._python = syntax == "python"
        self._documentation = syntax == "markdown" or suffix in _DOCUMENTATION
        self._strings: tuple[list[int], list[int]] | None = None

    def holds(self, offset: int) -> bool:
        """Whether what starts at an offset is an example: documentation has comments in `<!-- -->` only."""
        if self._documentation:
            line = self._text.rfind(b"\n", 0, offset) + 1
            return not _HIDDEN.search(self._text, line, offset)
        if not self._python:
            return False
        if self._strings is None:
            found = [match.span() for match in _TOKEN.finditer(self._text) if match[0][:1] != b"#"]
            self._strings = [start for start, _ in found], [end for _, end in found]
        starts, ends = self._strings
        index = bisect_right(starts, offset) - 1
        return index >= 0 and offset < ends[index]
