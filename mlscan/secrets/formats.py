"""Vendor formats: what the multi-pattern pass hit, confirmed with boundaries around the exact span."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator

from mlscan.catalog.database import Hit
from mlscan.catalog.patterns import confirmer, token_expression
from mlscan.catalog.schema import Catalog, TokenFormat, Vendor
from mlscan.documents.document import Document
from mlscan.model import Confidence
from mlscan.secrets.candidate import FORMAT, OWN, Candidate
from mlscan.secrets.judge import Judge
from mlscan.secrets.structure import inspect

_LONGEST = 20_000
_NAMED = 200
_MARGIN = 4100  # no secret reaches further behind a hit: the longest formats hold 4000 characters
_OWN_REACH = 6000  # a format of the user's own holds at most 5100, see `mlscan.catalog.bounds`
_PATIENCE = 10.0  # seconds that one of them may take in a run
_PER_HIT = 5e-6
_BLOB = 80
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
# `user:password@host` is how documentation writes a URL.
_DOCUMENTED = re.compile(
    rb"(?i)//(?:(?:my|your|some|db)?_?user(?:_?name)?|usr|name|login|foo|me):[^@\s]{1,40}@|"
    rb"@(?:(?:my|your|some|db)?_?-?(?:host(?:_?name)?|server|domain|cluster)|example|ip)\b"
)
_COMMENT = re.compile(rb"[ \t]*(?:#|;|//)")
_ATTRIBUTE = re.compile(rb"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_WORD = re.compile(rb"[A-Za-z0-9_\-]")
_WORDS = re.compile(rb"[A-Za-z0-9_\-]+")
# A word character that belongs to an escape and not to a word: \n, \x0a, \u00e9, %2f, ESC[0m.
_ESCAPED = re.compile(
    rb"(?:\\[nrtbfv0]|\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2}|\x1b\[[\d;]{0,8}m)\Z"
)


class Formats:
    """The token formats of a catalogue by id."""

    def __init__(self, catalog: Catalog, silent: frozenset[str] = frozenset()) -> None:
        """Formats of the user's own that are `silent` are not looked for."""
        self._own = catalog.own_formats
        self._silent = set(silent)
        self._spent: dict[str, float] = dict.fromkeys(self._own, 0.0)
        self._known: dict[str, tuple[Vendor, TokenFormat]] = {
            token.id: (vendor, token) for vendor in catalog.vendors for token in vendor.tokens
        }
        self._shapes: dict[str, re.Pattern[bytes]] = {}

    def find(self, document: Document, hits: Iterable[Hit], judge: Judge) -> Iterator[Candidate]:
        """A candidate for every confirmed hit, each span of each format once."""
        data = document.data
        seen: set[tuple[str, int]] = set()
        looked: dict[str, int] = {}
        for hit in hits:
            if hit.name in self._silent:
                continue
            vendor, token = self._known[hit.name]
            low, high = window(token, data, hit.end)
            if token.id in self._own:
                low, high = max(low, hit.end - _OWN_REACH), min(high, hit.end + _OWN_REACH)
                self._spend(token.id, _PER_HIT)
            # Long lines of base64 hit at every letter: what an earlier window held is not searched again.
            before = looked.get(hit.name, 0)
            if before >= high or hit.end + _MARGIN <= before:
                continue
            low = max(low, before - _LONGEST)
            looked[hit.name] = high
            for start, end in self._confirmed(token, data, low, high):
                if (token.id, start) in seen:
                    continue
                seen.add((token.id, start))
                if inside_blob(data, start, end):
                    continue
                value = data[start:end].decode("utf-8", "replace")
                named = bool(token.keywords)
                if named and token.human and computed(document, start, end):
                    continue
                judgement = judge.token(value, token.precision, human=token.human, named=named)
                # A URL says where its password opens something; a word beside a value does not.
                weak = judgement.weak and not named
                # `mongodb://root:example@mongo` in a compose file is how the service is reached.
                weak = weak or (judgement.started and not named and document.kind == "yaml")
                believed = Confidence.MEDIUM if weak else judgement.confidence
                if believed is None or (weak and _DOCUMENTED.search(data, max(0, start - 40), end + 40)):
                    continue
                if weak and only_said(document, start):
                    believed = Confidence.LOW
                confidence, checks = inspect(token.structure, value, believed)
                if token.public:
                    confidence = Confidence.LOW
                evidence = (f"format of {vendor.vendor}", judgement.reason, *checks)
                own = token.id in self._own
                yield Candidate(
                    start, end, value, token.id, OWN if own else FORMAT, confidence, token.title, evidence,
                    weak=weak, leads=own and token.severity == "error" and not token.public,
                )  # fmt: skip

    def given_up(self) -> tuple[str, ...]:
        """Formats of the user's own that took too long and are no longer looked for."""
        return tuple(sorted(name for name, spent in self._spent.items() if spent > _PATIENCE))

    def _confirmed(self, token: TokenFormat, data: bytes, low: int, high: int) -> list[tuple[int, int]]:
        """Spans of the secret; formats of the user's own have a limit of time for a whole run."""
        if token.id not in self._own:
            return list(confirmed(token, self._shape(token), data, low, high))
        started = time.perf_counter()
        found = list(confirmed(token, self._shape(token), data, low, high))
        self._spend(token.id, time.perf_counter() - started)
        return found

    def _spend(self, name: str, seconds: float) -> None:
        self._spent[name] += seconds
        if self._spent[name] > _PATIENCE:
            self._silent.add(name)

    def _shape(self, token: TokenFormat) -> re.Pattern[bytes]:
        """What confirms a format, made at its first hit."""
        if token.id not in self._shapes:
            self._shapes[token.id] = confirmer(token_expression(token))
        return self._shapes[token.id]


