"""The templates' environment: whatever is not a template is shown as text, and never as markup.

Escaping is on for every template. Before it, each value that is put into the page loses what could mislead a
reader: control characters, bidirectional overrides and surrogates become U+FFFD, line breaks spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from mlscan.report.prose import shortened
from mlscan.report.visible import visible

_BREAK = re.compile(r"[\r\n\x0b\x0c\x85\u2028\u2029]+")
_CODE = re.compile(r"`([^`]+)`")
_BEFORE = re.compile(r"(?<=[/_.:\-])(?=[^/_.:\-])")
_LONGEST = 2_000


def environment() -> Environment:
    """Templates of this package with the filters they use."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_final,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"prose": prose, "breakable": breakable, "number": number, "bytes": size, "links": links}
    return made


def shown(text: str) -> str:
    """Text of a scanned file on one line, without what controls or hides."""
    return visible(_BREAK.sub(" ", shortened(text, _LONGEST)))


def prose(text: str) -> Markup:
    """Text with its `code` in code elements; every part of it is escaped."""
    parts = _CODE.split(shown(text))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part)
        for index, part in enumerate(parts)
    )


def breakable(text: str) -> Markup:
    """A path that may be broken where a person would break it."""
    return Markup("<wbr>").join(_BEFORE.split(shown(text)))


def links(references: Iterable[str]) -> list[str]:
    """The references that a page may link to."""
    return [reference for reference in references if reference.startswith(("https://", "http://"))]


def number(value: int) -> str:
    """`12,345`"""
    return f"{value:,}"


def size(value: int) -> str:
    """A number of bytes in the largest unit that keeps it above one: `1.4 MB`."""
    for unit, worth in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if value >= worth:
            return f"{value / worth:.1f} {unit}"
    return f"{value} bytes"


def _final(value: Any) -> Any:
    """What a template puts into the page, before it is escaped."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value
