"""Whatever a notebook's JSON looks like, the raw text at a reported region is what was found."""

from __future__ import annotations

import html
import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from mlscan.documents.document import Document, open_document
from mlscan.documents.lines import Lines
from mlscan.documents.notebook import NotebookDocument
from mlscan.model import Region
from mlscan.sources.source import Source

_ODD = ['"', "\\", "/", "\n", "\r\n", "\t", "\x00", "\x1f", "\x7f", "\u2028", "'", "&", "<", "\\n"]
_ODD += ["é", "ß", "漢", "😀", "👩\u200d🚀"]
PARTS = st.lists(st.one_of(st.sampled_from(_ODD), st.text(max_size=6)), max_size=12)
# Terminal escapes have a test of their own.
TEXTS = PARTS.map(lambda parts: "".join(parts).replace("\x1b", ""))
BOOLEANS = st.booleans()
STYLES = st.fixed_dictionaries(
    {
        "indent": st.sampled_from([None, 0, 1, 2, "\t"]),
        "ensure_ascii": st.booleans(),
        "separators": st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]),
    }
)


def cells(texts: list[str], outputs: list[str], *, lists: bool) -> list[dict[str, object]]:
    def stored(text: str) -> object:
        return text.splitlines(keepends=True) if lists else text

    return [
        {
            "cell_type": "code",
            "metadata": {"tags": ["a"]},
            "source": stored(source),
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": stored(output)},
                {"output_type": "error", "ename": "E", "evalue": output, "traceback": [source, output]},
            ],
        }
        for source, output in zip(texts, outputs, strict=True)
    ]


def raw_at(data: bytes, region: Region) -> str:
    """The raw text a region spans, by lines and columns in code points as editors count them."""
    text = data.decode("utf-8").removeprefix("\ufeff")
    starts = [0, *(match.end() for match in re.finditer("\r\n|\r|\n", text))]
    first = starts[region.start_line - 1] + region.start_column - 1
    return text[first : starts[region.end_line - 1] + region.end_column - 1]


def decoded(raw: str) -> str:
    """Raw JSON that may run over several elements of a list of strings."""
    joined = re.sub(r'(?<!\\)((?:\\\\)*)"\s*,\s*"', r"\1", raw)
    return str(json.loads(f'"{joined}"', strict=False))


def spans(document: Document, part: str) -> list[tuple[int, int, str]]:
    return [
        (unit.start, unit.end, document.data[unit.start : unit.end].decode())
        for unit in document.units
        if unit.part.startswith(part)
    ]


@settings(max_examples=300, deadline=None)
@given(
    st.data(), st.lists(TEXTS, min_size=1, max_size=3), STYLES, st.booleans(), st.booleans(), st.booleans()
)
def test_raw_text_at_a_region_decodes_to_what_was_found(
    data: st.DataObject, texts: list[str], style: dict[str, object], lists: bool, bom: bool, crlf: bool
) -> None:
    notebook = {"cells": cells(texts, texts[::-1], lists=lists), "metadata": {}, "nbformat": 4}
    written = json.dumps(notebook, **style)  # type: ignore[arg-type]
    if crlf:
        written = written.replace("\n", "\r\n")
    raw = b"\xef\xbb\xbf" * bom + written.encode()
    document = open_document(Source("a.ipynb", raw))
    assert isinstance(document, NotebookDocument)
    for start, _, text in spans(document, ""):
        first = data.draw(st.integers(0, len(text)))
        last = data.draw(st.integers(first, len(text)))
        low = start + len(text[:first].encode())
        high = start + len(text[:last].encode())
        found = raw_at(raw, document.region(low, high))
        if lists and '"' in found:
            assert decoded(found) == text[first:last]
        else:
            assert json.loads(f'"{found}"', strict=False) == text[first:last]


@settings(max_examples=200, deadline=None)
@given(st.data(), TEXTS, STYLES, st.sampled_from(["text/html", "image/svg+xml"]))
def test_raw_text_of_html_decodes_twice(
    data: st.DataObject, text: str, style: dict[str, object], mime: str
) -> None:
    shown = text.replace("\r", "").replace("\x00", "")
    bundle = {mime: f"<b>{html.escape(shown)}</b>", "image/png": "iVBORw0KGgo"}
    output = {"output_type": "display_data", "data": bundle, "metadata": {}}
    cell = {"cell_type": "code", "source": "x", "metadata": {}, "outputs": [output]}
    raw = json.dumps({"cells": [cell], "metadata": {}}, **style).encode()  # type: ignore[arg-type]
    document = open_document(Source("a.ipynb", raw))
    ((start, _, found),) = spans(document, "output")
    assert found == shown
    first = data.draw(st.integers(0, len(shown)))
    last = data.draw(st.integers(first, len(shown)))
    region = document.region(start + len(shown[:first].encode()), start + len(shown[:last].encode()))
    assert html.unescape(json.loads(f'"{raw_at(raw, region)}"', strict=False)) == shown[first:last]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["a", "b ", "é", "\x1b[31m", "\x1b[0m", "\x1b[1;38;5;9m"]), max_size=10))
def test_terminal_escapes_are_left_out_and_mapped(parts: list[str]) -> None:
    text = "".join(parts)
    output = {"output_type": "stream", "name": "stderr", "text": [text]}
    cell = {"cell_type": "code", "source": "x", "metadata": {}, "outputs": [output]}
    raw = json.dumps({"cells": [cell], "metadata": {}}).encode()
    document = open_document(Source("a.ipynb", raw))
    plain = re.sub(r"\x1b\[[\d;]*m", "", text)
    for start, _, found in spans(document, "output"):
        assert found == plain
        for first in range(len(plain)):
            at = start + len(plain[:first].encode())
            region = document.region(at, at + len(plain[first].encode()))
            assert json.loads(f'"{raw_at(raw, region)}"') == plain[first]


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4), st.integers(0, 400))
def test_a_broken_notebook_never_raises_and_maps_what_it_read(texts: list[str], cut: int) -> None:
    notebook = {"cells": cells(texts, texts, lists=True), "metadata": {}, "nbformat": 4}
    written = json.dumps(notebook, indent=1)
    raw = written[: max(1, len(written) - 1 - cut)].encode()
    document = open_document(Source("a.ipynb", raw))
    assert document.notes
    for unit in document.units:
        if document.kind == "notebook" and unit.end > unit.start:
            last = document.data[unit.start : unit.end].decode()[-1:]
            at = unit.end - len(last.encode())
            shown = raw_at(raw, document.region(at, unit.end))
            # What is no string of the JSON stands as it is.
            if shown != last:
                read = json.loads(f'"{shown}"', strict=False)
                assert last == read.encode("utf-8", "replace").decode()


def test_lone_surrogates_keep_their_places() -> None:
    raw = b'{"cells": [{"cell_type": "code", "source": "a\\ud83d \\udc00b", "metadata": {}, "outputs": []}]}'
    document = open_document(Source("a.ipynb", raw))
    (unit,) = document.units
    region = document.region(unit.end - 1, unit.end)
    assert raw_at(raw, region) == "b"
    assert Lines(raw).position(raw.index(b'b"')) == (region.start_line, region.start_column)
