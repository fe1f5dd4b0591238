"""Outputs as their reader sees them: HTML entities decoded, inline tags and terminal colours taken out.

A rendering is never stored with a map: `source_offset` walks the same replacements again when a place is
asked for. Offsets count code points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

How = Literal["html", "ansi"]

_INLINE = "span|b|i|u|s|em|strong|code|font|mark|tt|kbd|var|samp|small|big|wbr"
_BLOCK = "p|div|pre|br|table|thead|tbody|tr|td|th|ul|ol|li|dl|dt|dd|h[1-6]|blockquote"
_LOOKS = "class|style|id|color|border|align|valign|width|colspan|rowspan|scope"
_STYLE = rf"""(?:\s+(?:{_LOOKS})=(?:"[^"<>]{{0,400}}"|'[^'<>]{{0,400}}'))*"""
_HTML = re.compile(
    r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,7});"
    r"|</t[dh]>\s{0,80}<t[dh](?:\s[^<>]{0,200})?>"
    rf"|</?(?:{_INLINE}|{_BLOCK}){_STYLE}\s*/?>"
    r"|(?<=;base64,)[A-Za-z0-9+/=\s]{40,}"
)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK})\b")
# Colours and cursor movement (ECMA-48 CSI), and the frame of hyperlinks (OSC 8), whose address stays.
_ANSI = re.compile(r"\x1b(?:\[[0-9;:?]{0,30}[@-~]|\]8;[^;\x07\x1b]{0,80};|\\|[()][0-9A-B])|\x07")
_SHAPES: dict[How, re.Pattern[str]] = {"html": _HTML, "ansi": _ANSI}


def rendered(text: str, how: How) -> str:
    """The text with everything replaced that a reader does not see as it is written."""
    position = 0
    pieces: list[str] = []
    for start, end, shown in _replacements(text, how):
        pieces += text[position:start], shown
        position = end
    return "".join(pieces) + text[position:] if pieces else text


def source_offset(text: str, how: How, index: int, *, after: bool) -> int:
    """Where offset `index` of the rendering stands in the text; `after`: behind what precedes it."""
    position = decoded = 0
    for start, end, shown in _replacements(text, how):
        plain = start - position
        if index < decoded + plain or (after and index == decoded + plain):
            break
        decoded += plain + len(shown)
        if index < decoded or (after and index == decoded):
            return end if after else start
        position = end
    return position + index - decoded


def _replacements(text: str, how: How) -> Iterator[tuple[int, int, str]]:
    """(start, end, what is shown instead) of everything that is replaced."""
    for match in _SHAPES[how].finditer(text):
        shown = ""
        if how == "html":
            first = match[0][0]
            if first == "&":
                shown = _entity(match[0])
                if shown == match[0]:
                    continue
            elif match[0].count("<") == 2:
                shown = "\t"  # from one cell of a table to the next
            elif _BLOCK_TAG.match(match[0]):
                shown = "\n"
        yield match.start(), match.end(), shown


def _entity(written: str) -> str:
    """The character of `&lt;` or `&#39;`; an unknown name stays as it is."""
    from html import unescape
    from html.entities import html5

    return unescape(written) if written[1] == "#" or written[1:] in html5 else written
