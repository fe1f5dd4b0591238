"""Every credential of a document: what the pass hit and what the triggers say is worth understanding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from mlscan.catalog.database import NOTHING, Fired, Hit, Matcher
from mlscan.catalog.schema import Catalog
from mlscan.documents.document import Document
from mlscan.documents.lines import between
from mlscan.documents.yaml import Node, YamlError, compose
from mlscan.flow.program import Program
from mlscan.model import Confidence, Finding
from mlscan.secrets import assignments, comments, near, occasion, python_lines, settings, urls, yaml_values
from mlscan.secrets.candidate import FORMAT, Candidate
from mlscan.secrets.formats import Formats
from mlscan.secrets.judge import Judge
from mlscan.secrets.merge import finding, merge
from mlscan.secrets.names import Names
from mlscan.secrets.sinks import Sinks
from mlscan.sources.source import Source

if TYPE_CHECKING:
    from mlscan.secrets.plugins.bridge import Plugins


_WORD = re.compile(rb"[A-Za-z_]\w{2,60}")
_PAIRS = ("quoted", "bare", "setting", "command")
_STEP = 200  # bytes between two looks that see all of a text
_SCHEMA = re.compile(rb"""(?m)^kind:[ \t]{0,9}["']?CustomResourceDefinition\b""")


