"""The texts of a cell's outputs: streams, tracebacks, and every MIME type that is not an image.

Facts of the format: https://nbformat.readthedocs.io/en/latest/format_description.html (4.x), and the keys
`pyout`, `pyerr`, `html`, `json`, `svg`, `latex`, `javascript` of nbformat 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from mlscan.documents.duplicates import every
from mlscan.documents.json_strings import Path
from mlscan.documents.rendered import How

TEXT_MIME = ("text/", "application/json", "application/javascript", "image/svg+xml", "application/vnd.")
_V3_TEXT = ("html", "json", "javascript", "svg", "latex")
_HTML = frozenset({"text/html", "image/svg+xml", "html", "svg"})
_DEEPEST = 50

Shown = tuple[Path, str, "How | None"]


def output_texts(output: Any) -> Iterator[Shown]:
    """(path below the output, text, how to render it) of everything an output shows as text."""
    if not isinstance(output, dict):
        return
    for key in ("text", "evalue"):
        for name, value in every(output, key):
            if text := joined(value):
                yield (name,), text, how_of(key, text)
    if "traceback" in output:
        for path, text in leaves(output["traceback"]):
            yield ("traceback", *path), text, how_of("traceback", text)
    for name, data in every(output, "data"):
        if isinstance(data, dict):
            yield from (((name, *path), text, how) for path, text, how in _bundle(data))
    if "output_type" in output and "data" not in output:
        for key in _V3_TEXT:
            if text := joined(output.get(key)):
                yield (key,), text, how_of(key, text)


def attachment_texts(attachments: Any) -> Iterator[Shown]:
    """The same for the files attached to a cell: `{name: {MIME type: text}}`."""
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        if isinstance(bundle, dict):
            yield from (((name, *path), text, how) for path, text, how in _bundle(bundle))


def _bundle(data: dict[str, Any]) -> Iterator[Shown]:
    for mime, value in data.items():
        if not mime.startswith(TEXT_MIME):
            continue
        if text := joined(value):
            yield (mime,), text, how_of(mime, text)
        else:
            yield from (((mime, *path), text, None) for path, text in leaves(value) if len(text) >= 4)


def how_of(key: str, text: str) -> How | None:
    """How a text is rendered that stands under a MIME type or a key of an output."""
    if key in _HTML:
        return "html"
    return "ansi" if "\x1b" in text else None


def leaves(value: Any) -> list[tuple[Path, str]]:
    """Every string below a JSON value with its path; long runs of numbers cost next to nothing."""
    found: list[tuple[Path, str]] = []
    if isinstance(value, str):
        found.append(((), value))
    else:
        _collect(value, (), found)
    return found


def _collect(value: Any, path: Path, found: list[tuple[Path, str]]) -> None:
    if len(path) > _DEEPEST:
        return
    items: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        kind = item.__class__
        if kind is str:
            # plotly's typed arrays are numbers in base64
            if not (key == "bdata" and "dtype" in value):
                found.append(((*path, key), item))
        elif kind is not int and kind is not float and item:
            _collect(item, (*path, key), found)


def joined(value: Any) -> str:
    """A string, or a list of strings as one, as nbformat stores multi-line text; else nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        try:
            return "".join(value)
        except TypeError:
            return ""
    return ""
