"""XML: elements and attributes that hold text (Maven settings, web.config, Hadoop's core-site.xml).

`<password>v</password>`, `password="v"`, `<add key="X" value="v"/>`, `<name>X</name><value>v</value>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from mlscan.documents.pairs.pair import Pair, plain

_TAG = re.compile(rb"<!--|<!\[CDATA\[|<([A-Za-z_][\w:.\-]{0,80})([^<>]{0,4000})>([^<]{0,4000})")
_ATTRIBUTE = re.compile(rb"([A-Za-z_][\w:.\-]{0,80})\s{0,20}=\s{0,20}(?:\"([^\"<]*)\"|'([^'<]*)')")
_ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>"}
_NAMING = ("key", "name")


def pairs(text: bytes, offset: int = 0) -> Iterator[Pair]:
    """Every element with text and every attribute."""
    position, property_name = 0, ""
    while match := _TAG.search(text, position):
        position = match.end()
        if end := _ENDS.get(match[0]):
            closing = text.find(end, position)
            position = len(text) if closing < 0 else closing + 3
            continue
        tag = plain(match[1]).rpartition(":")[2]
        named = ""
        for found in _ATTRIBUTE.finditer(match[2]):
            group = 2 if found[2] is not None else 3
            start = match.start(2) + found.start(group)
            pair = _pair(plain(found[1]).rpartition(":")[2], found[group], offset + start)
            yield pair
            if pair.name.lower() in _NAMING:
                named = pair.value
            elif pair.name.lower() == "value" and named:
                yield _pair(named, found[group], pair.start)
        content = match[3].strip()
        if not content:
            continue
        start = offset + match.start(3) + match[3].index(content)
        yield _pair(tag, content, start)
        if named:
            yield _pair(named, content, start)
        if tag.lower() == "name":
            property_name = plain(content)
        elif tag.lower() == "value" and property_name:
            yield _pair(property_name, content, start)
            property_name = ""


def _pair(name: str, raw: bytes, start: int) -> Pair:
    return Pair(name, unescape(plain(raw)), start, start + len(raw), "xml")