class SecretFinder:
    """The secrets room with its tables built from a catalogue; one per process."""

    def __init__(
        self,
        catalog: Catalog,
        matcher: Matcher,
        *,
        inventory: bool = True,
        plugins: Plugins | None = None,
        silent: frozenset[str] = frozenset(),
    ) -> None:
        """Without `inventory`, candidates of low confidence are concealed, but no findings. Formats of the
        user's own that are `silent` are not looked for."""
        self._plugins = plugins
        self._inventory = inventory
        self._matcher = matcher
        self._formats = Formats(catalog, silent)
        self._sinks = Sinks(catalog)
        self._judge = Judge(catalog.lexicon)
        self._names = Names(catalog.lexicon)

    def find(
        self,
        document: Document,
        hits: Iterable[Hit],
        program: Program | None,
        roots: list[Node],
        *,
        named: bool = False,
        fired: Fired = NOTHING,
    ) -> list[Finding]:
        """The findings; every candidate is concealed in the document, so that no excerpt shows it.

        `program` is the parsed Python of the document and `roots` its YAML, when these are worth a look;
        `named` says that the name and value pairs of any other file are; `fired` are the triggers.
        """
        merged = self.candidates(document, hits, program, roots, named=named, fired=fired)
        findings = [finding(document, best, others) for best, others in merged]
        if document.kind != "notebook":
            return findings
        from mlscan.secrets.notebooks import explained

        return explained(document, merged, findings)

    def candidates(
        self,
        document: Document,
        hits: Iterable[Hit],
        program: Program | None,
        roots: list[Node],
        *,
        named: bool = False,
        fired: Fired = NOTHING,
    ) -> list[tuple[Candidate, list[Candidate]]]:
        """Those of `find`, each with the others at its place; they hold plain secrets."""
        candidates: list[Candidate] = list(self._formats.find(document, hits, self._judge))
        if program is not None:
            candidates += self._sinks.find(document, program, self._judge, self._names)
            candidates += assignments.find(document, program, self._judge, self._names)
            candidates += urls.find(document, program, self._judge, self._names)
            candidates = [self._recognised(item) if item.folded else item for item in candidates]
        if roots:
            found = yaml_values.find(document, roots, self._judge, self._names, _ends(fired, "yaml-name"))
            candidates += [self._recognised(item) if item.folded else item for item in found]
        elif named:
            candidates += settings.find(document, self._judge, self._names, _ends(fired))
        if "name" in fired and document.kind in ("python", "notebook"):
            candidates += comments.find(document, fired, self._judge, self._names)
        if document.kind == "notebook":
            from mlscan.secrets import notebooks

            written = self._written
            candidates += notebooks.find(document, fired, self._judge, self._names, written)
        candidates = occasion.weighed(document, candidates, self._judge)
        if self._plugins is not None:
            candidates += self._plugins.find(document, candidates, self._judge)
        document.conceal((candidate.start, candidate.end) for candidate in candidates)
        # An ignore comment may be there for what only `--min-confidence low` shows.
        every = self._inventory or "ignore" in fired
        return [pair for pair in merge(candidates) if every or _believed(*pair)]

    def tokens(self, document: Document, hits: Iterable[Hit]) -> list[Finding]:
        """What formats alone find; it is concealed in the document."""
        candidates = list(self._formats.find(document, hits, self._judge))
        document.conceal((candidate.start, candidate.end) for candidate in candidates)
        return [finding(document, *pair) for pair in merge(candidates) if _believed(*pair)]

    def given_up(self) -> tuple[str, ...]:
        """Formats of the user's own that took too long and are no longer looked for."""
        return self._formats.given_up()

    def worth_parsing(self, document: Document, fired: Fired) -> bool:
        """Whether the Python of a file can hold a credential that no format shows."""
        if fired & {"default", "login"}:
            return True
        wanted = "name" in fired or {"sink", "opaque"} <= fired
        return wanted and python_lines.plausible(document.data, fired, self._judge, self._names)

    def formatted(self, document: Document, hits: Iterable[Hit]) -> Iterator[bytes]:
        """The credentials of a format among the hits."""
        for found in self._formats.find(document, hits, self._judge):
            yield document.data[found.start : found.end]

    def opaque(self, text: bytes, fired: Fired) -> bool:
        """Whether Python holds a literal that a call of it might take for a credential."""
        return any(True for _ in python_lines.opaque(text, fired, self._judge))

    def clues(self, text: bytes, fired: Fired, triggers: frozenset[str]) -> Iterator[bytes]:
        """What speaks for reading a text, each with the name that stands before it."""
        for end in fired.ends.get("command", ()):
            yield text[text.rfind(b"\n", 0, end) + 1 : end + _STEP].split(b"\n", 1)[0]
        ends = sorted(end for name in triggers - {"command"} for end in fired.ends.get(name, ()))
        yield from near.clues(text, ends, self._judge, self._names)

    def python_clues(self, text: bytes, fired: Fired) -> Iterator[bytes]:
        """What speaks for parsing Python, each with the name that stands before it."""
        return python_lines.clues(text, fired, self._judge, self._names)

    def reached(self, text: bytes, fired: Fired, calls: bytes) -> bool:
        """Whether lines of a Python text with calls name what may carry such a literal to them."""
        words = set(_WORD.findall(calls))
        return not words.isdisjoint(python_lines.carriers(text, fired, self._judge))

    def anywhere(self, text: bytes) -> Iterator[bytes]:
        """The secrets' names with plausible values anywhere in a short text."""
        return near.clues(text, range(0, len(text), _STEP), self._judge, self._names)

    def settings(self, document: Document, fired: Fired) -> bool:
        """Whether the names and values of a text in which triggers fired hold what may be a credential."""
        return any(True for _ in settings.find(document, self._judge, self._names, _ends(fired)))

    def worth_composing(self, text: bytes, start: int, fired: Fired) -> bool:
        """Whether a YAML document that starts at an offset could hold a credential.

        Composing costs a hundred times such a look; a schema of megabytes holds no values.
        """
        if b"CustomResourceDefinition" in text and _SCHEMA.search(text):
            return False
        stop = start + len(text)
        return self._near(text, fired, ("yaml-name", "setting"), start, stop)

    def worth_reading(self, document: Document, fired: Fired, triggers: frozenset[str]) -> bool:
        """Whether a text could hold a credential where one of the triggers of its kind fired."""
        if not fired & triggers:
            return False
        return self._near(document.data, fired, triggers - {"command"}, 0, len(document.data))

    def _near(self, text: bytes, fired: Fired, triggers: Iterable[str], start: int, stop: int) -> bool:
        if between(fired.ends.get("command", []), start, stop):
            return True
        ends = sorted(
            end - start for name in triggers for end in between(fired.ends.get(name, []), start, stop)
        )
        return near.plausible(text, ends, self._judge, self._names)

    def _written(self, document: Document) -> list[Candidate]:
        """What the Python or YAML of a file within a notebook holds beside formats."""
        if document.kind == "yaml":
            try:
                return list(yaml_values.find(document, compose(document.data), self._judge, self._names))
            except YamlError:
                return []
        program = Program(document)
        return [
            *self._sinks.find(document, program, self._judge, self._names),
            *assignments.find(document, program, self._judge, self._names),
        ]

    def _recognised(self, candidate: Candidate) -> Candidate:
        """A secret put together from parts, under the name of the format the whole of it has."""
        text = candidate.value.encode("utf-8", "replace")
        whole = Document(Source("", text), text, "text")
        for found in self._formats.find(whole, self._matcher.match(text)[0], self._judge):
            named = found.rank == FORMAT or found.leads
            if named and (found.start, found.end) == (0, len(text)):
                evidence = (*found.evidence, *candidate.evidence)
                return replace(
                    candidate, rule=found.rule, rank=FORMAT, what=found.what, confidence=found.confidence,
                    evidence=evidence,
                )  # fmt: skip
        return candidate


def _ends(fired: Fired, *more: str) -> list[int]:
    """The offsets, in order, at which a trigger of names and values fired."""
    return sorted(end for name in (*_PAIRS, *more) for end in fired.ends.get(name, ()))


def _believed(best: Candidate, others: list[Candidate]) -> bool:
    return any(item.confidence is not Confidence.LOW for item in (best, *others))
