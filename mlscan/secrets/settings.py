"""Secret-named values in configuration files, scripts and everything else `documents.pairs` reads."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Sequence

from mlscan.documents.document import Document
from mlscan.documents.pairs import pairs_of
from mlscan.documents.pairs.pair import Pair
from mlscan.model import Confidence
from mlscan.secrets.candidate import NAME, Candidate
from mlscan.secrets.judge import Judge
from mlscan.secrets.names import NameKind, Names

_SCRIPTS = frozenset(("shell", "dockerfile", "javascript", "r", "sql", "script"))
# Where a password is what a service gets, and not a label, a schema or a test.
_GIVEN = frozenset(("shell", "dockerfile", "sql", "dotenv", "ini", "properties", "hocon", "terraform", "xml"))
# What is set here is a value, and not the name of one as in Kubernetes.
_CHOSEN = frozenset(("shell", "dockerfile", "dotenv"))
_SETTINGS = re.compile(
    r"(?i)(^|[/.\-_])(settings|config|configuration|credentials?|connections?|secrets?|database)\.json$"
)
_DOCUMENTATION = (".md", ".mdx", ".markdown")
_SCHEME = re.compile(r"(?i:bearer|basic|token|api-?key)[ ]+")
_DEFAULT = re.compile(r"\$\{\w{1,80}:?[-=]([^{}$]+)\}\Z")


def find(
    document: Document, judge: Judge, names: Names, ends: Sequence[int] | None = None
) -> Iterator[Candidate]:
    """A candidate for every pair of a document whose name is a secret's and whose value is one, or for those
    near some offsets, see `pairs_of`."""
    return judged(document, pairs_of(document, ends), judge, names)


def judged(document: Document, pairs: Iterable[Pair], judge: Judge, names: Names) -> Iterator[Candidate]:
    """The pairs that hold a credential; a template, a reference or a word is none."""
    # An example of a README is more often made up than the same line of a script.
    documentation = document.source.suffix in _DOCUMENTATION
    settings = bool(_SETTINGS.search(document.source.path))
    for pair in pairs:
        kind = names.kind(pair.name)
        if not kind:
            continue
        value = literal(pair.value)
        if kind == "secret" and pair.syntax in _CHOSEN and not judge.is_emulated(value):
            kind = "password"  # `AWS_SECRET_ACCESS_KEY=mlflow_admin`: MinIO lets people choose it
        judgement = judge.named(value, kind)
        given = judgement.weak and (pair.syntax in _GIVEN or settings) and not documentation
        confidence = judgement.believed if given else judgement.confidence
        if judgement.started and pair.syntax == "sql":
            given, confidence = True, Confidence.MEDIUM
        if confidence is None or value == pair.name or encoded_words(value, kind, judge):
            continue
        if documentation and confidence is not Confidence.LOW:
            confidence = Confidence(confidence - 1)
        start, end = located(document, value, pair.start, pair.end)
        script = pair.syntax in _SCRIPTS
        what = f"Credential in {'script' if script else 'setting'}: '{pair.name}'"
        yield Candidate(
            start, end, value, "credential-in-script" if script else "credential-in-config", NAME,
            confidence, what, (f"name '{pair.name}'", judgement.reason, f"read as {pair.syntax}"),
            weak=given,
        )  # fmt: skip


def literal(value: str) -> str:
    """What a value says by itself: `Bearer x` is x, `${NAME:-x}` is x where NAME is not set."""
    value = value.strip()
    if default := _DEFAULT.match(value):
        value = default[1].strip("\"'")
    scheme = _SCHEME.match(value)
    return value[scheme.end() :].strip() if scheme else value


def encoded_words(value: str, kind: NameKind, judge: Judge) -> bool:
    """Whether a value is base64 of what the judge takes for no credential (`cGFzc3dvcmQ=`: password)."""
    if len(value) % 4 or not 8 <= len(value) <= 400:
        return False
    try:
        text = base64.b64decode(value, validate=True).decode("ascii").strip()
    except (binascii.Error, ValueError):
        return False
    judgement = judge.named(text, kind)
    return text.isprintable() and (judgement.confidence is None or judgement.weak)


def located(document: Document, value: str, start: int, end: int) -> tuple[int, int]:
    """Where the value stands between two offsets, or both of them where it is not written as it is."""
    encoded = value.encode("utf-8", "replace")
    found = document.data.find(encoded, start, end)
    return (found, found + len(encoded)) if found >= 0 else (start, end)
