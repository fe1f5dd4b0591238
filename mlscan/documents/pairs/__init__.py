"""Name and value pairs of every kind of file but Python, notebooks and YAML, each by its own syntax."""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.documents.document import Document
from mlscan.documents.pairs.choose import module_for, reader_for
from mlscan.documents.pairs.pair import Pair

_LONGEST = 5_000_000
_CODE = frozenset(("json", "toml", "terraform", "javascript", "r", "script"))
_QUOTED = frozenset({"quoted", "command"})
_ANY = frozenset({"quoted", "bare", "setting", "command"})


def wanted(path: str, head: bytes, size: int) -> frozenset[str]:
    """Triggers that make a file of this name, beginning and size in bytes worth reading; often none."""
    module = module_for(path, head) if size <= _LONGEST else ""
    if not module:
        return frozenset()
    return _QUOTED if module in _CODE else _ANY


def pairs_of(document: Document) -> Iterator[Pair]:
    """The pairs of a document, by the reader its name and first line call for; none above 5 MB."""
    reader = reader_for(document.source.path, document.data[:100])
    if reader is None or len(document.data) > _LONGEST:
        return iter(())
    return reader(document.data)
