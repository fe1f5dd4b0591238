"""Secret-named values in YAML: `password: x`, `- name: X` with `value: x`, and `X=x` in lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.document import Document
from mlscan.documents.yaml import Mapping, Node, Scalar, Sequence, walk
from mlscan.model import Confidence
from mlscan.secrets.candidate import NAME, Candidate
from mlscan.secrets.judge import Judge
from mlscan.secrets.names import Names

_ENTRY = re.compile(r"^\s*(?:export\s+|-e\s+)?([A-Za-z_][\w.\-]{2,60})=(['\"]?)([^\s'\"]+)\2\s*$")
_NAME_KEYS = ("name", "key", "Name", "Key", "ParameterKey", "variable")
_VALUE_KEYS = ("value", "Value", "ParameterValue", "defaultValue", "default")


def find(document: Document, roots: list[Node], judge: Judge, names: Names) -> Iterator[Candidate]:
    """A candidate for every scalar that stands under a secret's name."""
    for root in roots:
        for node in walk(root):
            if isinstance(node, Mapping):
                yield from _mapping(document, node, judge, names)
            elif isinstance(node, Sequence):
                for item in node.items:
                    if isinstance(item, Scalar) and (entry := _ENTRY.match(item.value)):
                        yield from _judged(document, entry[1], entry[3], item, judge, names)


def _mapping(document: Document, node: Mapping, judge: Judge, names: Names) -> Iterator[Candidate]:
    for name, _, value in node.items():
        if isinstance(value, Scalar) and not value.tag.startswith("!"):
            yield from _judged(document, name, value.value, value, judge, names)
    named, given = node.get(*_NAME_KEYS), node.get(*_VALUE_KEYS)
    if isinstance(named, Scalar) and isinstance(given, Scalar):
        yield from _judged(document, named.value, given.value, given, judge, names)


def _judged(
    document: Document, name: str, value: str, node: Scalar, judge: Judge, names: Names
) -> Iterator[Candidate]:
    kind = names.kind(name)
    value = value.strip()
    if not kind or value == name or "\n" in value:
        return
    judgement = judge.named(value, kind)
    if judgement.confidence is None:
        return
    start, end = node.start, node.end
    encoded = value.encode()
    if (found := document.data.find(encoded, start, end)) >= 0:
        start, end = found, found + len(encoded)
    confidence = judgement.confidence
    if not node.style and kind == "key" and confidence is Confidence.MEDIUM:
        confidence = Confidence.LOW  # a bare word of YAML is more often a name than a key
    evidence = (f"name '{name}'", judgement.reason)
    yield Candidate(
        start,
        end,
        value,
        "credential-in-config",
        NAME,
        confidence,
        f"Credential in setting '{name}'",
        evidence,
    )