def confirmed(
    token: TokenFormat, shape: re.Pattern[bytes], data: bytes, low: int, high: int
) -> Iterator[tuple[int, int]]:
    """Spans of the secret between two offsets, boundaries checked; they do not overlap."""
    position = low
    while match := shape.search(data, position, high):
        start, stop = match.span("secret")
        if not token.boundary or bounded(data, start, stop):
            yield start, stop
            position = stop
        elif token.keywords:
            position = match.start() + 1
        else:
            # Nothing that starts later in the same run of word characters has a boundary before it.
            run = _WORDS.match(data, start, high)
            position = max(match.start() + 1, run.end() if run else 0)


def only_said(document: Document, offset: int) -> bool:
    """Whether what stands here is a comment of a sample configuration."""
    start, _ = document.line_bounds(offset)
    return document.kind == "text" and bool(_COMMENT.match(document.data, start))


def computed(document: Document, start: int, end: int) -> bool:
    """Whether what a secret's name is given here is worked out by code, as in `PASSWORD = vault.read("x")`.

    A value in quotes is a literal, and so is one without where nothing is called: in a shell, or in a string.
    """
    data = document.data
    before, after = data[max(0, start - 1) : start], data[end : end + 1]
    if before in (b'"', b"'", b"`"):
        return False
    python = document.unit_at(start).syntax == "python"
    return (
        before == b"(" or after in (b"(", b"[") or (python and bool(_ATTRIBUTE.fullmatch(data, start, end)))
    )


def window(token: TokenFormat, data: bytes, end: int) -> tuple[int, int]:
    """Where to look around a hit that ends at `end`: its line, or more for formats of several lines.

    The break before the line belongs to it: a short keyword wants to see what stands before it. The hit of a
    format with keywords ends just behind the start of the value; another one may end anywhere inside the
    secret, but not before its keyword or prefix.
    """
    before = _NAMED if token.keywords else _LONGEST
    low, high = max(0, end - before), min(len(data), end + _LONGEST)
    if "\\s" in token.pattern or "\\n" in token.pattern:
        return low, high
    line_end = data.find(b"\n", end, high)
    return max(low, data.rfind(b"\n", low, end)), high if line_end < 0 else line_end


def bounded(data: bytes, start: int, end: int) -> bool:
    """No word character touches the span; escapes do not count as words."""
    if end < len(data) and _WORD.match(data, end):
        return False
    if start == 0 or not _WORD.match(data, start - 1):
        return True
    return bool(_ESCAPED.search(data[max(0, start - 12) : start]))


def inside_blob(data: bytes, start: int, end: int) -> bool:
    """Whether a span lies in the middle of base64, such as an image in HTML: chance makes prefixes there."""
    left = data[max(0, start - _BLOB) : start]
    right = data[end : end + _BLOB]
    before = len(left) - len(left.rstrip(_BASE64)) if left[-1:] in (b"+", b"/") else 0
    after = len(right) - len(right.lstrip(_BASE64)) if right[:1] in (b"+", b"/") else 0
    return before + after >= _BLOB
