"""One file: bytes to findings, and whether it may be a pipeline. Pure, and the same in every process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mlscan.catalog.database import Fired, Hit, Matcher
from mlscan.catalog.schema import Catalog
from mlscan.catalog.sightings import Sightings
from mlscan.documents.document import UTF16, Document, kind_of, open_document, text_document
from mlscan.documents.pairs import wanted
from mlscan.documents.pairs.choose import holds_no_settings
from mlscan.documents.yaml import Node, YamlError, compose, documents
from mlscan.flow.program import Program
from mlscan.model import Family, Finding, Note, Rule
from mlscan.roles import may_be_pipeline, may_grant, promotes, wanted_by_graph
from mlscan.secrets.candidate import Candidate
from mlscan.secrets.find import SecretFinder
from mlscan.sources.source import Source
from mlscan.suppress.inline import InlineMarkers

if TYPE_CHECKING:
    from mlscan.checks.code.calls import CallChecks
    from mlscan.checks.code.commands import CommandChecks
    from mlscan.checks.handling.find import Exposed
    from mlscan.checks.integrity.calls import UnsafeCalls
    from mlscan.checks.integrity.texts import UnsafeTexts
    from mlscan.checks.leaks import Leaks
    from mlscan.secrets.plugins.bridge import Plugins

_YAML_LIMIT = 5_000_000
_TRIGGERS = {
    "python": frozenset(
        {
            "name",
            "default",
            "login",
            "sink",
            "promotion",
            "magic",
            "leak",
            "ignore",
            "delivery",
            "orchestration",
            "commanded",
            "unsafe",
            "load",
            "mutable",
            "lax",
            "access",
        }
    ),
    "yaml": frozenset(
        {
            "yaml-name",
            "setting",
            "command",
            "pipeline",
            "ignore",
            "delivery",
            "orchestration",
            "lax",
            "access",
        }
    ),
    "text": frozenset({"exposed", "ignore", "delivery", "orchestration", "groovy", "lax", "access"}),
}
_YAML_SECRETS = frozenset({"yaml-name", "setting", "command"})
_UNSAFE = (frozenset({"unsafe"}), frozenset({"load", "loader", "origin"}), frozenset({"mutable", "serves"}))


# A finding, and the candidate that it shows masked.
Credential = tuple[Finding, Candidate]


@dataclass(frozen=True, slots=True)
class Understood:
    """What one file amounts to. `pipeline` asks for a look by the promotion graph, `access` by the rules over
    who may do what; `sighted` are the kinds of release evidence that it may hold; one that `promotes` is a
    module that may bring a model to production for any program that imports it. Where only the last two
    made a file worth a word, there is no document."""

    document: Document | None
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    pipeline: bool = False
    access: bool = False
    sighted: frozenset[str] = frozenset()
    promotes: bool = False


class Analyser:
    """Everything built once per process: the database and the tables of the catalogue."""

    def __init__(
        self,
        catalog: Catalog,
        rules: tuple[Rule, ...],
        *,
        inventory: bool = False,
        enabled: Callable[[Rule], bool] = lambda rule: True,
        plugins: tuple[str, ...] = (),
    ) -> None:
        """With `inventory`, deploys to unnamed targets are found too; `enabled` tells which rules run.

        Raises UserError when one of the `plugins` cannot be loaded.
        """
        self._inventory = inventory
        names = {name for rule in rules if enabled(rule) for name in (rule.id, rule.family.value)}
        self._counts = names.__contains__
        self._grants = Family.ACCESS.value in names
        self._matcher = Matcher(catalog)
        self._plugins = _plugins(plugins)
        self.secrets = SecretFinder(
            catalog,
            self._matcher,
            inventory=inventory,
            plugins=self._plugins,
            silent=catalog.own_formats - names,
        )
        self._catalog = catalog
        self._sightings = Sightings(catalog.evidence)
        self._rules = {rule.id: rule for rule in rules}

    @cached_property
    def _calls(self) -> CallChecks:
        from mlscan.checks.code.calls import CallChecks

        return CallChecks(self._catalog, inventory=self._inventory)

    @cached_property
    def _commands(self) -> CommandChecks:
        from mlscan.checks.code.commands import CommandChecks

        return CommandChecks(self._catalog)

    @cached_property
    def _leaks(self) -> Leaks:
        from mlscan.checks.leaks import Leaks

        return Leaks(self._catalog.lexicon)

    @cached_property
    def _unsafe(self) -> UnsafeCalls:
        from mlscan.checks.integrity.calls import UnsafeCalls

        return UnsafeCalls(self._catalog)

    @cached_property
    def _lax(self) -> UnsafeTexts:
        from mlscan.checks.integrity.texts import UnsafeTexts

        return UnsafeTexts(self._catalog, "anywhere")

    @cached_property
    def _exposed(self) -> Exposed:
        from mlscan.checks.handling.find import Exposed

        return Exposed(self._catalog.exposures, self._catalog.lexicon)

    def analyse(self, source: Source) -> Understood | None:
        """Findings of one file; None where the pass over its bytes says that nothing can matter."""
        coded = source.suffix == ".ipynb" or source.data.startswith(UTF16)
        if not coded:
            hits, fired = self._matcher.match(source.data)
            if not hits and not (fired and fired & self._worth_opening(source)) and not self._asked(source):
                sighted = self._sightings.of(source.path, fired)
                code = promotes(source, fired)
                return Understood(None, sighted=sighted, promotes=code) if sighted or code else None
        document = open_document(source)
        if coded or document.data != source.data:
            hits, fired = self._matcher.match(document.data)
        return self._understood(document, hits, fired)

    def _asked(self, source: Source) -> bool:
        """Whether a plugin may find something in a file."""
        return self._plugins is not None and self._plugins.wants(source.data)

    def _worth_opening(self, source: Source) -> frozenset[str]:
        """Triggers that matter in a file of this kind when no format hit."""
        kind = kind_of(source.path, source.data[:100])
        worth = _TRIGGERS.get(kind, frozenset())
        return worth | _pairs_of(source) if kind == "text" else worth

    def pipeline(self, source: Source) -> bool:
        """Whether the promotion graph wants to see a file."""
        _, fired = self._matcher.match(source.data)
        return may_be_pipeline(source, fired)

    def role(self, source: Source) -> Understood:
        """What a file is to others: whether the promotion graph or the rules over rights want to see it, and
        the kinds of evidence it may hold. Nothing is looked for in it."""
        coded = source.suffix == ".ipynb" or source.data.startswith(UTF16)
        _, fired = self._matcher.match(open_document(source).data if coded else source.data)
        pipeline = may_be_pipeline(source, fired)
        access = "access" in fired and self._grants and may_grant(source)
        return Understood(
            None, pipeline=pipeline, access=access, sighted=self._sightings.of(source.path, fired)
        )

    def document(self, source: Source) -> Document:
        """A document whose excerpts hide its secrets, for whoever points into it later."""
        document = open_document(source)
        hits, fired = self._matcher.match(document.data)
        self._find_secrets(document, hits, fired)
        return document

    def tokens(self, source: Source) -> Understood:
        """What the text of a file shows without being understood: formats of tokens."""
        document = text_document(source)
        hits, fired = self._matcher.match(document.data)
        found = self.secrets.tokens(document, hits)
        return Understood(document, tuple(self.marked(document, found)[0] if "ignore" in fired else found))

    def marked(
        self, document: Document, findings: list[Finding], others: Iterable[Finding] = ()
    ) -> tuple[list[Finding], list[Note]]:
        """The findings with the document's ignore comments applied, and notes about useless comments.

        `others` are findings of the same document that have been marked before.
        """
        markers = InlineMarkers(document)
        if not markers:
            return findings, []
        markers.apply(others, self._rules)
        return markers.apply(findings, self._rules), markers.unused(self._counts)

    def _understood(self, document: Document, hits: list[Hit], fired: Fired) -> Understood:
        findings, notes, program = self._find_secrets(document, hits, fired)
        wanted = {"promotion"} if self._inventory else {"promotion", "production"}
        if wanted <= fired and document.kind in ("python", "notebook"):
            program = program or Program(document)
            notes = program.notes
            findings += self._calls.find(document, program)
        commands = document.kind == "notebook" or (document.kind == "python" and "runs" in fired)
        if commands and "commanded" in fired:
            program = program or Program(document)
            notes = program.notes
            findings += self._commands.find(document, program)
        if document.kind == "notebook" and "leak" in fired:
            program = program or Program(document)
            notes = program.notes
            findings += self._leaks.find(document, program)
        if document.kind in ("python", "notebook") and any(wanted <= fired for wanted in _UNSAFE):
            program = program or Program(document)
            notes = program.notes
            findings += self._unsafe.find(document, program)
        if "lax" in fired:
            findings += self._lax.find(document, ends=fired.ends["lax"])
        pipeline = wanted_by_graph(document, fired)
        if "exposed" in fired and document.kind in ("yaml", "text"):
            findings += self._exposed.find(document, pipeline)
        access = "access" in fired and self._grants and may_grant(document.source)
        if "ignore" in fired:
            findings, unused = self.marked(document, findings)
            # In a pipeline a comment may serve a finding of the graph, which is yet to come.
            notes = notes if pipeline or access else [*notes, *unused]
        sighted = self._sightings.of(document.source.path, fired)
        notes = [*notes, *self._given_up(document, hits)]
        told = (*document.notes, *sorted(set(notes)))
        code = promotes(document.source, fired)
        return Understood(document, tuple(findings), told, pipeline, access, sighted, code)

    def _given_up(self, document: Document, hits: list[Hit]) -> Iterator[Note]:
        """A note for each rule of the user's own that may have something here and took too long."""
        for rule in self.secrets.given_up():
            if any(hit.name == rule for hit in hits):
                what = f"rule '{rule}' takes too long and was not looked for; make its pattern more exact"
                yield Note(document.source.path, "unparsed", what)

    def _find_secrets(
        self, document: Document, hits: list[Hit], fired: Fired
    ) -> tuple[list[Finding], list[Note], Program | None]:
        program, roots, notes, named = self._parsed(document, fired)
        found = self.secrets.find(document, hits, program, roots, named=named, fired=fired)
        return found, notes, program

    def credentials(self, document: Document, hits: list[Hit], fired: Fired) -> list[Credential]:
        """The credentials of a document with their plain values, for whoever has to know them again."""
        from mlscan.secrets.merge import finding

        program, roots, _, named = self._parsed(document, fired)
        found = self.secrets.candidates(document, hits, program, roots, named=named, fired=fired)
        return [(finding(document, best, others), best) for best, others in found]

    def _parsed(
        self, document: Document, fired: Fired
    ) -> tuple[Program | None, list[Node], list[Note], bool]:
        """What a document holds that is worth a look for credentials: a program, YAML, names and values."""
        program: Program | None = None
        roots: list[Node] = []
        notes: list[Note] = []
        if document.kind in ("python", "notebook") and self.secrets.worth_parsing(document, fired):
            program = Program(document)
            notes = program.notes
        elif (
            document.kind == "yaml" and fired & _YAML_SECRETS and not holds_no_settings(document.source.path)
        ):
            roots, notes = self._composed(document, fired)
        # Python and YAML that do not parse are read by their lines.
        unread = document.kind == "text" or (bool(notes) and document.kind != "notebook")
        named = unread and self.secrets.worth_reading(document, fired, _pairs_of(document.source))
        return program, roots, notes, named

    def _composed(self, document: Document, fired: Fired) -> tuple[list[Node], list[Note]]:
        """The trees of those documents of a YAML stream that may hold a credential."""
        roots: list[Node] = []
        try:
            for start, text in documents(document.data):
                if self.secrets.worth_composing(text, start, fired):
                    if len(text) > _YAML_LIMIT:
                        raise YamlError(f"larger than {_YAML_LIMIT} bytes")
                    roots += compose(text, start)
        except YamlError as error:
            line = error.line and document.lines.position(start)[0] + error.line - 1
            what = f"not YAML ({error}); searched as text"
            return [], [Note(document.source.path, "unparsed", what, line)]
        return roots, []


def _plugins(names: tuple[str, ...]) -> Plugins | None:
    if not names:
        return None
    from mlscan.secrets.plugins.bridge import Plugins

    return Plugins(names)


def _pairs_of(source: Source) -> frozenset[str]:
    return wanted(source.path, source.data[:100], len(source.data))
