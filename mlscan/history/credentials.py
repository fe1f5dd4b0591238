"""The credentials of one blob, known again by a digest; of a new version only what is new is looked at."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from functools import cache

from mlscan.analyse import Analyser, Credential
from mlscan.catalog.database import Fired, Hit, Matcher
from mlscan.catalog.schema import Catalog
from mlscan.config import Config
from mlscan.documents.document import UTF16, Document, open_document
from mlscan.history.way import Way
from mlscan.identify import identified
from mlscan.model import Confidence, Family, Finding, Rule
from mlscan.secrets.candidate import Candidate
from mlscan.sources.delta import Span, around
from mlscan.sources.source import Source

_MARGIN = 400  # what may stand between a name and its value, see `mlscan.secrets.near`
_DIGEST = 16
_MANIFEST = re.compile(rb"""\bkind["']?:\s{0,3}["']?Secret\b""")
_YAML = frozenset({"yaml-name", "setting", "command"})
_NOTEBOOK = frozenset({"name", "yaml-name", "setting", "command"})
_AT_ONCE = frozenset({"default", "login", "magic"})
# A picture in a notebook's output, and lines of a cell as the list of strings that JSON makes of them.
_PICTURE = re.compile(rb'"image/[\w+.\-]{1,20}": ?"[^"\\]*')
_JOINT = re.compile(rb'\\n",\s{1,40}"')


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found in a blob: the triggers that fired in it or in what it repeats, and its secrets, each
    with the bytes that show it; None where it does not stand there as it is."""

    fired: frozenset[str] = frozenset()
    held: tuple[tuple[bytes, bytes | None], ...] = ()


NOTHING = Seen()


class Credentials:
    """One per process. `key` makes the digests useless to whoever does not have it."""

    def __init__(self, catalog: Catalog, rules: tuple[Rule, ...], config: Config, key: bytes) -> None:
        self._config = config
        self._rules = {rule.id: rule for rule in rules}
        self._key = key
        inventory = config.min_confidence is Confidence.LOW
        self._analyser = Analyser(catalog, rules, inventory=inventory, enabled=config.enabled)
        self._matcher = cache(lambda triggers: Matcher(catalog, triggers))

    def prepare(self, triggers: frozenset[str]) -> None:
        """Compile what looks for some triggers, before a fork."""
        self._matcher(triggers)

    def of(self, source: Source, way: Way) -> Seen:
        """All of a blob."""
        document, hits, fired = self._matched(source, way)
        if document is None:
            return Seen(fired) if fired else NOTHING
        held = {
            self.digest(candidate): self._shown(document, candidate)
            for _, candidate in self._wanted(document, hits, fired)
        }
        return Seen(fired, tuple(held.items()))

    def following(self, source: Source, way: Way, spans: list[Span], base: Seen) -> Seen:
        """A blob of which only `spans` are new against another one."""
        if any(shown is None for _, shown in base.held):
            return self.of(source, way)
        held = tuple(item for item in base.held if item[1] is not None and item[1] in source.data)
        fired = base.fired
        if spans:
            windows = around(source.data, spans, _MARGIN)
            text = b"\n".join(source.data[start:end] for start, end in windows)
            new = self._suspect(source, text, way, base)
            if new is None:
                found = self.of(source, way)
                return Seen(found.fired, tuple({**dict(held), **dict(found.held)}.items()))
            fired |= new
        return Seen(fired, held)

    def found(self, source: Source, way: Way) -> dict[bytes, Finding]:
        """The finding of each credential of a blob by its digest, the first of several places, marked where
        an ignore comment covers it."""
        document, hits, fired = self._matched(source, way)
        if document is None:
            return {}
        pairs = self._wanted(document, hits, fired)
        marked, _ = self._analyser.marked(document, [finding for finding, _ in pairs])
        found: dict[bytes, Finding] = {}
        for (_, candidate), finding in zip(pairs, marked, strict=True):
            found.setdefault(self.digest(candidate), identified([finding], document)[0])
        return found

    def digest(self, candidate: Candidate) -> bytes:
        """What stands for a secret where the secret itself must not."""
        value = candidate.value.encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, value, "sha256")[:_DIGEST]

    def _matched(self, source: Source, way: Way) -> tuple[Document | None, list[Hit], Fired]:
        """A document that is worth understanding, or None, with what the pass over its bytes says."""
        matcher = self._matcher(way.triggers)
        coded = way.kind == "notebook" or source.data.startswith(UTF16)
        if not coded:
            hits, fired = matcher.match(source.data)
            if not hits and not fired:
                return None, hits, fired
        document = open_document(source)
        if coded or document.data != source.data:
            hits, fired = matcher.match(document.data)
        if hits or document.kind in ("notebook", "yaml"):
            return document, hits, fired
        return document if self._analyser.worth_reading(document, fired, way.triggers) else None, hits, fired

    def _wanted(self, document: Document, hits: list[Hit], fired: Fired) -> list[Credential]:
        return [
            (finding, candidate)
            for finding, candidate in self._analyser.credentials(document, hits, fired)
            if self._config.wants(self._rules[finding.rule], finding.confidence)
            and self._rules[finding.rule].family is Family.SECRETS
        ]

    def _suspect(self, source: Source, text: bytes, way: Way, base: Seen) -> frozenset[str] | None:
        """What fired in the new parts of a blob; None where they ask for a look at the whole."""
        if source.data.startswith(UTF16):
            return None
        if way.kind == "notebook" and source.suffix == ".ipynb":
            text = _JOINT.sub(b"\n", _PICTURE.sub(b"", text)).replace(b'\\"', b'"')
        hits, fired = self._matcher(way.triggers).match(text)
        if hits:
            return None
        if way.kind == "yaml" and "command" in base.fired and _MANIFEST.search(source.data):
            return None
        if not fired:
            return fired
        if way.kind in ("python", "notebook"):
            # A value and the call that it reaches may have come at different times.
            if fired & _AT_ONCE or ("sink" in fired and "opaque" in base.fired):
                return None
            both = Fired(fired | (base.fired & {"sink"}))
            both.ends = fired.ends
            worth = self._worth(source, text, "python", both, way.triggers)
            if way.kind == "notebook":
                worth = worth or self._worth(source, text, "text", fired, _NOTEBOOK)
        else:
            triggers = _YAML if way.kind == "yaml" else way.triggers
            worth = self._worth(source, text, "text", fired, triggers)
        return None if worth else fired

    def _worth(self, source: Source, text: bytes, kind: str, fired: Fired, triggers: frozenset[str]) -> bool:
        document = Document(source, text, "python" if kind == "python" else "text")
        return self._analyser.worth_reading(document, fired, triggers)

    @staticmethod
    def _shown(document: Document, candidate: Candidate) -> bytes | None:
        """The bytes of the file that show a secret."""
        raw = document.source.data
        for shown in (
            document.data[candidate.start : candidate.end],
            candidate.value.encode("utf-8", "replace"),
        ):
            if not candidate.folded and len(shown) >= 4 and shown in raw:
                return shown
        return None
