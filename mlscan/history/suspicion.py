"""Whether the new parts of a blob ask for a look at the whole of it. Wide on purpose: the look judges."""

from __future__ import annotations

import re
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

    def of(self, source: Source, text: bytes, way: Way, before: frozenset[str]) -> frozenset[str] | None:
        """What `text`, the new parts of a source, adds to the triggers `before`; None asks for a look."""
        coded = way.kind == "notebook" and source.suffix == ".ipynb"
        if coded:
            text = _JOINT.sub(b"\n", _PICTURE.sub(b"", text)).replace(b'\\"', b'"')
        hits, fired = self.match(text, way)
        plain = Document(source, text, "text")
        if hits and self._finder.formatted(plain, hits):
            return None
        if way.kind == "yaml" and "command" in before and _MANIFEST.search(source.data):
            return None
        if not fired:
            return frozenset()
        if way.kind in ("python", "notebook"):
            asks = self._asks(Document(source, text, "python"), fired)
            # A value and the call that it reaches may have come at different times.
            if not asks and "sink" in fired and "opaque" in before:
                asks = self._finder.reached(source.data, self.match(source.data, way)[1], text)
            asks = asks or (way.kind == "notebook" and self.worth(plain, fired, _NAMED))
        else:
            asks = self.worth(plain, fired, _YAML if way.kind == "yaml" else way.triggers)
            asks = asks and (not way.lines or self._finder.settings(plain))
        return None if asks else self.telling(text, fired)

    def _asks(self, document: Document, fired: Fired) -> bool:
        if "login" in fired or {"magic", "command"} <= fired:
            return True
        if fired & _UNPLACED and self._finder.plausible(document.data):
            return True
        # A literal that no name tells of may reach a call that was there before.
        seen = Fired((fired - _UNPLACED) | {"sink"})
        seen.ends = fired.ends
        return self.worth(document, seen, _NAMED)
