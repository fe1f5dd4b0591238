"""Sentences about a rule that several formats share."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from mlscan.model import Place

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`\"'(])")
# Languages whose comments do not start with `#`, or that have none.
_NO_HASH_COMMENT = frozenset(
    {".json", ".jsonl", ".md", ".html", ".xml", ".csv", ".tsv", ".js", ".ts", ".java", ".go"}
)


def first_sentence(text: str) -> str:
    """The first sentence, on one line."""
    return _SENTENCE.split(" ".join(text.split()), maxsplit=1)[0]


def sentence(text: str) -> str:
    """The text ending with a full stop, unless it ends a sentence already."""
    text = text.strip()
    return text if not text or text[-1] in ".!?" else f"{text}."


def shortened(text: str, limit: int) -> str:
    """The text cut at a word with an ellipsis when it has more than `limit` characters."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(maxsplit=1)[0] + "…"


def ignore_comment(rule: str) -> str:
    """The comment that suppresses a finding of the rule on its line or from the line above."""
    return f"# mlscan: ignore[{rule}] reason"


def can_hold_comment(place: Place) -> bool:
    """Whether `ignore_comment` can stand beside the place: not in JSON, nor in the output of a notebook."""
    if place.cell is not None:
        return place.cell.part == "source" and place.cell.index > 0
    return PurePosixPath(place.path).suffix.lower() not in _NO_HASH_COMMENT
