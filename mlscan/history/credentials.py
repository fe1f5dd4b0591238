"""The credentials of one blob, known again by a digest; of a new version only what is new is looked at."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from mlscan.analyse import Analyser, Credential
from mlscan.catalog.database import Fired, Hit
from mlscan.catalog.schema import Catalog
from mlscan.config import Config
from mlscan.documents.document import UTF16, Document, open_document
from mlscan.history.suspicion import Suspicion
from mlscan.history.way import Way
from mlscan.identify import identified
from mlscan.model import Confidence, Family, Finding, Rule
from mlscan.secrets.candidate import Candidate
from mlscan.sources.delta import Span, around
from mlscan.sources.source import Source

_MARGIN = 400  # what may stand between a name and its value, see `mlscan.secrets.near`
_DIGEST = 16
_SHORTEST = 4


Held = tuple[tuple[bytes, bytes | None], ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found in a blob: the triggers that fired in it or in what it repeats, and its secrets, each
    with the bytes that show it; None where it does not stand there as it is."""

    fired: frozenset[str] = frozenset()
    held: Held = ()


NOTHING = Seen()


class Credentials:
    """One per process. `key` makes the digests useless to whoever does not have it."""

    def __init__(self, catalog: Catalog, rules: tuple[Rule, ...], config: Config, key: bytes) -> None:
        self._config = config
        self._rules = {rule.id: rule for rule in rules}
        self._key = key
        inventory = config.min_confidence is Confidence.LOW
        self._analyser = Analyser(catalog, rules, inventory=inventory, enabled=config.enabled)
        # For a path and a way, what has asked for a look at the whole, and what that found.
        self._known: dict[tuple[str, Way], dict[bytes, Held]] = {}
        self.suspicion = Suspicion(catalog, self._analyser.secrets)

    def seen(self, source: Source, way: Way, spans: list[Span] | None, base: Seen) -> Seen:
        """What a blob holds of which only `spans` are new against another one; None stands for all of it."""
        data = source.data
        if source.suffix == ".ipynb" and spans is None:
            return self._whole(source, way)
        if data.startswith(UTF16) or any(shown is None for _, shown in base.held):
            return self._whole(source, way)
        held = tuple(item for item in base.held if _in(item, source))
        if spans is None:
            text = data
        elif spans:
            text = b"\n".join(data[start:end] for start, end in around(data, spans, _MARGIN))
        else:
            return Seen(base.fired, held)
        fired, clues = self.suspicion.clues(source, text, way, base.fired)
        fired |= base.fired
        if clues:
            known = self._known.setdefault((source.path, way), {})
            if not clues <= known.keys():
                found = self._whole(source, way)
                known.update(dict.fromkeys(clues, found.held))
                fired = found.fired
            more = (item for clue in sorted(clues) for item in known[clue] if _in(item, source))
            held = tuple({**dict(held), **dict(more)}.items())
        return base if fired <= base.fired and held == base.held else Seen(fired, held)

    def _whole(self, source: Source, way: Way) -> Seen:
        document, hits, fired = self._matched(source, way)
        telling = self.suspicion.telling(document.data if document else source.data, fired)
        if document is None:
            return Seen(telling)
        held = {
            self._digest(candidate): _shown(document, candidate)
            for _, candidate in self._wanted(document, hits, fired)
        }
        return Seen(telling, tuple(held.items()))

    def forget(self) -> None:
        """Begin anew: what was learnt of some blobs must not depend on who looked at them."""
        self._known.clear()

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
            found.setdefault(self._digest(candidate), identified([finding], document)[0])
        return found

    def _digest(self, candidate: Candidate) -> bytes:
        """What stands for a secret where the secret itself must not."""
        value = candidate.value.encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, value, "sha256")[:_DIGEST]

    def _matched(self, source: Source, way: Way) -> tuple[Document | None, list[Hit], Fired]:
        """A document that is worth understanding, or None, with what the pass over its bytes says."""
        coded = way.kind == "notebook" or source.data.startswith(UTF16)
        if not coded:
            hits, fired = self.suspicion.match(source.data, way)
            if not hits and not fired:
                return None, hits, fired
        document = open_document(source)
        if coded or document.data != source.data:
            hits, fired = self.suspicion.match(document.data, way)
        worth = hits or document.kind in ("notebook", "yaml")
        if not worth and not self.suspicion.worth(document, fired, way.triggers):
            return None, hits, fired
        return document, hits, fired

    def _wanted(self, document: Document, hits: list[Hit], fired: Fired) -> list[Credential]:
        return [
            (finding, candidate)
            for finding, candidate in self._analyser.credentials(document, hits, fired)
            if self._config.wants(self._rules[finding.rule], finding.confidence)
            and self._rules[finding.rule].family is Family.SECRETS
        ]


def _in(item: tuple[bytes, bytes | None], source: Source) -> bool:
    """Whether a secret is in a file, as far as its bytes tell."""
    return item[1] is None or item[1] in source.data


def _shown(document: Document, candidate: Candidate) -> bytes | None:
    """The bytes of the file that show a secret."""
    written = document.data[candidate.start : candidate.end]
    for shown in (written, candidate.value.encode("utf-8", "replace")):
        if not candidate.folded and len(shown) >= _SHORTEST and shown in document.source.data:
            return shown
    return None
