"""Name and value pairs of every kind of file but Python, notebooks and YAML, each by its own syntax."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlscan.documents.document import Document
from mlscan.documents.pairs.choose import module_for, reader_of_module
from mlscan.documents.pairs.pair import Pair

_LONGEST = 5_000_000
_CODE = frozenset(("json", "toml", "terraform", "javascript", "r", "script"))
_SPARSE = frozenset(("shell", "ini"))  # read line by line
_QUOTED = frozenset({"quoted", "command"})
_ANY = frozenset({"quoted", "bare", "setting", "command"})


def wanted(path: str, head: bytes, size: int) -> frozenset[str]:
    """Triggers that make a file of this name, beginning and size in bytes worth reading; often none."""
    module = module_for(path, head) if size <= _LONGEST else ""
    if not module:
        return frozenset()
    return _QUOTED if module in _CODE else _ANY


def pairs_of(document: Document, ends: Sequence[int] | None = None) -> Iterator[Pair]:
    """The pairs of a document, by the reader its name and first line call for; none above 5 MB.

    `ends` are the offsets, in order, at which triggers fired; where they are given, a reader may leave out
    what is far from all of them.
    """
    module = module_for(document.source.path, document.data[:100])
    if not module or len(document.data) > _LONGEST:
        return iter(())
    reader = reader_of_module(module)
    return reader(document.data, 0, ends) if module in _SPARSE else reader(document.data)
