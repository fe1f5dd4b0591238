"""Credentials in magics and shell lines of notebooks: `%env K=v`, `!mysql -p...`, `%%bash`, `%%writefile`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mlscan.documents.document import Document
from mlscan.documents.magics import Magic
from mlscan.documents.pairs import shell
from mlscan.documents.pairs.choose import Reader, module_for, reader_of, reader_of_module
from mlscan.documents.pairs.pair import Pair, unquoted
from mlscan.secrets.candidate import ENVIRONMENT, Candidate
from mlscan.secrets.judge import Judge
from mlscan.secrets.names import Names
from mlscan.secrets.settings import judged

# Names of secrets, and options and commands that take one.
_WORTH = re.compile(
    rb"(?i)pass|pwd|pw\b|secret|token|key|auth|cred|sas|dsn|conn|login|pat\b|header|\s-[puadHw]|\bset\b|<<"
)
_EXPANDED = re.compile(r"\{[A-Za-z_][^{}]{0,80}\}")
ENV = ("env", "set_env")
_SETTING = re.compile(rb"[ \t]*([A-Za-z_]\w{0,80})(?:[ \t]*=[ \t]*|[ \t]+)([^\r\n]*[^\s])[ \t]*")


@dataclass(frozen=True, slots=True)
class File:
    """The body of a `%%writefile`: a file of this name whose bytes start at `start` of the document."""

    name: str
    start: int
    data: bytes


def find(document: Document, judge: Judge, names: Names) -> Iterator[Candidate]:
    """A candidate for every credential that a magic or shell line names."""
    for offset, text, magic in document.magics:
        body, start = text[magic.start : magic.end], offset + magic.start
        if magic.name in ENV:
            yield from _environment(document, magic, body, start, judge, names)
        elif magic.kind in ("shell", "line"):
            if _WORTH.search(body):
                # IPython puts Python values in: `{token}`
                pairs = (pair for pair in shell.pairs(body, start) if not _EXPANDED.search(pair.value))
                yield from judged(document, pairs, judge, names)
        elif reader := _reader(magic, body):
            yield from judged(document, reader(body, start), judge, names)


def _reader(magic: Magic, body: bytes) -> Reader | None:
    """What reads the file that a cell writes, or the other language that it is in."""
    if magic.kind == "file":
        if magic.argument.endswith((".py", ".yaml", ".yml")):
            return None  # see `files`
        module = module_for(magic.argument, body[:100])
        return reader_of_module(module) if module else None
    return reader_of(magic.name.lower()) if magic.kind == "body" else None


def _environment(
    document: Document, magic: Magic, body: bytes, start: int, judge: Judge, names: Names
) -> Iterator[Candidate]:
    """`%env K=v`, `%env K v`: the variable is set, and echoed."""
    if match := _SETTING.fullmatch(body):
        value, at, _ = unquoted(match[2], start + match.start(2))
        name = match[1].decode()
        pair = Pair(name, value.decode("utf-8", "replace"), at, at + len(value), "env")
        for candidate in judged(document, [pair], judge, names):
            what = f"Credential in environment variable '{name}' set by %{magic.name}"
            yield replace(candidate, rule="credential-in-environment", rank=ENVIRONMENT, what=what)


def files(document: Document) -> Iterator[File]:
    """The Python and YAML files that cells write."""
    for offset, text, magic in document.magics:
        if magic.kind == "file" and magic.argument.lower().endswith((".py", ".yaml", ".yml")):
            yield File(magic.argument, offset + magic.start, text[magic.start : magic.end])


def moved(candidate: Candidate, offset: int) -> Candidate:
    """A candidate of a written file as one of the document that writes it."""
    related = tuple((start + offset, end + offset, note) for start, end, note in candidate.related)
    return replace(candidate, start=candidate.start + offset, end=candidate.end + offset, related=related)
