"""Plants a number of credentials at every kind of place of a scratch tree."""

from __future__ import annotations

import json
import random
from pathlib import Path

from injector.credentials import generate
from injector.notebook_places import NOTEBOOK_PLACES
from injector.place import Place, Planting, Snippet
from injector.python_places import CELL_PLACES, MODULE_PLACES
from injector.text_places import TEXT_PLACES
from injector.tree import Tree
from injector.yaml_places import YAML_PLACES

PLACES: tuple[Place, ...] = (*CELL_PLACES, *NOTEBOOK_PLACES, *MODULE_PLACES, *YAML_PLACES, *TEXT_PLACES)


def plant(root: Path, seed: str, per_place: int) -> list[Planting]:
    """Plant `per_place` credentials at each place of the tree under `root`; the same seed plants the same."""
    draw = random.Random(seed)
    tree = Tree(root, draw)
    planted: list[tuple[Place, str, Snippet, Path, bool]] = []
    for place in PLACES:
        for number in range(per_place):
            kind = place.kinds[(number + draw.randrange(len(place.kinds))) % len(place.kinds)]
            snippet = place.make(generate(kind, draw), draw)
            path, one_line = tree.insert(place.host, snippet)
            planted.append((place, kind, snippet, path, one_line))
    tree.close()
    return [_located(root, *item) for item in planted]


def _located(root: Path, place: Place, kind: str, snippet: Snippet, path: Path, one_line: bool) -> Planting:
    raw = path.read_bytes().decode("utf-8")
    spans = [_span(raw, needle) for needle in snippet.needles]
    start, end = min(first for first, _ in spans), max(last for _, last in spans)
    start, end = _framed(raw, start, end)
    start_line, end_line = raw.count("\n", 0, start) + 1, raw.count("\n", 0, end) + 1
    line_start = raw.rfind("\n", 0, start) + 1
    values = dict.fromkeys((snippet.value, *snippet.needles, *map(_escaped, snippet.needles)))
    relative = path.relative_to(root.parent).as_posix()
    return Planting(
        place.name,
        kind,
        relative,
        start_line,
        end_line,
        start - line_start + 1,
        end - line_start + 1,
        one_line,
        tuple(values),
        snippet.quote,
    )


def _framed(raw: str, start: int, end: int) -> tuple[int, int]:
    """The span with the BEGIN and END lines of a private key: some tools report only the former."""
    before, after = raw.rfind("-----BEGIN", max(0, start - 80), start), raw.find("-----END", end, end + 60)
    return (before, after + 8) if before >= 0 and after >= 0 else (start, end)


def _span(raw: str, needle: str) -> tuple[int, int]:
    """Where the needle stands, as it is or as JSON escapes it."""
    for text in (needle, _escaped(needle)):
        if (at := raw.find(text)) >= 0:
            return at, at + len(text)
    raise LookupError("a planted credential is not in its file")


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]
