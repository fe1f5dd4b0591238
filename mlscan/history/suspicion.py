"""Whether the new parts of a blob ask for a look at the whole of it. Wide on purpose: the look judges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from mlscan.catalog.database import NOTHING, Fired, Hit, Matcher
from mlscan.catalog.schema import Catalog
from mlscan.documents.document import Document
from mlscan.history.way import Way
from mlscan.secrets.find import SecretFinder
from mlscan.sources.source import Source

_MANIFEST = re.compile(rb"""\bkind["']?:\s{0,3}["']?Secret\b""")
_YAML = frozenset({"yaml-name", "setting", "command"})
_NAMED = frozenset({"name", "yaml-name", "setting", "command"})
_UNPLACED = frozenset({"default", "magic"})
# A picture in a notebook's output, and lines of a cell as the list of strings that JSON makes of them.
_PICTURE = re.compile(rb'"image/[\w+.\-]{1,20}": ?"[^"\\]*')
_JOINT = re.compile(rb'\\n",\s{1,40}"')


class Suspicion:
    """One per process."""

    def __init__(self, catalog: Catalog, finder: SecretFinder) -> None:
        tokens = frozenset(token.id for vendor in catalog.vendors for token in vendor.tokens)
        self._finder = finder
        self._tokens = Matcher(catalog, tokens)
        self._triggers = cache(lambda names: Matcher(catalog, names))

    def prepare(self, triggers: frozenset[str]) -> None:
        """Compile what looks for some triggers, before a fork."""
        if triggers:
            self._triggers(triggers)

    def match(self, text: bytes, way: Way) -> tuple[list[Hit], Fired]:
        """Tokens of any format, and the triggers of a way."""
        hits = self._tokens.match(text)[0]
        return hits, self._triggers(way.triggers).match(text)[1] if way.triggers else NOTHING

    def worth(self, document: Document, fired: Fired, triggers: frozenset[str]) -> bool:
        """Whether a text can hold a credential that no format shows; `triggers` are those outside Python."""
        if document.kind == "python":
            return self._finder.worth_parsing(document, fired)
        return self._finder.worth_reading(document, fired, triggers)

    def telling(self, text: bytes, fired: Fired) -> frozenset[str]:
        """The triggers that a later version has to know of: not of values that nothing takes for a secret."""
        dull = "opaque" in fired and not self._finder.opaque(text, fired)
        return fired - {"opaque"} if dull else fired

    def clues(
        self, source: Source, text: bytes, way: Way, before: frozenset[str]
    ) -> tuple[frozenset[str], set[bytes]]:
        """The triggers that fired in `text`, the new parts of a source, and what in it asks for a look at the
        whole. `before` fired in what the source repeats."""
        if way.kind == "notebook" and source.suffix == ".ipynb":
            text = _JOINT.sub(b"\n", _PICTURE.sub(b"", text)).replace(b'\\"', b'"')
        hits, fired = self.match(text, way)
        plain = Document(source, text, "text")
        found = set(self._finder.formatted(plain, hits)) if hits else set()
        if way.kind == "yaml" and "command" in before | fired and _MANIFEST.search(source.data):
            found.add(text)
        if not fired:
            return fired, found
        if way.kind in ("python", "notebook"):
            found.update(self._of_python(source, text, way, fired, before))
            if way.kind == "notebook":
                found.update(self._finder.clues(text, fired, _NAMED))
        else:
            spoken = set(self._finder.clues(text, fired, _YAML if way.kind == "yaml" else way.triggers))
            if spoken and (not way.lines or self._finder.settings(plain, fired)):
                found |= spoken
        return self.telling(text, fired), found

    def _of_python(
        self, source: Source, text: bytes, way: Way, fired: Fired, before: frozenset[str]
    ) -> Iterator[bytes]:
        # A value and the call that it reaches may have come at different times.
        reached = "sink" in fired and "opaque" in before
        if "login" in fired or (
            reached and self._finder.reached(source.data, self.match(source.data, way)[1], text)
        ):
            yield text
        if fired & _UNPLACED:
            yield from self._finder.anywhere(text)
        # A literal that no name tells of may reach a call that was there before.
        seen = Fired(fired | {"sink"})
        seen.ends = fired.ends
        yield from self._finder.python_clues(text, seen)
